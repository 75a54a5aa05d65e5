extension [UInt8] {
  /// The array's bytes, lent for as long as the array is not changed.
  package var rawBytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // SAFETY: every byte of an array of bytes is initialized, and the span borrows the array.
      unsafe span.bytes
    }
  }
}
