import Decompression
public import RingBuffer
import TraceBytes

/// All streams of a trace.dat, from their starts: the top buffer's first, each buffer's by position
/// in its table.
///
/// Packed data are unpacked chunk by chunk into one arena, and data that are not packed are read into
/// it block by block, ahead of the walk where there are threads for it. What is in memory only is not
/// copied.
public final class TraceDatStreams: CPUStreamSet {
  private let file: TraceDatFile
  private let readers: [BlockReader]
  private let arena: ChunkArena?
  private let decompressor = Decompressor()
  /// Reads blocks before they are asked for; nil where each is read when it is.
  private let ahead: BlocksAhead?
  /// The present blocks.
  private var blocks: [ReadBlock]
  /// What was damaged up to them.
  private var damage: [[Damage]]

  /// More threads than these find nothing to do: the walk is one thread's.
  private static let mostThreadsAhead = 4

  /// The bytes that blocks may take which are read ahead, beside those of each stream.
  private static let bytesAhead = (all: 16 << 20, stream: 48 << 10)
  private static let mostSlots = 8
  /// So many sub-buffers are packed in one chunk, by trace-cmd.
  private static let pagesOfChunk = 10

  /// Blocks of a stream that are in memory at a time: one where nothing is read ahead, for memory is to stay small.
  private static func slots(streams: Int, blockSize: Int) -> Int {
    let room = bytesAhead.all + streams * bytesAhead.stream
    return min(max(room / max(streams * blockSize, 1), 1), mostSlots)
  }

  /// Prepares a walk over all streams.
  ///
  /// - Parameters:
  ///   - file: the recording.
  ///   - threads: how many threads may work for it, that of the walk counted. The result is the same.
  public init(_ file: TraceDatFile, threads: Int = 1) {
    self.file = file
    let streams = file.buffers.flatMap { buffer in
      let source = file.source(of: buffer)
      return buffer.streams.map { (buffer.layout, $0, source) }
    }
    let isPacked = streams.contains { $0.1.compressed }
    let readSizes = streams.map { layout, _, _ in
      Self.blockSize(layout, streams: streams.count * (threads > 1 ? 4 : 1))
    }
    let blockSizes = zip(streams, readSizes).map { stream, size in
      stream.1.compressed ? stream.0.pageSize * Self.pagesOfChunk : size
    }
    // Only address space: what no block reaches takes no memory.
    let slotSize = zip(streams, readSizes).map { stream, size in
      isPacked ? max(CPUStreamReader.chunkCapacity(stream.0), size) : size
    }.max()
    func arena(_ slots: Int) -> ChunkArena? {
      isPacked || streams.allSatisfy { $0.2.file.canRead }
        ? ChunkArena(slotCount: streams.count * slots, slotSize: slotSize ?? 0) : nil
    }
    var slots =
      threads > 1 ? Self.slots(streams: streams.count, blockSize: blockSizes.max() ?? 0) : 1
    var room = arena(slots)
    if room == nil && slots > 1 {
      // There may be address space for less.
      slots = 1
      room = arena(slots)
    }
    self.arena = room
    let decompressor = decompressor
    let readers = streams.enumerated().map { number, stream in
      let mine = number * slots..<(number + 1) * slots
      return BlockReader(
        CPUStreamReader(
          file: stream.2.file, location: stream.1, layout: stream.0,
          codec: stream.2.compression.codec, decompressor: decompressor,
          chunks: room.map { arena in mine.map { ChunkBuffer(arena: arena, slot: $0) } } ?? [],
          readSize: readSizes[number]),
        slotStarts: room.map { arena in mine.map { $0 * arena.slotSize } } ?? [0],
        hasArena: room != nil)
    }
    self.readers = readers
    blocks = readers.map { _ in ReadBlock() }
    damage = readers.map { _ in [] }
    let helpers = min(threads - 1, Self.mostThreadsAhead)
    ahead = slots > 1 && room != nil ? BlocksAhead(readers, threads: helpers) : nil
  }

  deinit { ahead?.stop() }

  /// What is read of a stream at a time: the blocks of all streams together should stay in the cache,
  /// but a block much smaller than this costs more calls than it saves.
  private static func blockSize(_ layout: SubBufferLayout, streams: Int) -> Int {
    let share = (4 << 20) / max(streams, 1)
    return CPUStreamReader.window(of: layout, min(max(share, 16 << 10), CPUStreamReader.windowSize))
  }

  /// See ``CPUStreamSet/streamCount``.
  public var streamCount: Int { readers.count }

  /// See ``CPUStreamSet/layout(of:)``.
  public func layout(of stream: Int) -> SubBufferLayout { readers[stream].reader.layout }

  /// See ``CPUStreamSet/bytes``.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // Both owners are held in a `let` of this set.
      if let arena { return lend(arena.bytes, heldBy: self) }
      let file = self.file.file
      return lend(file.bytes, heldBy: self)
    }
  }

  /// See ``CPUStreamSet/nextBlock(of:)``.
  public func nextBlock(of stream: Int) -> NextBlock {
    let block =
      if let ahead {
        ahead.next(of: stream)
      } else {
        readers[stream].read(into: 0, with: decompressor)
      }
    if !block.damage.isEmpty { damage[stream] += block.damage }
    // Places in the last block may still be asked for.
    if block.isEnd { return .end }
    blocks[stream] = block
    return block.isBehindGap ? .blockAfterGap(block.place) : .block(block.place)
  }

  /// See ``CPUStreamSet/fileOffset(of:at:)``.
  public func fileOffset(of stream: Int, at position: Int) -> UInt64 {
    guard arena != nil else { return UInt64(position) }
    let block = blocks[stream]
    return readers[stream].reader.location.compressed
      ? block.fileOffset.rawValue
      : block.fileOffset.rawValue + UInt64(position - block.place.lowerBound)
  }

  /// See ``CPUStreamSet/damage(of:)``.
  public func damage(of stream: Int) -> [(offset: UInt64, what: String)] {
    let reader = readers[stream].reader
    let location = reader.location
    var all = damage[stream].map { ($0.offset.rawValue, $0.what) }
    if all.isEmpty && location.size < location.announcedSize {
      let end = location.offset.rawValue.addingReportingOverflow(location.size).partialValue
      let what =
        location.announcedSize == .max
        ? location.size == 0
          ? "data of CPU \(location.cpu) are missing, the file is cut before them"
          : "data of CPU \(location.cpu) end with the file, which is cut"
        : "data of CPU \(location.cpu) end early (\(location.announcedSize) bytes announced,"
          + " \(location.size) there)"
      all.append((end, what))
    }
    // Of several files each is named by its path: an offset alone would not say where it is.
    return file.otherSources.isEmpty
      ? all : all.map { ($0.0, "\(reader.file.path): \($0.1)") }
  }
}
