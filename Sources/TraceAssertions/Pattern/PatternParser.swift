/// Reads event patterns.
struct PatternParser {
  private static let mostScalars = 4096
  private static let deepest = 64

  private var lexer: PatternLexer
  private var token: PatternToken
  private var depth = 0

  /// Reads a whole pattern: `NAME[, NAME…][: FILTER]`.
  static func parse(_ source: String) throws(PatternMistake) -> EventPattern {
    let text = Array(source.unicodeScalars)
    guard text.count <= mostScalars else {
      throw PatternMistake(
        offset: 0, found: "\(text.count) characters", expected: "at most \(mostScalars)")
    }
    let colon = text.firstIndex(of: ":") ?? text.count
    var names: [EventPattern.Name] = []
    var start = 0
    while start <= colon {
      let end = text[start..<colon].firstIndex(of: ",") ?? colon
      names.append(try name(text, start..<end))
      start = end + 1
    }
    guard colon < text.count else {
      return EventPattern(names: names, filter: nil, source: source)
    }
    var lexer = PatternLexer(text, from: colon + 1)
    let first = try lexer.next()
    var parser = PatternParser(lexer: lexer, token: first)
    if first.kind == .end {
      throw PatternMistake(
        offset: first.offset, found: "nothing", expected: "a condition behind ':'")
    }
    let filter = try parser.either()
    guard parser.token.kind == .end else { throw parser.unexpected("&&, || or the end") }
    return EventPattern(names: names, filter: filter, source: source)
  }

  private static func name(
    _ text: [Unicode.Scalar], _ range: Range<Int>
  ) throws(PatternMistake) -> EventPattern.Name {
    var range = range
    while let first = range.first, text[first].properties.isWhitespace { range.removeFirst() }
    while let last = range.last, text[last].properties.isWhitespace { range.removeLast() }
    guard !range.isEmpty else {
      throw PatternMistake(
        offset: range.lowerBound, found: "nothing", expected: "the name of an event")
    }
    if let space = text[range].firstIndex(where: \.properties.isWhitespace) {
      let rest = String(String.UnicodeScalarView(text[space..<range.upperBound]))
      throw PatternMistake(
        offset: space, found: "'\(rest.drop { $0 == " " })'",
        expected: "':' before a condition, or ',' before another event")
    }
    func expression(_ range: Range<Int>) throws(PatternMistake) -> RegularExpression {
      let source = String(String.UnicodeScalarView(text[range]))
      do throws(RegularExpression.Failure) { return try RegularExpression(source) } catch {
        throw PatternMistake(
          offset: range.lowerBound, found: "'\(source)' (\(error.what))",
          expected: "a name or a regular expression")
      }
    }
    guard let slash = text[range].firstIndex(of: "/") else {
      return EventPattern.Name(system: nil, event: try expression(range))
    }
    guard slash > range.lowerBound, slash + 1 < range.upperBound else {
      throw PatternMistake(offset: slash, found: "'/'", expected: "SYSTEM/EVENT")
    }
    return EventPattern.Name(
      system: try expression(range.lowerBound..<slash),
      event: try expression(slash + 1..<range.upperBound))
  }

  private init(lexer: PatternLexer, token: PatternToken) {
    self.lexer = lexer
    self.token = token
  }

  private mutating func advance() throws(PatternMistake) { token = try lexer.next() }

  private func unexpected(_ expected: String) -> PatternMistake {
    PatternMistake(offset: token.offset, found: token.shown, expected: expected)
  }

  private mutating func take(_ sign: String) throws(PatternMistake) -> Bool {
    guard token.kind == .sign(sign) else { return false }
    try advance()
    return true
  }

  private mutating func either() throws(PatternMistake) -> FilterExpression {
    var left = try both()
    while try take("||") { left = .or(left, try both()) }
    return left
  }

  private mutating func both() throws(PatternMistake) -> FilterExpression {
    var left = try negation()
    while try take("&&") { left = .and(left, try negation()) }
    return left
  }

  private mutating func negation() throws(PatternMistake) -> FilterExpression {
    guard try take("!") else { return try comparison() }
    try goDeeper()
    defer { depth -= 1 }
    return .not(try negation())
  }

  private mutating func goDeeper() throws(PatternMistake) {
    depth += 1
    guard depth <= Self.deepest else { throw unexpected("less nesting") }
  }

  private mutating func comparison() throws(PatternMistake) -> FilterExpression {
    let start = token
    let left = try arithmetic(1)
    guard case .sign(let sign) = token.kind else { return left }
    if sign == "=~" || sign == "!~" {
      guard case .name(let field) = left else {
        throw PatternMistake(
          offset: start.offset, found: start.shown, expected: "a field of text before \(sign)")
      }
      try advance()
      guard case .text(let source) = token.kind else {
        throw unexpected("a regular expression in quotes")
      }
      let offset = token.offset
      try advance()
      do throws(RegularExpression.Failure) {
        return .match(field, try RegularExpression(source), isNegated: sign == "!~")
      } catch {
        throw PatternMistake(
          offset: offset, found: "\"\(source)\" (\(error.what))", expected: "a regular expression")
      }
    }
    guard let operation = ComparisonOperator(rawValue: sign) else { return left }
    try advance()
    let right = try arithmetic(1)
    if case .sign(let sign) = token.kind, ComparisonOperator(rawValue: sign) != nil {
      throw unexpected("&& between two comparisons")
    }
    return .comparison(operation, left, right)
  }

  /// Operators that bind at least so tightly.
  private mutating func arithmetic(_ least: Int) throws(PatternMistake) -> FilterExpression {
    var left = try operand()
    while case .sign(let sign) = token.kind, let operation = ArithmeticOperator(rawValue: sign),
      operation.precedence >= least
    {
      try advance()
      left = .arithmetic(operation, left, try arithmetic(operation.precedence + 1))
    }
    return left
  }

  private mutating func operand() throws(PatternMistake) -> FilterExpression {
    try goDeeper()
    defer { depth -= 1 }
    switch token.kind {
    case .number(let value):
      try advance()
      return .number(value)
    case .text(let text):
      try advance()
      return .text(text)
    case .name(let name):
      try advance()
      return .name(name)
    case .variable(let name):
      try advance()
      return .variable(name)
    case .sign("-"):
      try advance()
      return .negative(try operand())
    case .sign("~"):
      try advance()
      return .complement(try operand())
    case .sign("("):
      try advance()
      let inner = try either()
      guard try take(")") else { throw unexpected("')'") }
      return inner
    default: throw unexpected("a field or a value")
    }
  }
}
