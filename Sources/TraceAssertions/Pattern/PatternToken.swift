/// One word of a pattern.
struct PatternToken: Equatable {
  enum Kind: Equatable {
    case number(UInt64)
    case text(String)
    case name(String)
    case variable(String)
    /// An operator, or a bracket.
    case sign(String)
    case end
  }

  let kind: Kind
  /// In scalars, from the pattern's beginning.
  let offset: Int

  /// The word for a message.
  var shown: String {
    switch kind {
    case .number(let value): "the number \(value)"
    case .text(let text): "the text \"\(text)\""
    case .name(let name): "'\(name)'"
    case .variable(let name): "'$\(name)'"
    case .sign(let sign): "'\(sign)'"
    case .end: "the end"
    }
  }
}

/// Cuts a filter into words.
struct PatternLexer {
  private let text: [Unicode.Scalar]
  private var at: Int
  /// Longest first.
  private static let signs = [
    "&&", "||", "==", "!=", "<=", ">=", "=~", "!~", "<<", ">>", "<", ">", "!", "(", ")", "&", "|",
    "^", "+", "-", "*", "/", "%", "~",
  ].map { Array($0.unicodeScalars) }

  /// Begins behind the names, at a scalar's number.
  init(_ text: [Unicode.Scalar], from start: Int) {
    self.text = text
    at = start
  }

  /// The next word.
  mutating func next() throws(PatternMistake) -> PatternToken {
    while at < text.count, text[at].properties.isWhitespace { at += 1 }
    let start = at
    guard at < text.count else { return PatternToken(kind: .end, offset: at) }
    let scalar = text[at]
    if scalar == "\"" || scalar == "'" { return try quoted(scalar) }
    if scalar == "$" {
      at += 1
      let name = word()
      guard !name.isEmpty else {
        throw PatternMistake(offset: start, found: "'$'", expected: "a name behind it, as in $rip")
      }
      return PatternToken(kind: .variable(name), offset: start)
    }
    if isDigit(scalar) { return try number() }
    if isLetter(scalar) { return PatternToken(kind: .name(word()), offset: start) }
    for sign in Self.signs where text[at...].starts(with: sign) {
      at += sign.count
      return PatternToken(
        kind: .sign(String(String.UnicodeScalarView(sign))), offset: start)
    }
    let hint = scalar == "=" ? " Did you mean '=='?" : ""
    throw PatternMistake(
      offset: start, found: "'\(scalar)'", expected: "a field, a value or an operator",
      suggestion: hint)
  }

  private func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  private func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
  }

  private mutating func word() -> String {
    var view = String.UnicodeScalarView()
    while at < text.count, isLetter(text[at]) || isDigit(text[at]) {
      view.append(text[at])
      at += 1
    }
    return String(view)
  }

  /// Decimal, hexadecimal (`0x`) or octal (`0`), as `strtoull` has it.
  private mutating func number() throws(PatternMistake) -> PatternToken {
    let start = at
    let digits = word()
    let value: UInt64?
    if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
      value = UInt64(digits.dropFirst(2), radix: 16)
    } else if digits.hasPrefix("0"), digits.count > 1 {
      value = UInt64(digits, radix: 8)
    } else {
      value = UInt64(digits)
    }
    guard let value else {
      throw PatternMistake(offset: start, found: "'\(digits)'", expected: "a number")
    }
    return PatternToken(kind: .number(value), offset: start)
  }

  private mutating func quoted(_ quote: Unicode.Scalar) throws(PatternMistake) -> PatternToken {
    let start = at
    var view = String.UnicodeScalarView()
    at += 1
    while at < text.count, text[at] != quote {
      // A backslash takes a quote or another one along; others belong to regular expressions.
      if text[at] == "\\", at + 1 < text.count, text[at + 1] == quote { at += 1 }
      view.append(text[at])
      at += 1
    }
    guard at < text.count else {
      throw PatternMistake(offset: start, found: "'\(quote)'", expected: "a second one at the end")
    }
    at += 1
    // One character in single quotes is a number.
    if quote == "'", view.count == 1, let only = view.first, only.isASCII {
      return PatternToken(kind: .number(UInt64(only.value)), offset: start)
    }
    return PatternToken(kind: .text(String(view)), offset: start)
  }
}
