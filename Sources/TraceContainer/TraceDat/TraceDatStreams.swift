import Decompression
public import RingBuffer
import TraceBytes

/// All streams of a trace.dat, from their starts: the top buffer's first, each buffer's by position
/// in its table.
///
/// Packed data are unpacked chunk by chunk into one arena, and data that are not packed are read into
/// it block by block. What is in memory only is not copied.
public final class TraceDatStreams: CPUStreamSet {
  private let file: TraceDatFile
  private let readers: [CPUStreamReader]
  private let arena: ChunkArena?

  /// Prepares a walk over all streams.
  public init(_ file: TraceDatFile) {
    self.file = file
    let decompressor = Decompressor()
    let streams = file.buffers.flatMap { buffer in
      let source = file.source(of: buffer)
      return buffer.streams.map { (buffer.layout, $0, source) }
    }
    let isPacked = streams.contains { $0.1.compressed }
    let capacity = streams.map { layout, _, _ in
      isPacked
        ? CPUStreamReader.chunkCapacity(layout) : Self.blockSize(layout, streams: streams.count)
    }
    let arena =
      isPacked || streams.allSatisfy { $0.2.file.canRead }
      ? ChunkArena(slotCount: streams.count, slotSize: capacity.max() ?? 0) : nil
    self.arena = arena
    readers = streams.enumerated().map { number, stream in
      CPUStreamReader(
        file: stream.2.file, location: stream.1, layout: stream.0,
        codec: stream.2.compression.codec,
        decompressor: decompressor, chunk: arena.map { ChunkBuffer(arena: $0, slot: number) })
    }
  }

  /// What is read of a stream at a time: the blocks of all streams together should stay in the cache,
  /// but a block much smaller than this costs more calls than it saves.
  private static func blockSize(_ layout: SubBufferLayout, streams: Int) -> Int {
    let share = (4 << 20) / max(streams, 1)
    return CPUStreamReader.window(of: layout, min(max(share, 16 << 10), CPUStreamReader.windowSize))
  }

  /// See ``CPUStreamSet/streamCount``.
  public var streamCount: Int { readers.count }

  /// See ``CPUStreamSet/layout(of:)``.
  public func layout(of stream: Int) -> SubBufferLayout { readers[stream].layout }

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
    let reader = readers[stream]
    // What is looked at in its own mapping has no place in an arena, and the reverse. trace-cmd packs
    // all buffers of a file or none.
    guard reader.usesChunk == (arena != nil) else {
      if reader.location.size > 0 {
        reader.note(
          ContainerError(
            .undecodable, at: reader.location.offset,
            part: "data of CPU \(reader.location.cpu) are packed in another way than the rest"))
      }
      return .end
    }
    do throws(ContainerError) {
      guard try reader.nextBlock() else { return .end }
    } catch {
      reader.note(error)
      return .end
    }
    let base = arena.map { stream * $0.slotSize } ?? 0
    let range = reader.blockRange
    let place = base + range.lowerBound..<base + range.upperBound
    return reader.takeGap() ? .blockAfterGap(place) : .block(place)
  }

  /// See ``CPUStreamSet/fileOffset(of:at:)``.
  public func fileOffset(of stream: Int, at position: Int) -> UInt64 {
    guard let arena else { return UInt64(position) }
    let block = readers[stream].blockFileOffset.rawValue
    return readers[stream].location.compressed
      ? block : block + UInt64(position - stream * arena.slotSize)
  }

  /// See ``CPUStreamSet/damage(of:)``.
  public func damage(of stream: Int) -> [(offset: UInt64, what: String)] {
    let reader = readers[stream]
    let location = reader.location
    var all = readers[stream].damage.map { ($0.offset.rawValue, $0.what) }
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
