internal import CZlib
internal import CZstd
public import TraceBytes

/// Unpacks a stream of gzip or zstd on the way.
///
/// Several packed parts behind each other are one stream, as the programs that make them have it.
/// What cannot be unpacked ends the bytes, and `failure` tells where.
@safe
public final class UnpackingSource: ByteSource {
  /// How the bytes are packed.
  public enum Packing: Sendable {
    /// gzip, as `gzip` and `zlib` write it.
    case gzip
    /// zstd.
    case zstd

    /// How a packed stream begins.
    public static func of(_ head: RawSpan) -> Packing? {
      guard head.byteCount >= 4 else { return nil }
      if head.u16(at: 0) == 0x8b1f { return .gzip }
      // A frame, or one that is skipped.
      let mark = head.u32(at: 0)
      return mark == 0xfd2f_b528 || mark & 0xffff_fff0 == 0x184d_2a50 ? .zstd : nil
    }
  }

  private let source: any ByteSource
  private let packing: Packing
  private let packed = ByteBuffer(capacity: 1 << 16)
  /// Owned, freed in `deinit`.
  private let zstd: OpaquePointer?
  /// Owned, at an address that does not move: zlib keeps it.
  private let zlib: UnsafeMutablePointer<z_stream>?
  private var position: UInt64 = 0
  /// A packed part has begun and not ended.
  private var isInside = false
  private var isAtEnd = false
  private var unpackingFailure: SourceFailure?
  /// How many bytes zstd wants next.
  private var wanted = UnpackingSource.zstdBegin

  /// zstd has filled all of the room: it may have unpacked more than it gave.
  private var mayHoldBack = false

  /// The bytes by which a frame of zstd tells how long its header is.
  private static let zstdBegin = 5

  /// Unpacks a source that stands at the begin of a packed part.
  ///
  /// - Returns: nil without memory.
  public init?(_ source: any ByteSource, _ packing: Packing) {
    self.source = source
    self.packing = packing
    switch packing {
    case .gzip:
      let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
      // SAFETY: an all-zero stream is what `inflateInit2` asks for.
      unsafe stream.initialize(to: z_stream())
      // 15 bits of window, and 32: the header tells whether it is gzip or zlib.
      guard unsafe kvmscope_inflate_init(stream, 15 + 32) == Z_OK else {
        unsafe stream.deallocate()
        return nil
      }
      unsafe zlib = stream
      unsafe zstd = nil
    case .zstd:
      guard let context = unsafe ZSTD_createDCtx() else { return nil }
      // More than any program packs with by itself, less than would hurt.
      unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 27)
      unsafe zstd = context
      unsafe zlib = nil
    }
  }

  deinit {
    // SAFETY: both are owned by `self` and valid if not nil.
    if let zstd = unsafe zstd { unsafe ZSTD_freeDCtx(zstd) }
    if let zlib = unsafe zlib {
      unsafe inflateEnd(zlib)
      unsafe zlib.deallocate()
    }
  }

  /// See ``ByteSource/read(into:)``.
  public func read(into room: inout MutableRawSpan) -> Int {
    while !isAtEnd {
      if packed.begin == packed.end && !mayHoldBack {
        packed.removeAll()
        guard packed.fill(from: source) > 0 else {
          isAtEnd = true
          if isInside, source.failure == nil, !HostProcess.wasInterrupted {
            fail("the packed data end in the middle")
          }
          return 0
        }
      }
      if packing == .gzip && !isInside && position > 0, !beginsPart() { return 0 }
      let begin = packed.begin
      let hadHeldBack = mayHoldBack
      let (taken, given, problem) = unpack(into: &room)
      packed.take(upTo: begin + taken)
      position += UInt64(taken)
      if let problem {
        isAtEnd = true
        fail(problem)
      }
      if given > 0 { return given }
      // Neither read nor written: it would go on so for ever.
      if taken == 0 && problem == nil && !hadHeldBack {
        isAtEnd = true
        fail("the packed data cannot be read")
      }
    }
    return 0
  }

  private func fail(_ what: String) {
    unpackingFailure = SourceFailure(offset: position, what: what)
  }

  /// One step: bytes taken and given, and what went wrong.
  private func unpack(into room: inout MutableRawSpan) -> (Int, Int, String?) {
    if let context = unsafe zstd { return unsafe unzstd(context, into: &room) }
    if let stream = unsafe zlib { return unsafe unzlib(stream, into: &room) }
    return (0, 0, "nothing to unpack with")
  }

  private func unzstd(
    _ context: OpaquePointer, into room: inout MutableRawSpan
  ) -> (Int, Int, String?) {
    let packed = self.packed
    // What a call unpacks before it fails is lost: so each gets one block, or one checksum, and never a
    // whole frame; and nothing before all of the last block was given out.
    let piece = mayHoldBack ? 0 : min(max(wanted, 1), packed.content.byteCount)
    // SAFETY: zstd writes only to the bytes of the room and reads only those of the piece, both lent
    // for the call.
    let (result, taken, given) = unsafe room.withUnsafeMutableBytes { target in
      unsafe packed.content.extracting(0..<piece).withUnsafeBytes { source in
        var input = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
        var output = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
        let result = unsafe ZSTD_decompressStream(context, &output, &input)
        return unsafe (result, input.pos, output.pos)
      }
    }
    guard ZSTD_isError(result) == 0 else {
      // SAFETY: zstd's names are constant texts that end in a zero byte.
      return (taken, given, unsafe "zstd: " + String(cString: ZSTD_getErrorName(result)))
    }
    isInside = result != 0
    mayHoldBack = isInside && given == room.byteCount
    wanted = result == 0 ? Self.zstdBegin : Int(clamping: result)
    return (taken, given, nil)
  }

  private func unzlib(
    _ stream: UnsafeMutablePointer<z_stream>, into room: inout MutableRawSpan
  ) -> (Int, Int, String?) {
    let packed = self.packed
    let size = min(room.byteCount, 1 << 30)
    // SAFETY: zlib writes at most `avail_out` bytes of the room and reads at most `avail_in` bytes of
    // the piece, both lent for the call; it does not write through `next_in`.
    let result = unsafe room.withUnsafeMutableBytes { target in
      unsafe packed.content.withUnsafeBytes { source in
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
          mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self))
        unsafe stream.pointee.avail_in = UInt32(source.count)
        unsafe stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.avail_out = UInt32(size)
        let result = unsafe inflate(stream, Z_NO_FLUSH)
        // Both belong to this call only.
        unsafe stream.pointee.next_in = nil
        unsafe stream.pointee.next_out = nil
        return result
      }
    }
    let taken = unsafe packed.content.byteCount - Int(stream.pointee.avail_in)
    let given = unsafe size - Int(stream.pointee.avail_out)
    switch result {
    case Z_OK, Z_BUF_ERROR:
      isInside = true
      return (taken, given, nil)
    case Z_STREAM_END:
      isInside = false
      // Another part may follow.
      guard unsafe inflateReset(stream) == Z_OK else { return (taken, given, "zlib: no memory") }
      return (taken, given, nil)
    case Z_DATA_ERROR: return (taken, given, "zlib: the packed data are damaged")
    default: return (taken, given, "zlib: error \(result)")
    }
  }

  /// Whether another part follows the one that ended.
  ///
  /// Zeros behind the last part are padding; anything else that begins no part is not ours.
  private func beginsPart() -> Bool {
    let packed = self.packed
    let byte = packed.bytes.u8(at: packed.begin)
    if byte == 0x1f { return true }
    isAtEnd = true
    if byte != 0 { fail("bytes behind the packed data are not read") }
    return false
  }

  /// See ``ByteSource/mayWait``.
  public var mayWait: Bool {
    packed.begin == packed.end && !mayHoldBack && !isAtEnd && source.mayWait
  }

  /// See ``ByteSource/failure``.
  public var failure: SourceFailure? { unpackingFailure ?? source.failure }

  /// See ``ByteSource/byteCount``: nobody knows before it is unpacked.
  public var byteCount: UInt64? { nil }

  /// See ``ByteSource/rewind()``.
  public func rewind() -> Bool {
    guard source.rewind() else { return false }
    packed.removeAll()
    position = 0
    isInside = false
    isAtEnd = false
    unpackingFailure = nil
    wanted = Self.zstdBegin
    mayHoldBack = false
    if let context = unsafe zstd {
      // SAFETY: owned by `self`.
      unsafe ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
    }
    if let stream = unsafe zlib {
      // SAFETY: initialised in `init`, and owned by `self`.
      return unsafe inflateReset(stream) == Z_OK
    }
    return true
  }
}
