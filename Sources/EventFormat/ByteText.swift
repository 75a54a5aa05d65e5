import TraceBytes

/// Text as bytes, written in place: no String is made on the way.
extension [UInt8] {
  /// Appends a literal.
  @inline(__always)
  mutating func append(text: String) { append(contentsOf: text.utf8) }

  /// Appends a number, padded on the left to at least `width` characters.
  mutating func append(decimal value: UInt64, width: Int = 0, pad: UInt8 = UInt8(ascii: " ")) {
    var digits = 1
    var rest = value / 10
    while rest != 0 {
      digits += 1
      rest /= 10
    }
    let length = Swift.max(digits, width)
    append(contentsOf: repeatElement(pad, count: length))
    rest = value
    for index in stride(from: count - 1, through: count - digits, by: -1) {
      self[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
  }

  /// Appends a signed number.
  mutating func append(signed value: Int64) {
    if value < 0 { append(UInt8(ascii: "-")) }
    append(decimal: value.magnitude)
  }

  /// Appends a number in lowercase hexadecimal digits, padded with zeros to at least `width` characters.
  mutating func append(hex value: UInt64, width: Int = 0) {
    var digits = Swift.max(1, (67 - value.leadingZeroBitCount) / 4)
    if digits < width { digits = width }
    while digits > 0 {
      digits -= 1
      let nibble = digits < 16 ? UInt8(truncatingIfNeeded: value >> UInt64(digits * 4)) & 15 : 0
      append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") - 10 + nibble)
    }
  }

  /// Appends bytes of a span.
  mutating func append(_ block: RawSpan, _ range: Range<Int>) {
    reserveCapacity(count + range.count)
    for position in range { append(block.u8(at: position)) }
  }
}
