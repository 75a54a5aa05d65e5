internal import CZlib
internal import CZstd

/// Unpacks chunks, one after the other, with one set of working memory.
///
/// The working memory (about 100 KB for zstd) is made at the first chunk of a kind and kept. Not
/// for use from two tasks at once: each makes its own.
@safe
public final class Decompressor {
  /// The most bytes a section of a file may unpack to: several times the largest real one (kernel
  /// symbols).
  public static let maximumSectionSize = 64 << 20

  /// zstd's working memory; nil until needed.
  ///
  /// Owned: freed in `deinit`.
  private var zstd: OpaquePointer?
  /// zlib's working memory; nil until needed.
  ///
  /// Owned, at an address that does not move: zlib keeps it.
  private var zlib: UnsafeMutablePointer<z_stream>?

  /// A decompressor that has not worked yet.
  public init() {
    unsafe zstd = nil
    unsafe zlib = nil
  }

  deinit {
    // SAFETY: both are owned by `self` and valid if not nil.
    if let zstd = unsafe zstd { unsafe ZSTD_freeDCtx(zstd) }
    if let zlib = unsafe zlib {
      unsafe inflateEnd(zlib)
      unsafe zlib.deallocate()
    }
  }

  /// Unpacks one chunk.
  ///
  /// - Parameters:
  ///   - source: the packed bytes: one zstd frame or one zlib stream.
  ///   - codec: how they are packed.
  ///   - uncompressedSize: how many bytes the file announces.
  ///   - buffer: where the bytes go; its capacity is the most that is believed. On an error it is
  ///     left empty.
  /// - Throws: `DecompressionError`; also when the chunk holds fewer or more bytes than announced.
  public func decompress(
    _ source: RawSpan, codec: Codec, uncompressedSize: UInt64, into buffer: ChunkBuffer
  ) throws(DecompressionError) {
    buffer.clear()
    guard let size = Int(exactly: uncompressedSize), size <= buffer.capacity else {
      throw .tooLarge(announced: uncompressedSize, limit: UInt64(buffer.capacity))
    }
    let produced: Int
    switch codec {
    case .zstd: produced = try unzstd(source, size: size, into: buffer)
    case .zlib: produced = try unzlib(source, size: size, into: buffer)
    }
    guard produced == size else {
      buffer.clear()
      throw .sizeMismatch(announced: uncompressedSize, produced: UInt64(clamping: produced))
    }
  }

  /// Unpacks one zstd frame (or several in a row) of at most `size` bytes.
  private func unzstd(_ source: RawSpan, size: Int, into buffer: ChunkBuffer)
    throws(DecompressionError) -> Int
  {
    if unsafe zstd == nil { unsafe zstd = ZSTD_createDCtx() }
    guard let context = unsafe zstd else { throw .outOfMemory }
    // SAFETY: zstd writes at most `size` bytes, which the buffer has, and reads only inside
    // `source`; the span is borrowed for the whole call.
    return try unsafe buffer.fill(size) { (room) throws(DecompressionError) -> Int in
      let result = unsafe source.withUnsafeBytes { packed in
        unsafe ZSTD_decompressDCtx(context, room, size, packed.baseAddress, packed.count)
      }
      guard ZSTD_isError(result) == 0 else {
        let code = ZSTD_getErrorCode(result)
        // The frame holds more than was announced.
        if code == ZSTD_error_dstSize_tooSmall {
          throw .sizeMismatch(announced: UInt64(size), produced: UInt64(size) + 1)
        }
        throw .corrupt(.zstd, code: Int(code.rawValue))
      }
      return Int(clamping: result)
    }
  }

  /// Unpacks one zlib stream of at most `size` bytes.
  private func unzlib(_ source: RawSpan, size: Int, into buffer: ChunkBuffer)
    throws(DecompressionError) -> Int
  {
    let stream = try unsafe zlibStream()
    guard let packedSize = UInt32(exactly: source.byteCount), let roomSize = UInt32(exactly: size)
    else { throw .tooLarge(announced: UInt64(clamping: size), limit: UInt64(UInt32.max)) }
    // SAFETY: zlib writes at most `avail_out` bytes, which the buffer has, and reads at most
    // `avail_in`, which are those of `source`; the span is borrowed for the whole call.
    return try unsafe buffer.fill(size) { (room) throws(DecompressionError) -> Int in
      let result = unsafe source.withUnsafeBytes { packed in
        // zlib does not write through `next_in`.
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
          mutating: packed.baseAddress?.assumingMemoryBound(to: UInt8.self))
        unsafe stream.pointee.avail_in = packedSize
        unsafe stream.pointee.next_out = room.assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.avail_out = roomSize
        let result = unsafe inflate(stream, Z_FINISH)
        // Both belong to this call only.
        unsafe stream.pointee.next_in = nil
        unsafe stream.pointee.next_out = nil
        return result
      }
      let left = unsafe stream.pointee.avail_out
      switch result {
      case Z_STREAM_END: return size - Int(left)
      case Z_BUF_ERROR where left == 0, Z_OK where left == 0:
        throw .sizeMismatch(announced: UInt64(size), produced: UInt64(size) + 1)
      case Z_MEM_ERROR: throw .outOfMemory
      default: throw .corrupt(.zlib, code: Int(result))
      }
    }
  }

  /// zlib's working memory, ready for a new stream.
  private func zlibStream() throws(DecompressionError) -> UnsafeMutablePointer<z_stream> {
    if let stream = unsafe zlib {
      // SAFETY: the stream was initialised below and is owned by `self`.
      guard unsafe inflateReset(stream) == Z_OK else { throw .outOfMemory }
      return unsafe stream
    }
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    // SAFETY: an all-zero stream is what `inflateInit2` asks for.
    unsafe stream.initialize(to: z_stream())
    guard unsafe kvmscope_inflate_init(stream, 15) == Z_OK else {
      unsafe stream.deallocate()
      throw .outOfMemory
    }
    unsafe zlib = stream
    return unsafe stream
  }
}
