internal import TraceBytes

/// A position in one line that moves on as parts of it are recognised.
///
/// Every read behind the line's end gives a zero byte, which no part of a line is made of.
struct TextScanner: ~Escapable {
  let bytes: RawSpan
  var at: Int
  let end: Int

  @inline(__always)
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, at: Int, end: Int) {
    self.bytes = bytes
    self.at = at
    self.end = end
  }

  @inline(__always)
  var byte: UInt8 { at < end ? bytes.u8(at: at) : 0 }

  @inline(__always)
  func peek(_ distance: Int) -> UInt8 { at + distance < end ? bytes.u8(at: at + distance) : 0 }

  @inline(__always)
  mutating func skipBlanks() {
    // Eight at a time: columns are padded.
    while at < end {
      let others = bytes.u64(at: at) ^ 0x2020_2020_2020_2020
      if others != 0 {
        at = min(end, at &+ others.trailingZeroBitCount / 8)
        if at < end, bytes.u8(at: at) == 9 {
          at += 1
          continue
        }
        return
      }
      at &+= 8
    }
    at = end
  }

  /// Goes past a byte if it comes next.
  @inline(__always)
  mutating func skip(_ expected: UInt8) -> Bool {
    guard at < end, bytes.u8(at: at) == expected else { return false }
    at += 1
    return true
  }

  /// Goes past a word if it comes next.
  mutating func skip(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard at + count <= end, Self.equals(bytes, at, word) else { return false }
    at += count
    return true
  }

  /// Whether the bytes at a position are those of a word.
  @inline(__always)
  static func equals(_ bytes: RawSpan, _ at: Int, _ word: StaticString) -> Bool {
    bytes.holds(word, at: at)
  }

  /// A decimal number of 64 bits; nil where no digit comes next.
  ///
  /// No digit stands right behind a line, or a part of one that is scanned: its end needs no look.
  @inline(__always)
  mutating func decimal() -> UInt64? {
    let word = bytes.u64(at: at)
    let count = TextDigits.count(word)
    guard count > 0 else { return nil }
    guard count == 8 else {
      at &+= count
      return TextDigits.decimalValue(word, count: count)
    }
    return longDecimal()
  }

  /// Eight digits and more.
  @inline(never)
  private mutating func longDecimal() -> UInt64? {
    var value: UInt64 = 0
    let first = at
    while true {
      let digit = bytes.u8(at: at) &- UInt8(ascii: "0")
      guard digit <= 9 else { break }
      value = value &* 10 &+ UInt64(digit)
      at &+= 1
    }
    return at &- first <= 19 ? value : wideDecimal(first)
  }

  /// Twenty digits may still be a number of 64 bits.
  private func wideDecimal(_ first: Int) -> UInt64? {
    var value: UInt64 = 0
    for index in first..<at {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflowToo) = product.addingReportingOverflow(
        UInt64(bytes.u8(at: index) &- UInt8(ascii: "0")))
      if overflow || overflowToo { return nil }
      value = sum
    }
    return value
  }

  /// A hexadecimal number of at most sixteen digits, without `0x`; nil where no digit comes next.
  @inline(__always)
  mutating func hexadecimal() -> UInt64? {
    let word = bytes.u64(at: at)
    let count = TextDigits.hexCount(word)
    guard count > 0 else { return nil }
    at &+= count
    let value = TextDigits.hexValue(word, count: count)
    guard count == 8 else { return value }
    let next = bytes.u64(at: at)
    let more = TextDigits.hexCount(next)
    at &+= more
    guard more == 8 else {
      return value &<< UInt64(more &* 4) | TextDigits.hexValue(next, count: more)
    }
    guard !isHexDigit(bytes.u8(at: at)) else { return tooLong() }
    return value &<< 32 | TextDigits.hexValue(next, count: 8)
  }

  private func isHexDigit(_ byte: UInt8) -> Bool {
    Self.isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 6
  }

  /// Goes past a number of more than sixteen digits: it is none.
  @inline(never)
  private mutating func tooLong() -> UInt64? {
    while isHexDigit(bytes.u8(at: at)) { at &+= 1 }
    return nil
  }

  /// A number as events print it: `0x1f`, `31`, `-5`.
  ///
  /// - Parameter isHex: whether digits without `0x` are hexadecimal.
  /// - Returns: the number; nil where none comes next.
  @inline(__always)
  mutating func number(isHex: Bool = false) -> UInt64? {
    if byte == UInt8(ascii: "0"), peek(1) | 0x20 == UInt8(ascii: "x") {
      at += 2
      return hexadecimal()
    }
    if isHex { return hexadecimal() }
    if byte == UInt8(ascii: "-") {
      at += 1
      return decimal().map { 0 &- $0 }
    }
    return decimal()
  }

  /// Goes to the next blank, or to the end.
  @inline(__always)
  mutating func skipWord() {
    let ones: UInt64 = 0x0101_0101_0101_0101
    while at < end {
      let blanks = bytes.u64(at: at) ^ (ones &* UInt64(UInt8(ascii: " ")))
      // The lowest zero byte is marked right, whatever is above it.
      let found = (blanks &- ones) & ~blanks & 0x8080_8080_8080_8080
      if found != 0 {
        at = min(end, at + found.trailingZeroBitCount / 8)
        return
      }
      at += 8
    }
    at = end
  }

  /// Where the next colon or blank is, as far as 64 bytes on; nil where there is none.
  ///
  /// Eight bytes are looked at a time.
  @inline(__always)
  func nextColonOrBlank() -> Int? {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    var position = at
    let last = min(end, at + 64)
    while position < last {
      let word = bytes.u64(at: position)
      let colons = word ^ (ones &* UInt64(UInt8(ascii: ":")))
      let blanks = word ^ (ones &* UInt64(UInt8(ascii: " ")))
      // The lowest zero byte of each is marked right, whatever is above it.
      let found = ((colons &- ones) & ~colons | (blanks &- ones) & ~blanks) & highs
      if found != 0 {
        let place = position + found.trailingZeroBitCount / 8
        return place < end ? place : nil
      }
      position += 8
    }
    return nil
  }

  /// Letters, digits and underscores.
  @inline(__always)
  static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }
}
