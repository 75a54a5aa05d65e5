import TraceBytes

/// Bytes of a record.
extension TextWriter {
  /// The text in a range up to its first NUL; at the end of a line without its line breaks.
  @inline(__always)
  mutating func append(textOf record: borrowing RecordReader, _ range: Range<Int>, isLast: Bool) {
    var from = range.lowerBound
    let end = range.upperBound
    while from < end {
      let left = end &- from
      var word = record.word(at: from)
      if left < 8 { word &= (1 &<< UInt64(left &* 8)) &- 1 }
      let odd = Self.notPlain(word)
      if odd == 0 {
        append(word, count: 8)
        from &+= 8
        continue
      }
      let count = odd.trailingZeroBitCount &>> 3
      append(word, count: count)
      // A NUL, or the end of the range.
      if word &>> UInt64(count &* 8) & 0xff == 0 { return }
      return append(oddTextOf: record, from &+ count..<end, isLast: isLast)
    }
  }

  /// The highest bit of each byte that is not plain ASCII; exact up to the first such byte.
  @inline(__always)
  private static func notPlain(_ word: UInt64) -> UInt64 {
    let below = (word &- 0x2020_2020_2020_2020) & ~word
    let above = (word &+ 0x0101_0101_0101_0101) | word
    return (below | above) & 0x8080_8080_8080_8080
  }

  /// Text that does not begin with a plain byte.
  @inline(never)
  private mutating func append(
    oddTextOf record: borrowing RecordReader, _ range: Range<Int>, isLast: Bool
  ) {
    let bytes = record.bytes
    var end =
      bytes.firstIndex(of: 0, from: range.lowerBound, to: range.upperBound)
      ?? range.upperBound
    if isLast {
      while end > range.lowerBound, bytes.u8(at: end - 1) == 10 { end -= 1 }
    }
    for index in range.lowerBound..<end {
      let byte = bytes.u8(at: index)
      if !SafeText.isPlain(byte) { isUnsafe = true }
      append(byte)
    }
  }

  /// Bytes in hexadecimal digits, a blank before each.
  @inline(__always)
  mutating func append(bytesOf record: borrowing RecordReader, _ range: Range<Int>, most: UInt64) {
    let count = Int(min(most, UInt64(range.count)))
    for index in range.lowerBound..<range.lowerBound &+ count {
      let byte = UInt64(record.bytes.u8(at: index))
      // The blank, and both digits behind it.
      let pair = byte &>> 4 | (byte & 15) &<< 8
      let letters = (pair &+ 0x0606) &>> 4 & 0x0101
      append(32 | (pair &+ 0x3030 &+ letters &* 39) &<< 8, count: 3)
    }
  }
}
