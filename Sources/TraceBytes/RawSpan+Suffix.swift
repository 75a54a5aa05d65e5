extension RawSpan {
  /// The bytes from `offset` on; `offset` must lie inside the span, or at its end.
  ///
  /// The same as `extracting(droppingFirst:)`, but a place outside is a programmer's error and not
  /// clamped: one comparison for every record less.
  @inlinable
  @inline(__always)
  @_lifetime(copy self)
  public func suffix(from offset: Int) -> RawSpan {
    precondition(
      UInt(bitPattern: offset) <= UInt(bitPattern: byteCount), "a place outside of the span")
    // SAFETY: checked above: 0 ≤ `offset` ≤ `byteCount`.
    return unsafe extracting(unchecked: Range(uncheckedBounds: (offset, byteCount)))
  }
}
