/// Bytes that records lie in, one behind the other: how each begins is looked at with one comparison.
///
///     offset   +4               +12
///     │  word   │     behind     │
@frozen
public struct RecordSpan: ~Escapable {
  /// All of them.
  public let bytes: RawSpan
  /// Places below this one have twelve bytes behind them.
  @usableFromInline let end: UInt

  /// Takes bytes of any length.
  ///
  /// - Parameters:
  ///   - bytes: what the records lie in.
  ///   - isReadable: whether they begin as is said here; otherwise `beginning` is always nil.
  @_lifetime(copy bytes)
  @inlinable
  @inline(__always)
  public init(_ bytes: RawSpan, isReadable: Bool) {
    self.bytes = bytes
    end = isReadable ? UInt(bitPattern: max(bytes.byteCount &- 11, 0)) : 0
  }

  /// The 32-bit integer at `offset` and the 64-bit one behind it, lowest bytes first: a record's header and the common
  /// fields of its event.
  ///
  /// - Returns: nil when there are fewer than twelve bytes, or the span is not readable.
  @inlinable
  @inline(__always)
  public func beginning(at offset: Int) -> (word: UInt32, behind: UInt64)? {
    // Without its sign a negative place is a very large one.
    guard UInt(bitPattern: offset) < end else { return nil }
    // SAFETY: checked above, by what `init` computed: 0 ≤ `offset`, and `offset` + 12 ≤ `byteCount`. Every bit pattern is
    // an integer.
    let word = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self)
    // SAFETY: as above.
    let behind = unsafe bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: offset &+ 4, as: UInt64.self)
    return (UInt32(littleEndian: word), UInt64(littleEndian: behind))
  }
}
