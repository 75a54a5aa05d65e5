/// Text from a trace, made harmless for a terminal or a line-based format.
enum Printable {
  /// Whether a terminal might obey the character instead of showing it, or a line might end at it.
  ///
  /// Control characters (C0, DEL, C1), line and paragraph separators, and the marks that reorder text.
  static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0: true
    case 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069: true
    // No characters at all, and not allowed in XML and YAML.
    case 0xfffe, 0xffff, 0xfeff: true
    default: false
    }
  }

  /// Whether the text is printable ASCII, as nearly all is: that is told from the bytes.
  static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f } }

  /// The text with every unsafe character written as `\x1b` or `\u{202e}`.
  static func escaped(_ text: String) -> String {
    if isPlain(text) { return text }
    guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if isUnsafe(scalar) {
        result += code(of: scalar)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A character as its number: `\x1b`, `\u{202e}`.
  static func code(of scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    return scalar.value < 0x100 ? "\\x" + (digits.count < 2 ? "0" : "") + digits : "\\u{\(digits)}"
  }
}
