/// A `print fmt`, parsed: text with conversions in between, as in C's printf.
struct PrintFormat: Sendable {
  var pieces: [Piece] = []

  enum Piece: Sendable {
    case text([UInt8])
    case conversion(PrintConversion, PrintExpression)
  }
}

/// One conversion of a printf format.
struct PrintConversion: Sendable {
  enum Kind: Sendable, Equatable {
    case signed, unsigned, hex, capitalHex, octal, character, string, pointer
    /// `%ps` and its like: a function's name, with or without the distance from its begin.
    case function(distance: Bool)
  }

  var kind = Kind.string
  var isLeft = false
  var isZeroPadded = false
  var isAlternate = false
  var hasPlus = false
  /// At most `PrintConversion.maximumWidth`.
  var width = 0
  var precision: Int?
  /// Bytes of the number: 1, 2, 4 or 8.
  var size = 4

  /// Wider or more precise formats are refused: the kernel has none, and a trace must not make us write gigabytes.
  static let maximumWidth = 512

  /// Pads what was appended since `start`.
  func pad(_ bytes: inout [UInt8], from start: Int) {
    let missing = width - (bytes.count - start)
    guard missing > 0 else { return }
    let padding = repeatElement(UInt8(ascii: " "), count: missing)
    bytes.insert(contentsOf: padding, at: isLeft ? bytes.count : start)
  }

  /// Appends a number.
  func append(_ value: PrintValue, to bytes: inout [UInt8]) {
    let unused = UInt64(64 - size * 8)
    let cut = unused == 0 ? value.bits : (value.bits << unused) >> unused
    let start = bytes.count
    if kind == .signed {
      let number = unused == 0 ? value.signed : (value.signed << Int64(unused)) >> Int64(unused)
      if number < 0 {
        bytes.append(UInt8(ascii: "-"))
      } else if hasPlus {
        bytes.append(UInt8(ascii: "+"))
      }
      let digits = bytes.count
      bytes.append(decimal: number.magnitude)
      return extend(&bytes, from: start, digits: digits)
    }
    if isAlternate && cut != 0 && (kind == .hex || kind == .capitalHex) {
      bytes.append(text: kind == .hex ? "0x" : "0X")
    }
    let digits = bytes.count
    switch kind {
    case .hex: bytes.append(hex: cut)
    case .capitalHex:
      bytes.append(hex: cut)
      for index in digits..<bytes.count where bytes[index] >= UInt8(ascii: "a") {
        bytes[index] -= 32
      }
    case .octal: bytes.append(text: String(cut, radix: 8))
    default: bytes.append(decimal: cut)
    }
    extend(&bytes, from: start, digits: digits)
  }

  /// Puts zeros before the digits of a number, and blanks before or behind it.
  private func extend(_ bytes: inout [UInt8], from start: Int, digits: Int) {
    var wanted = precision ?? 0
    if isZeroPadded && !isLeft && precision == nil { wanted = width - (digits - start) }
    let missing = wanted - (bytes.count - digits)
    if missing > 0 {
      bytes.insert(contentsOf: repeatElement(UInt8(ascii: "0"), count: missing), at: digits)
    }
    pad(&bytes, from: start)
  }
}
