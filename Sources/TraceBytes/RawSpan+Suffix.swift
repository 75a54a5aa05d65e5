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

  /// The same where bytes are left behind `offset`: without a look whether the span has an address at all.
  @inlinable
  @inline(__always)
  @_lifetime(copy self)
  public func nonemptySuffix(from offset: Int) -> RawSpan {
    precondition(
      UInt(bitPattern: offset) < UInt(bitPattern: byteCount), "a place outside of the span")
    // SAFETY: checked above: 0 ≤ `offset` < `byteCount`, so there are bytes, and they have an address.
    let start = unsafe withUnsafeBytes { unsafe $0.baseAddress.unsafelyUnwrapped + offset }
    // SAFETY: by the same check `offset` + the new count is `byteCount`: these are bytes of the span, and the result does
    // not outlive it.
    return unsafe _overrideLifetime(
      RawSpan(_unsafeStart: start, byteCount: byteCount &- offset), copying: self)
  }
}
