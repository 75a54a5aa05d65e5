public import Decompression
public import RingBuffer
public import TraceBytes

/// Hands out the sub-buffers of one CPU, block by block.
///
/// A block is a run of whole sub-buffers: a window of the mapped file, or a chunk buffer that they were
/// unpacked or read into. It is lent until the next call, and memory does not grow with the file. Not for
/// use from two tasks at once.
///
///     while try reader.nextBlock() {
///       for page in 0..<reader.pageCount {
///         let loss = try cursor.begin(pageAt: …, pageLength: …, in: reader.block)
///       }
///     }
///
/// The last sub-buffer of a block may be short; `SubBufferCursor` reads it as far as it goes.
public final class CPUStreamReader {
  /// The file that is read.
  public let file: MappedFile
  /// Where this CPU's data are.
  public let location: CPUStreamLocation
  /// Where the parts of a sub-buffer are.
  public let layout: SubBufferLayout
  /// What was damaged so far and left out.
  public private(set) var damage: [Damage] = []
  /// Where the present block starts in the file (packed: where its chunk does).
  public private(set) var blockFileOffset = FileOffset(0)

  /// How packed data are packed.
  private let codec: Codec?
  /// That of whoever asked for a block last.
  private var decompressor: Decompressor
  /// Where packed data are unpacked, and data are read that are not looked at in the mapping: one after the other.
  private let chunks: [ChunkBuffer]
  /// Which of them has the present block.
  private var present = 0
  private var chunk: ChunkBuffer { chunks[present] }
  private let readSize: Int
  /// Whether the present block is in a chunk buffer.
  let usesChunk: Bool
  /// The present window, of data that are not packed.
  private var window = 0..<0
  /// Where the next block starts in the file.
  private var position: Int
  /// Where the packed data start that may still be in memory.
  private var consumed: Int
  /// Where this CPU's data end in the file.
  private let end: Int
  private var hasGap = false
  /// Chunks not yet read; nil before the count was read.
  private var chunksLeft: UInt32?

  /// Bytes of a window: few enough to stay in the cache while they are read.
  public static let windowSize = 256 << 10

  /// A reader at the start of a CPU's data.
  ///
  /// - Parameters:
  ///   - file: the file.
  ///   - location: where the data are: inside the file.
  ///   - layout: that of the CPU's buffer.
  ///   - codec: how the file is packed; nil if it is not.
  ///   - decompressor: working memory, which readers that are used by the same task may share.
  ///   - chunks: where to unpack, or to read data that are not packed: the first one, unless another
  ///     is asked for; empty for a place of its own to unpack, and for looking at data in the mapping.
  ///   - readSize: so many bytes of data that are not packed are read at a time.
  public init(
    file: MappedFile, location: CPUStreamLocation, layout: SubBufferLayout, codec: Codec?,
    decompressor: Decompressor = Decompressor(), chunks: [ChunkBuffer] = [],
    readSize: Int = CPUStreamReader.windowSize
  ) {
    self.readSize = readSize
    self.file = file
    self.location = location
    self.layout = layout
    self.codec = codec
    self.decompressor = decompressor
    usesChunk = location.compressed || (!chunks.isEmpty && file.canRead)
    self.chunks =
      chunks.isEmpty ? [ChunkBuffer(capacity: Self.chunkCapacity(layout))] : chunks
    let start = Int(min(location.offset.rawValue, UInt64(file.byteCount)))
    let rest = file.byteCount - start
    let size = Int(min(location.size, UInt64(rest)))
    position = start
    consumed = start
    // trace-cmd 3.1 does not count the four bytes of the chunk count in the size of packed data.
    end = start + (location.compressed && size > 0 ? min(size + 4, rest) : size)
  }

  /// The most bytes that a chunk may unpack to: trace-cmd packs ten sub-buffers at a time, 64 is
  /// more than any will have.
  static func chunkCapacity(_ layout: SubBufferLayout) -> Int {
    min(max(layout.pageSize * 64, 1 << 20), Decompressor.maximumSectionSize)
  }

  /// Where the present block lies: in the file, or in its chunk buffer.
  var blockRange: Range<Int> {
    usesChunk ? 0..<chunk.byteCount : window
  }

  /// The present block: lent until the next call of `nextBlock`.
  ///
  /// Empty before the first.
  public var block: RawSpan {
    @_lifetime(borrow self)
    get {
      // All owners are held in a `let` of this reader.
      if usesChunk {
        let chunk = self.chunk
        return lend(chunk.bytes, heldBy: self)
      }
      let file = self.file
      return lend(file.bytes.extracting(window), heldBy: self)
    }
  }

  /// How many sub-buffers the present block has, a short one at its end counted.
  public var pageCount: Int {
    let size = usesChunk ? chunk.byteCount : window.count
    return (size + layout.pageSize - 1) / layout.pageSize
  }

  /// Goes on to the next block.
  ///
  /// - Returns: false when there is none; the block is then empty. Check `damage` then: data that
  ///   were cut or that cannot be unpacked end early, and what was there before has been handed
  ///   out.
  /// - Throws: `ContainerError` when the data are packed in a way that the file does not name.
  public func nextBlock() throws(ContainerError) -> Bool {
    location.compressed ? try nextChunk() : nextWindow()
  }

  /// The same, with another chunk buffer and other working memory: what was in that buffer is lost.
  func nextBlock(
    in chunk: Int, with decompressor: Decompressor
  ) throws(ContainerError) -> Bool {
    present = chunk
    self.decompressor = decompressor
    return try nextBlock()
  }

  /// Goes on to the next window of data that are not packed.
  private func nextWindow() -> Bool {
    if usesChunk { return readWindow() }
    file.release(window)
    let size = min(Self.window(of: layout, Self.windowSize), end - position)
    guard size > 0 else {
      window = end..<end
      return false
    }
    blockFileOffset = FileOffset(position)
    window = position..<position + size
    position += size
    return true
  }

  /// So many bytes of whole sub-buffers, near to `size`: at least one.
  static func window(of layout: SubBufferLayout, _ size: Int) -> Int {
    max(size / layout.pageSize, 1) * layout.pageSize
  }

  /// Reads the next window of data that are not packed.
  private func readWindow() -> Bool {
    let size = min(Self.window(of: layout, min(readSize, chunk.capacity)), end - position)
    chunk.clear()
    guard size > 0 else { return false }
    blockFileOffset = FileOffset(position)
    let count = chunk.read(position..<position + size, of: file)
    if count < size {
      stop(
        "data of CPU \(location.cpu) can be read no further (\(end - position - count) bytes are missing)",
        at: FileOffset(position + count))
    } else {
      position += size
    }
    return count > 0
  }
}

extension CPUStreamReader {
  /// Unpacks the next chunk: u32 packed size, u32 unpacked size, packed bytes.
  private func nextChunk() throws(ContainerError) -> Bool {
    guard let codec else {
      throw ContainerError(
        .undecodable, at: location.offset,
        part: "data of CPU \(location.cpu) are packed, but the file names no compression")
    }
    releaseConsumed()
    chunk.clear()
    let file = self.file
    var cursor = ByteCursor(
      file.bytes.extracting(position..<end), base: FileOffset(position))
    cursor.order = layout.order
    do throws(ReadError) {
      if chunksLeft == nil {
        chunksLeft = location.size == 0 ? 0 : try cursor.u32()
      }
      // Empty chunks are skipped; each takes eight bytes of the file.
      while let left = chunksLeft, left > 0 {
        chunksLeft = left - 1
        blockFileOffset = cursor.fileOffset
        let packedSize = UInt64(try cursor.u32())
        let size = UInt64(try cursor.u32())
        let start = position + cursor.position
        let packed = try cursor.bytes(packedSize)
        if size == 0 {
          if packed.byteCount > 0 { skip("chunk of CPU \(location.cpu) unpacks to nothing") }
          continue
        }
        window = start..<start + packed.byteCount
        guard unpack(packed, codec, size) else { continue }
        position = window.upperBound
        return chunk.byteCount > 0
      }
      if position + cursor.position < end && !isOnlySizeField(cursor.position) {
        skip("data of CPU \(location.cpu) go on behind the last chunk announced")
      }
      position = end
    } catch {
      stop(
        "data of CPU \(location.cpu) end early (\(error.wanted) bytes needed,"
          + " \(error.available) left)", at: error.offset)
    }
    return false
  }

  /// Gives the memory of packed data back, once enough have been read: chunks are often smaller
  /// than a memory page.
  private func releaseConsumed() {
    guard position - consumed >= CPUStreamReader.windowSize else { return }
    file.release(consumed..<position)
    // The page that the position is in is given back with the next ones.
    consumed = position & ~0xffff
  }

  /// Unpacks one chunk; if that fails, the next one is a frame of its own and may be sound.
  private func unpack(_ packed: RawSpan, _ codec: Codec, _ size: UInt64) -> Bool {
    do {
      try decompressor.decompress(
        packed, codec: codec, uncompressedSize: size, into: chunk)
      return true
    } catch {
      skip("chunk of CPU \(location.cpu) \(error)")
      return false
    }
  }

  /// Whether what is left is the room that `init` added for the chunk count.
  private func isOnlySizeField(_ read: Int) -> Bool { end - (position + read) <= 4 }

  /// Notes damage that later chunks do not share.
  private func skip(_ what: String) {
    // A file of nothing but bad chunks must not fill the memory with words.
    if damage.count < 1_000 { damage.append(Damage(offset: blockFileOffset, what: what)) }
    hasGap = true
  }

  /// Whether something was skipped before the present block; asking forgets it.
  func takeGap() -> Bool {
    defer { hasGap = false }
    return hasGap
  }

  /// Notes an error that ends the stream.
  func note(_ error: ContainerError) {
    stop("\(error)", at: error.offset)
  }

  /// Notes the damage and ends the stream.
  private func stop(_ what: String, at offset: FileOffset) {
    damage.append(Damage(offset: offset, what: what))
    chunksLeft = 0
    position = end
  }
}

extension TraceDatFile {
  /// Readers for all CPUs of a buffer, in the order of its streams, at their starts.
  ///
  /// They share the working memory for unpacking, so they must be used by one task.
  public func readers(for buffer: TraceBuffer) -> [CPUStreamReader] {
    let decompressor = Decompressor()
    return buffer.streams.map { location in
      CPUStreamReader(
        file: file, location: location, layout: buffer.layout, codec: compression.codec,
        decompressor: decompressor)
    }
  }

  /// Where the parts of a buffer's sub-buffers are.
  public func layout(for buffer: TraceBuffer) -> SubBufferLayout {
    buffer.layout
  }
}
