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
    let padding = [UInt8](repeating: UInt8(ascii: " "), count: missing)
    bytes.insert(contentsOf: padding, at: isLeft ? bytes.count : start)
  }

  /// Appends a number.
  func append(_ value: PrintValue, to bytes: inout [UInt8]) {
    let unused = UInt64(64 - size * 8)
    let cut = unused == 0 ? value.bits : (value.bits << unused) >> unused
    var digits: [UInt8] = []
    var prefix: [UInt8] = []
    switch kind {
    case .signed:
      let number = unused == 0 ? value.signed : (value.signed << Int64(unused)) >> Int64(unused)
      digits.append(decimal: number.magnitude)
      if number < 0 {
        prefix = [UInt8(ascii: "-")]
      } else if hasPlus {
        prefix = [UInt8(ascii: "+")]
      }
    case .hex, .capitalHex:
      digits.append(hex: cut)
      if isAlternate && cut != 0 { prefix = [UInt8(ascii: "0"), UInt8(ascii: "x")] }
      if kind == .capitalHex {
        for index in digits.indices where digits[index] >= UInt8(ascii: "a") { digits[index] -= 32 }
        if !prefix.isEmpty { prefix[1] = UInt8(ascii: "X") }
      }
    case .octal: digits = Array(String(cut, radix: 8).utf8)
    default: digits.append(decimal: cut)
    }
    var wanted = precision ?? 0
    if isZeroPadded && !isLeft && precision == nil { wanted = width - prefix.count }
    let start = bytes.count
    bytes.append(contentsOf: prefix)
    if digits.count < wanted {
      bytes.append(contentsOf: [UInt8](repeating: UInt8(ascii: "0"), count: wanted - digits.count))
    }
    bytes.append(contentsOf: digits)
    pad(&bytes, from: start)
  }
}
