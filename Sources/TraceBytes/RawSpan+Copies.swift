/// Parts of a span, as copies that outlive it.
extension RawSpan {
  /// A copy of the bytes in `range`, which must lie inside the span.
  public func array(_ range: Range<Int>) -> [UInt8] {
    let part = extracting(range)
    // SAFETY: `buffer` has room for the whole part, all of which is written, and the two cannot
    // overlap: one is new.
    return unsafe [UInt8](unsafeUninitializedCapacity: part.byteCount) { buffer, count in
      unsafe part.withUnsafeBytes { source in
        unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: source)
      }
      count = part.byteCount
    }
  }

  /// A copy of all bytes.
  public func array() -> [UInt8] {
    array(0..<byteCount)
  }

  /// The bytes in `range` as text; what is not UTF-8 is replaced by U+FFFD.
  public func text(_ range: Range<Int>) -> String {
    String(decoding: array(range), as: UTF8.self)
  }

  /// Where the first byte with the value `byte` is, from `start` up to but not including `end`.
  ///
  /// Both bounds must lie inside the span. The time taken is linear in their distance.
  public func firstIndex(of byte: UInt8, from start: Int, to end: Int) -> Int? {
    var index = start
    while index < end {
      if u8(at: index) == byte { return index }
      index += 1
    }
    return nil
  }
}
