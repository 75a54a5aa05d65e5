internal import TraceBytes

/// Digits, eight at a time in one word; the first one in the lowest byte.
///
/// No branch depends on how many there are, so that none is mispredicted where that changes from
/// line to line.
enum TextDigits {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highs: UInt64 = 0x8080_8080_8080_8080

  /// Which of the eight bytes are no digits: their high bits.
  @inline(__always)
  private static func others(_ word: UInt64) -> UInt64 {
    let digits = word ^ (ones &* 0x30)
    // A byte from 0 to 9 stays below 0x80 when 0x76 is added; none carries into the next.
    return (((digits & ~highs) &+ (ones &* 0x76)) | digits) & highs
  }

  /// The value of eight digits.
  @inline(__always)
  private static func value(_ word: UInt64) -> UInt64 {
    var value = word & (ones &* 0x0f)
    value = (value &* 10 &+ (value &>> 8)) & 0x00ff_00ff_00ff_00ff
    value = (value &* 100 &+ (value &>> 16)) & 0x0000_ffff_0000_ffff
    return (value &* 10000 &+ (value &>> 32)) & 0xffff_ffff
  }

  /// The first `count` bytes, all of which must be digits.
  @inline(__always)
  static func number(_ word: UInt64, count: Int) -> UInt64? {
    let shift = UInt64(8 &- count) &* 8
    // Zeros come in front.
    let aligned = shift == 0 ? word : word &<< shift | (ones &* 0x30) &>> (64 &- shift)
    return others(aligned) == 0 ? value(aligned) : nil
  }

  /// How many of the eight bytes are digits, from the first on.
  @inline(__always)
  static func count(_ word: UInt64) -> Int { others(word).trailingZeroBitCount / 8 }

  /// How many of the eight bytes are hexadecimal digits, from the first on.
  @inline(__always)
  static func hexCount(_ word: UInt64) -> Int {
    // Letters of both cases become 1 to 6; the sum has its high bit set from 7, or from 1, on.
    let letters = (word | (ones &* 0x20)) ^ (ones &* 0x60)
    let low = letters & ~highs
    let noLetters = ((low &+ (ones &* 0x79)) | ~(low &+ (ones &* 0x7f)) | letters) & highs
    return (others(word) & noLetters).trailingZeroBitCount / 8
  }

  /// The value of the first `count` bytes, hexadecimal digits all; at most eight.
  @inline(__always)
  static func hexValue(_ word: UInt64, count: Int) -> UInt64 {
    // Letters have bit 6 set, and begin with ten.
    let letters = (word &>> 6) & ones
    var value = (word & (ones &* 0x0f)) &+ letters &* 9
    // Zeros come in front.
    value = count == 0 ? 0 : value &<< (UInt64(8 &- count) &* 8)
    value = (value &<< 4 | value &>> 8) & 0x00ff_00ff_00ff_00ff
    value = (value &<< 8 | value &>> 16) & 0x0000_ffff_0000_ffff
    return (value &<< 16 | value &>> 32) & 0xffff_ffff
  }

  /// The value of the first `count` bytes, digits all; at most eight.
  @inline(__always)
  static func decimalValue(_ word: UInt64, count: Int) -> UInt64 {
    // Digits become zeros to nine; what is no digit is shifted out.
    count == 0 ? 0 : value((word & (ones &* 0x0f)) &<< (UInt64(8 &- count) &* 8))
  }

  /// Digits, then blanks: `width` bytes in all, of which at least one is a digit.
  static func leading(_ word: UInt64, width: Int) -> UInt64? {
    let count = min(others(word).trailingZeroBitCount / 8, width)
    guard count > 0, isBlank(word, count..<width) else { return nil }
    return number(word, count: count)
  }

  /// Blanks, then digits: `count` bytes in all, of which at least one is a digit.
  static func padded(_ word: UInt64, count: Int) -> UInt64? {
    var blanks = 0
    while blanks < count, isBlank(word, blanks..<blanks + 1) { blanks += 1 }
    guard blanks < count else { return nil }
    return number(word >> UInt64(blanks * 8), count: count - blanks)
  }

  private static func isBlank(_ word: UInt64, _ range: Range<Int>) -> Bool {
    range.allSatisfy { (word >> UInt64($0 * 8)) & 0xff == 0x20 }
  }

  /// Six or nine digits behind a dot, as nanoseconds.
  @inline(__always)
  static func fraction(_ bytes: RawSpan, _ at: Int, _ count: Int) -> UInt64? {
    if count == 6 { return number(bytes.u64(at: at), count: 6).map { $0 &* 1000 } }
    let last = bytes.u8(at: at + 8) &- 0x30
    guard last <= 9 else { return nil }
    return number(bytes.u64(at: at), count: 8).map { $0 &* 10 &+ UInt64(last) }
  }
}
