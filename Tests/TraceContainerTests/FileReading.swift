internal import RingBuffer
internal import TraceBytes
internal import TraceContainer
internal import TraceTestSupport

/// All that the reader says about a whole file, in a form that can be compared.
struct FileReading: Hashable {
  /// One CPU of one buffer.
  struct Stream: Hashable {
    /// The buffer's name.
    var buffer: String
    /// The CPU.
    var cpu: Int
    /// Time and payload of each record.
    var records: [Record] = []
    /// Losses, by the number of records before them.
    var losses: [Int: Loss] = [:]
    /// Faults of sub-buffers.
    var faults: [PageFault] = []
    /// What the stream's reader noted.
    var damage: [Damage] = []
  }

  /// One record with its bytes.
  struct Record: Hashable {
    /// Its time.
    var timestamp: UInt64
    /// Its payload.
    var payload: [UInt8]
  }

  /// The CPUs, in the file's order.
  var streams: [Stream] = []

  /// Reads all events of `trace`.
  init(_ trace: TraceDatFile) throws {
    for buffer in trace.buffers {
      for reader in trace.readers(for: buffer) {
        streams.append(try FileReading.read(reader, buffer))
      }
    }
  }

  /// Reads one CPU.
  private static func read(_ reader: CPUStreamReader, _ buffer: TraceBuffer) throws -> Stream {
    var stream = Stream(buffer: buffer.name, cpu: reader.location.cpu)
    var cursor = SubBufferCursor(layout: buffer.layout)
    while try reader.nextBlock() {
      let block = reader.block
      for index in 0..<reader.pageCount {
        let page = index * buffer.pageSize
        do throws(PageFault) {
          let loss = try cursor.begin(
            pageAt: page, pageLength: min(buffer.pageSize, block.byteCount - page), in: block)
          if loss != .none { stream.losses[stream.records.count] = loss }
          while let record = try cursor.next(in: block) {
            stream.records.append(
              Record(
                timestamp: record.timestamp,
                payload: block.array(record.offset..<record.offset + record.length)))
          }
        } catch {
          stream.faults.append(error)
        }
      }
    }
    stream.damage = reader.damage
    return stream
  }

  /// How many records there are.
  var recordCount: Int { streams.reduce(0) { $0 + $1.records.count } }
}

/// A file in memory.
func open(_ bytes: [UInt8]) throws -> TraceDatFile {
  try TraceDatFile.open(MappedFile(copying: bytes, path: "built.dat"))
}

/// The error of opening bytes; nil if there is none.
func openingError(_ bytes: [UInt8]) throws -> ContainerError? {
  let file = try MappedFile(copying: bytes, path: "built.dat")
  do throws(ContainerError) {
    _ = try TraceDatFile.open(file)
    return nil
  } catch {
    return error
  }
}
