internal import CZstd
internal import Glibc
internal import TraceBytes

/// One packed stream that comes in pieces, unpacked into one stretch of memory of fixed size.
///
/// The pieces share one history, so they must be given in order, and none may be left out. What is
/// no longer needed is removed from the front, to make room.
///
///     ├ removed ┤├─── bytes ───┤├─── room ───┤
@safe
public final class UnpackedStream {
  /// The most bytes that can be held.
  public let capacity: Int
  /// How many bytes are held.
  public private(set) var byteCount = 0
  /// The memory: owned, freed in `deinit`.
  private let start: UnsafeMutableRawPointer
  /// zstd's working memory: owned, freed in `deinit`.
  private let context: OpaquePointer

  /// An empty stream; memory is only taken as far as bytes reach.
  ///
  /// Nil without address space.
  public init?(capacity: Int) {
    guard capacity > 0, capacity <= 1 << 32 else { return nil }
    // SAFETY: a fresh private mapping without a file; its address is checked against MAP_FAILED.
    let address = unsafe mmap(
      nil, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else { return nil }
    guard let context = unsafe ZSTD_createDCtx() else {
      // SAFETY: the mapping just made, which nobody else knows.
      unsafe munmap(address, capacity)
      return nil
    }
    self.capacity = capacity
    unsafe start = address
    unsafe self.context = context
  }

  deinit {
    // SAFETY: both were made in `init` and are owned; no span outlives its owner.
    unsafe ZSTD_freeDCtx(context)
    unsafe munmap(start, capacity)
  }

  /// Bytes that can be added.
  public var room: Int { capacity - byteCount }

  /// All bytes that the stream may ever hold; those from `byteCount` on are old or zero.
  public var memory: RawSpan {
    @_lifetime(borrow self)
    get {
      // SAFETY: the mapping has so many bytes, all readable, and lives as long as `self`, which the
      // result borrows.
      let span = unsafe RawSpan(_unsafeStart: start, byteCount: capacity)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Unpacks as much of a piece as there is room for.
  ///
  /// - Parameters:
  ///   - piece: packed bytes.
  ///   - position: where to go on in the piece; moved.
  /// - Returns: whether all of the piece was unpacked; if not, there is no room left.
  /// - Throws: `DecompressionError` when the piece is damaged: nothing can be unpacked any more.
  public func unpack(_ piece: RawSpan, from position: inout Int) throws(DecompressionError) -> Bool
  {
    var done = min(max(position, 0), piece.byteCount)
    var filled = byteCount
    defer {
      position = done
      byteCount = filled
    }
    while true {
      let before = (done, filled)
      // SAFETY: zstd writes only to the `capacity - filled` bytes behind `filled`, which the mapping
      // has, and reads only `done..<count` of the piece, which is borrowed for the call.
      let result = unsafe piece.withUnsafeBytes { packed in
        var input = unsafe ZSTD_inBuffer(src: packed.baseAddress, size: packed.count, pos: done)
        var output = unsafe ZSTD_outBuffer(dst: start, size: capacity, pos: filled)
        let result = unsafe ZSTD_decompressStream(context, &output, &input)
        unsafe (done, filled) = (min(input.pos, packed.count), min(output.pos, capacity))
        return result
      }
      guard ZSTD_isError(result) == 0 else {
        throw .corrupt(.zstd, code: Int(ZSTD_getErrorCode(result).rawValue))
      }
      // Without room, zstd may hold back bytes of a piece that it has read whole.
      if filled == capacity { return false }
      if done == piece.byteCount { return true }
      // Neither read nor written: it would go on so for ever.
      if before == (done, filled) { throw .corrupt(.zstd, code: 0) }
    }
  }

  /// Adds bytes that are not packed; they must fit into the room.
  public func add(_ plain: RawSpan) {
    precondition(plain.byteCount <= room, "\(plain.byteCount) bytes do not fit into \(room)")
    // SAFETY: checked above: the room has so many bytes, and the mapping overlaps no other memory.
    unsafe plain.withUnsafeBytes { bytes in
      unsafe UnsafeMutableRawBufferPointer(start: start + byteCount, count: bytes.count)
        .copyMemory(from: bytes)
    }
    byteCount += plain.byteCount
  }

  /// Removes bytes from the front: all others move down by so many.
  public func removeFirst(_ count: Int) {
    precondition(count >= 0 && count <= byteCount, "\(count) of \(byteCount) bytes")
    // SAFETY: checked above: both ranges lie inside the mapping; memmove allows them to overlap.
    _ = unsafe memmove(start, start + count, byteCount - count)
    byteCount -= count
  }
}
