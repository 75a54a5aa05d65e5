/// The words of a `print fmt`.
extension PrintFormatParser {
  mutating func skipBlanks() {
    while at < text.count, text[at] == 32 || text[at] == 9 { at += 1 }
  }

  /// Steps over a token if it is next.
  mutating func accept(_ token: String) -> Bool {
    skipBlanks()
    guard text[at...].starts(with: token.utf8) else { return false }
    at += token.utf8.count
    return true
  }

  /// A name; empty when there is none.
  mutating func identifier() -> String {
    skipBlanks()
    let begin = at
    while at < text.count, Self.isPartOfName(text[at]) { at += 1 }
    return String(decoding: text[begin..<at], as: UTF8.self)
  }

  static func isPartOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// String literals one behind another, with their escapes resolved.
  mutating func literal() throws(PrintFormatError) -> [UInt8] {
    var bytes: [UInt8] = []
    var found = false
    while accept("\"") {
      found = true
      while true {
        guard at < text.count, text[at] != 10 else { throw .syntax(at: at) }
        let byte = text[at]
        at += 1
        if byte == UInt8(ascii: "\"") { break }
        guard byte == UInt8(ascii: "\\") else {
          bytes.append(byte)
          continue
        }
        guard at < text.count else { throw .syntax(at: at) }
        switch text[at] {
        case UInt8(ascii: "n"): bytes.append(10)
        case UInt8(ascii: "t"): bytes.append(9)
        case UInt8(ascii: "r"): bytes.append(13)
        case let other: bytes.append(other)
        }
        at += 1
      }
    }
    guard found else { throw .syntax(at: at) }
    return bytes
  }

  /// A number with the type that C gives it.
  mutating func number() throws(PrintFormatError) -> PrintValue {
    let word = identifier().lowercased()
    var digits = Substring(word)
    let isHexadecimal = digits.hasPrefix("0x")
    var suffix = Substring()
    while let last = digits.last, last == "u" || last == "l" {
      suffix = digits.suffix(1) + suffix
      digits = digits.dropLast()
    }
    let radix = isHexadecimal ? 16 : digits.hasPrefix("0") && digits.count > 1 ? 8 : 10
    guard let bits = UInt64(isHexadecimal ? digits.dropFirst(2) : digits, radix: radix) else {
      throw .syntax(at: at)
    }
    let isUnsigned = suffix.contains("u")
    let isWide = suffix.contains("ll") || (suffix.contains("l") && longSize == 8)
    if !isWide {
      if !isUnsigned && bits <= 0x7fff_ffff {
        return PrintValue(bits, isSigned: true, isWide: false)
      }
      if (isUnsigned || radix != 10) && bits <= 0xffff_ffff {
        return PrintValue(bits, isSigned: false, isWide: false)
      }
    }
    return PrintValue(bits, isSigned: !isUnsigned && bits <= 0x7fff_ffff_ffff_ffff, isWide: true)
  }

  /// The type of a cast whose opening parenthesis is read, and the closing one; nil when it is no cast.
  mutating func castType() -> (size: Int, isSigned: Bool)? {
    let before = at
    var words: [String] = []
    var pointers = 0
    while true {
      let word = identifier()
      if !word.isEmpty {
        words.append(word)
      } else if accept("*") {
        pointers += 1
      } else {
        break
      }
    }
    guard let first = words.first, first != "REC", let digit = first.utf8.first, digit > 0x39,
      accept(")")
    else {
      at = before
      return nil
    }
    let type = pointers > 0 ? (0, false) : Self.integerType(words, longSize: longSize)
    // A constant in parentheses looks like a cast until nothing follows that could be cast.
    guard beginsOperand(signs: type.0 > 0) else {
      at = before
      return nil
    }
    return type
  }

  private mutating func beginsOperand(signs: Bool) -> Bool {
    skipBlanks()
    guard at < text.count else { return false }
    switch text[at] {
    case UInt8(ascii: "("), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "!"),
      UInt8(ascii: "~"):
      return true
    case UInt8(ascii: "-"), UInt8(ascii: "+"): return signs
    case let other: return Self.isPartOfName(other)
    }
  }

  /// Size and sign of an integer type; size 0 for a type that is none, which leaves a value as it is.
  private static func integerType(_ words: [String], longSize: Int) -> (size: Int, isSigned: Bool) {
    let isUnsigned = words.contains("unsigned")
    switch words.last ?? "" {
    case "u8", "__u8", "uint8_t", "bool", "_Bool": return (1, false)
    case "u16", "__u16", "uint16_t": return (2, false)
    case "u32", "__u32", "uint32_t", "dma_addr_t", "gfp_t": return (4, false)
    case "u64", "__u64", "uint64_t", "size_t", "gfn_t", "gpa_t", "sector_t": return (8, false)
    case "s8", "__s8", "int8_t": return (1, true)
    case "s16", "__s16", "int16_t": return (2, true)
    case "s32", "__s32", "int32_t", "pid_t": return (4, true)
    case "s64", "__s64", "int64_t", "ssize_t": return (8, true)
    case "char": return (1, !isUnsigned)
    default: break
    }
    let longs = words.count { $0 == "long" }
    if longs > 0 { return (longs > 1 ? 8 : longSize, !isUnsigned) }
    if words.contains("short") { return (2, !isUnsigned) }
    if words.contains("int") || isUnsigned { return (4, !isUnsigned) }
    return (0, false)
  }

  /// Splits a printf format, and gives each conversion its argument.
  func conversions(
    _ format: [UInt8], _ arguments: [PrintExpression]
  ) throws(PrintFormatError) -> PrintFormat {
    var made = PrintFormat()
    var plain: [UInt8] = []
    var next = 0
    var index = 0
    while index < format.count {
      let byte = format[index]
      index += 1
      guard byte == UInt8(ascii: "%") else {
        plain.append(byte)
        continue
      }
      guard index < format.count else { throw .syntax(at: at) }
      if format[index] == UInt8(ascii: "%") {
        plain.append(byte)
        index += 1
        continue
      }
      let conversion = try self.conversion(format, &index)
      guard next < arguments.count else { throw .syntax(at: at) }
      if !plain.isEmpty { made.pieces.append(.text(plain)) }
      plain = []
      made.pieces.append(.conversion(conversion, arguments[next]))
      next += 1
    }
    if !plain.isEmpty { made.pieces.append(.text(plain)) }
    return made
  }

  private func conversion(
    _ format: [UInt8], _ index: inout Int
  ) throws(PrintFormatError) -> PrintConversion {
    var made = PrintConversion()
    flags: while index < format.count {
      switch format[index] {
      case UInt8(ascii: "-"): made.isLeft = true
      case UInt8(ascii: "0"): made.isZeroPadded = true
      case UInt8(ascii: "#"): made.isAlternate = true
      case UInt8(ascii: "+"): made.hasPlus = true
      case UInt8(ascii: " "): break
      default: break flags
      }
      index += 1
    }
    func digits() throws(PrintFormatError) -> Int {
      var value = 0
      while index < format.count, case let digit = format[index], digit >= 0x30, digit <= 0x39 {
        value = value * 10 + Int(digit - 0x30)
        guard value <= PrintConversion.maximumWidth else { throw .tooLarge }
        index += 1
      }
      return value
    }
    made.width = try digits()
    if index < format.count, format[index] == UInt8(ascii: ".") {
      index += 1
      made.precision = try digits()
    }
    var longs = 0
    var shorts = 0
    while index < format.count {
      switch format[index] {
      case UInt8(ascii: "l"): longs += 1
      case UInt8(ascii: "z"), UInt8(ascii: "Z"), UInt8(ascii: "t"): longs += 1
      case UInt8(ascii: "L"), UInt8(ascii: "q"), UInt8(ascii: "j"): longs += 2
      case UInt8(ascii: "h"): shorts += 1
      default:
        made.size = longs > 1 ? 8 : longs == 1 ? longSize : shorts > 1 ? 1 : shorts == 1 ? 2 : 4
        made.kind = try kind(format, &index)
        return made
      }
      index += 1
    }
    throw .syntax(at: at)
  }

  private func kind(
    _ format: [UInt8], _ index: inout Int
  ) throws(PrintFormatError) -> PrintConversion.Kind {
    let letter = format[index]
    index += 1
    switch letter {
    case UInt8(ascii: "d"), UInt8(ascii: "i"): return .signed
    case UInt8(ascii: "u"): return .unsigned
    case UInt8(ascii: "x"): return .hex
    case UInt8(ascii: "X"): return .capitalHex
    case UInt8(ascii: "o"): return .octal
    case UInt8(ascii: "c"): return .character
    case UInt8(ascii: "s"): return .string
    case UInt8(ascii: "p"): break
    default: throw .unsupported(at: at)
    }
    guard index < format.count else { return .pointer }
    switch format[index] {
    case UInt8(ascii: "s"), UInt8(ascii: "f"):
      index += 1
      return .function(distance: false)
    case UInt8(ascii: "S"), UInt8(ascii: "F"):
      index += 1
      return .function(distance: true)
    // A plain pointer, hashed or not.
    case UInt8(ascii: "K"), UInt8(ascii: "x"):
      index += 1
      return .pointer
    // Addresses of networks, identifiers, bitmaps: shown field by field.
    case let other where Self.isPartOfName(other): throw .unsupported(at: at)
    default: return .pointer
    }
  }
}
