import TraceBytes

/// Writes text into room that is there already, eight bytes at a time.
///
/// Every store is checked against the room. A store may reach beyond what it is for, by less than
/// ``slack`` bytes, which the next one overwrites: whoever begins a line sees to it that there is so
/// much more room.
struct TextWriter: ~Copyable, ~Escapable {
  /// Bytes behind the end of what is written that may be overwritten.
  static let slack = 32

  private var room: MutableRawSpan
  /// Where the next byte goes.
  var at: Int
  /// Whether a byte was written that may not be shown as it is.
  var isUnsafe = false

  @inline(__always)
  @_lifetime(copy room)
  init(_ room: consuming MutableRawSpan, at: Int) {
    self.room = room
    self.at = at
  }

  /// Whether so many bytes may be written.
  func hasRoom(for count: Int) -> Bool { count <= room.byteCount - Self.slack - at }

  /// The first `count` bytes of a word, the lowest first; at most eight.
  @inline(__always)
  mutating func append(_ word: UInt64, count: Int) {
    room.store(word, at: at)
    at &+= count
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) { append(UInt64(byte), count: 1) }

  /// Bytes of a span behind which there are at least sixteen more.
  @inline(__always)
  mutating func append(_ source: RawSpan, at offset: Int, count: Int) {
    room.store(source.u64(at: offset), at: at)
    room.store(source.u64(at: offset &+ 8), at: at &+ 8)
    if count > 16 { appendMore(source, at: offset, count: count) }
    at &+= count
  }

  /// What lies behind the first sixteen bytes.
  @inline(__always)
  private mutating func appendMore(_ source: RawSpan, at offset: Int, count: Int) {
    var done = 16
    repeat {
      room.store(source.u64(at: offset &+ done), at: at &+ done)
      room.store(source.u64(at: offset &+ done &+ 8), at: at &+ done &+ 8)
      done &+= 16
    } while done < count
  }

  /// Bytes that somebody else wrote; there must be room for them.
  @inline(never)
  mutating func append(_ bytes: [UInt8]) {
    let source = bytes.rawBytes
    var done = 0
    while done &+ 8 <= source.byteCount {
      append(source.u64(at: done), count: 8)
      done &+= 8
    }
    while done < source.byteCount {
      append(source.u8(at: done))
      done &+= 1
    }
  }

  /// Lends what was written from `start` on.
  func lend(from start: Int, to body: (RawSpan, Range<Int>) -> Void) {
    body(room.bytes, start..<at)
  }

  // MARK: Numbers

  /// A number in decimal digits.
  @inline(__always)
  mutating func append(decimal value: UInt64) {
    if value < 10 {
      append(UInt64(UInt8(ascii: "0")) &+ value, count: 1)
    } else if value < 100_000_000 {
      appendShort(decimal: value)
    } else {
      appendLong(decimal: value)
    }
  }

  /// A number of up to eight digits, which is not zero.
  @inline(__always)
  private mutating func appendShort(decimal value: UInt64) {
    let digits = Digits.eight(value)
    let zeros = digits.trailingZeroBitCount & ~7
    append((digits | Digits.ascii) &>> UInt64(zeros), count: 8 &- zeros &>> 3)
  }

  @inline(never)
  private mutating func appendLong(decimal value: UInt64) {
    let high = value / 100_000_000
    if high < 100_000_000 { appendShort(decimal: high) } else { appendLong(decimal: high) }
    append(Digits.eight(value % 100_000_000) | Digits.ascii, count: 8)
  }

  /// A signed number in decimal digits.
  @inline(__always)
  mutating func append(signed value: Int64) {
    if value < 0 { append(UInt8(ascii: "-")) }
    append(decimal: value.magnitude)
  }

  /// A number below a thousand millions, in nine digits.
  @inline(__always)
  mutating func append(nineDigits value: UInt64) {
    append(Digits.eight(value / 10) | Digits.ascii, count: 8)
    append(UInt64(UInt8(ascii: "0")) &+ value % 10, count: 1)
  }

  /// A number in at least twelve characters, blanks before it.
  @inline(never)
  mutating func append(ticks value: UInt64) {
    var digits = 1
    var rest = value / 10
    while rest != 0 {
      digits += 1
      rest /= 10
    }
    while digits < 12 {
      append(32)
      digits += 1
    }
    append(decimal: value)
  }

  /// A number in lowercase hexadecimal digits, padded with zeros to at least `width` digits, at most 16.
  @inline(__always)
  mutating func append(hex value: UInt64, width: Int = 1) {
    let digits = max(width, (67 &- value.leadingZeroBitCount) &>> 2)
    if digits > 8 {
      let high = Digits.hex(value &>> 32)
      append(high &>> UInt64((16 &- digits) &* 8), count: digits &- 8)
      append(Digits.hex(value & 0xffff_ffff), count: 8)
    } else {
      append(Digits.hex(value) &>> UInt64((8 &- digits) &* 8), count: digits)
    }
  }
}

/// Digits, eight in a word: the first in the lowest byte.
enum Digits {
  /// What makes digits of numbers from 0 to 9.
  static let ascii: UInt64 = 0x3030_3030_3030_3030

  /// The eight decimal digits of a number below 100,000,000, as numbers.
  @inline(__always)
  static func eight(_ value: UInt64) -> UInt64 {
    // Four digits in each half, two in each quarter, one in each byte. The factors are 1/100 and 1/10, exact for what
    // is divided: 10486 · 9999 < 2³² and 103 · 99 < 2¹⁶, so that no product reaches into its neighbour.
    let halves = value / 10000 | (value % 10000) &<< 32
    let hundreds = (halves &* 10486) &>> 20 & 0x0000_007f_0000_007f
    let quarters = hundreds | (halves &- hundreds &* 100) &<< 16
    let tens = (quarters &* 103) &>> 10 & 0x000f_000f_000f_000f
    return tens | (quarters &- tens &* 10) &<< 8
  }

  /// The eight hexadecimal digits of a number below 2³², as text.
  @inline(__always)
  static func hex(_ value: UInt64) -> UInt64 {
    var nibbles = (value | value &<< 16) & 0x0000_ffff_0000_ffff
    nibbles = (nibbles | nibbles &<< 8) & 0x00ff_00ff_00ff_00ff
    nibbles = (nibbles | nibbles &<< 4) & 0x0f0f_0f0f_0f0f_0f0f
    // One in each byte that is a letter.
    let letters = (nibbles &+ 0x0606_0606_0606_0606) &>> 4 & 0x0101_0101_0101_0101
    return (nibbles &+ ascii &+ letters &* 39).byteSwapped
  }
}
