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
  /// Blocks of a stream that are in memory at a time, where they are read ahead.
  private static let slotsAhead = 4
  /// With more streams only one block of each is read ahead: memory is to stay small.
  private static let manyStreams = 64

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
    let capacity = streams.map { layout, _, _ in
      isPacked
        ? CPUStreamReader.chunkCapacity(layout) : Self.blockSize(layout, streams: streams.count)
    }
    let size = capacity.max() ?? 0
    let isAhead = isPacked && threads > 1
    let slots = !isAhead ? 1 : streams.count > Self.manyStreams ? 2 : Self.slotsAhead
    let arena =
      isPacked || streams.allSatisfy { $0.2.file.canRead }
      ? ChunkArena(slotCount: streams.count * slots, slotSize: size) : nil
    self.arena = arena
    let decompressor = decompressor
    let readers = streams.enumerated().map { number, stream in
      let mine = number * slots..<(number + 1) * slots
      return BlockReader(
        CPUStreamReader(
          file: stream.2.file, location: stream.1, layout: stream.0,
          codec: stream.2.compression.codec, decompressor: decompressor,
          chunks: arena.map { arena in mine.map { ChunkBuffer(arena: arena, slot: $0) } } ?? []),
        slotStarts: arena == nil ? [0] : mine.map { $0 * size }, hasArena: arena != nil)
    }
    self.readers = readers
    blocks = readers.map { _ in ReadBlock() }
    damage = readers.map { _ in [] }
    let helpers = min(threads - 1, Self.mostThreadsAhead)
    ahead = isAhead && arena != nil ? BlocksAhead(readers, threads: helpers) : nil
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
    damage[stream] += block.damage
    blocks[stream] = block
    if block.isEnd { return .end }
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
