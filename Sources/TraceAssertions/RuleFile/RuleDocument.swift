import TraceChecks
import Yams

/// The nodes of a rules file, and the list of what is wrong with it.
///
/// Reading goes on after a mistake, so that all are said at once.
struct RuleDocument {
  let path: String
  private let text: String
  private(set) var mistakes: [RuleMistake] = []
  /// Keys that stand twice and were renamed so that the rest can be read.
  private var renamed: Set<String> = []
  /// Nobody reads more.
  private static let mostMistakes = 200

  init(_ text: String, path: String) {
    self.text = text
    self.path = path
  }

  // MARK: - The document

  /// The root; nil when there is none, or it is no YAML.
  mutating func root() -> Node? {
    var lines = Self.lines(text)
    // A key that stands twice stops the parser: it is renamed in its place, and the parser called again.
    for _ in 0..<Self.mostMistakes {
      let current = lines.map { String(String.UnicodeScalarView($0)) }.joined(separator: "\n")
      do {
        return try Yams.compose(yaml: current)
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        let mark = context.mark
        let key = keys.first ?? ""
        // What was renamed and is there again stands elsewhere than the parser says.
        guard renamed.insert("\(mark.line):\(mark.column)").inserted else { return nil }
        add(mark.line, mark.column, "the key '\(key)' twice", "every key once")
        let row = mark.line - 1
        guard lines.indices.contains(row) else { return nil }
        let quoted =
          lines[row].indices.contains(mark.column - 1)
          && ["\"", "'"].contains(lines[row][mark.column - 1])
        let column = mark.column - 1 + (quoted ? 1 : 0)
        guard lines[row].indices.contains(column), !key.isEmpty else { return nil }
        lines[row][column] = Unicode.Scalar(UInt8(ascii: "A") + UInt8(mistakes.count % 26))
      } catch let error as YamlError {
        addSyntax(error)
        return nil
      } catch {
        add(1, 1, "\(error)", "YAML")
        return nil
      }
    }
    return nil
  }

  /// The lines as YAML counts them, as scalars: a line ends with whatever any system ends one with.
  private static func lines(_ text: String) -> [[Unicode.Scalar]] {
    var lines: [[Unicode.Scalar]] = [[]]
    var isAfterReturn = false
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n" where isAfterReturn: break
      case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": lines.append([])
      default: lines[lines.count - 1].append(scalar)
      }
      isAfterReturn = scalar == "\r"
    }
    return lines
  }

  private mutating func addSyntax(_ error: YamlError) {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let about = context.map { " (\($0.text) in line \($0.mark.line))" } ?? ""
      add(mark.line, mark.column, "what is no YAML: \(problem)\(about)", "YAML")
    case .reader(let problem, let offset, _, _):
      let before = text.utf8.prefix(offset ?? 0)
      let line = before.count { $0 == UInt8(ascii: "\n") } + 1
      add(line, 1, problem, "text in UTF-8")
    default: add(1, 1, "no YAML", "YAML")
    }
  }

  // MARK: - Mistakes

  /// Notes a mistake at a place.
  mutating func add(
    _ line: Int, _ column: Int, _ found: String, _ expected: String, _ suggestion: String = ""
  ) {
    guard mistakes.count < Self.mostMistakes else { return }
    let mistake = RuleMistake(
      path: path, line: line, column: column, found: found, expected: expected,
      suggestion: suggestion)
    if !mistakes.contains(mistake) { mistakes.append(mistake) }
  }

  /// Notes a mistake at a node, `offset` characters into its text.
  mutating func add(
    _ node: Node, _ found: String, _ expected: String, _ suggestion: String = "", offset: Int = 0
  ) {
    let mark = node.mark
    // Only text that stands in the file as it is can be counted in.
    var column = mark?.column ?? 1
    switch node.scalar?.style {
    case .plain?: column += offset
    case .singleQuoted?, .doubleQuoted?: column += offset + (offset > 0 ? 1 : 0)
    default: break
    }
    add(mark?.line ?? 1, column, found, expected, suggestion)
  }

  // MARK: - Nodes

  /// What a node is, for messages.
  static func shown(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar): scalar.string.isEmpty ? "nothing" : "'\(scalar.string)'"
    case .sequence: "a list"
    case .mapping: "a mapping"
    case .alias: "an alias"
    }
  }

  /// The text of a scalar.
  mutating func text(_ node: Node, _ expected: String) -> String? {
    guard case .scalar(let scalar) = node, !scalar.string.isEmpty else {
      add(node, Self.shown(node), expected)
      return nil
    }
    return scalar.string
  }

  /// The members of a mapping by key; unknown ones are mistakes.
  mutating func members(
    _ node: Node, of what: String, _ keys: [String]
  ) -> [String: (key: Node, value: Node)]? {
    guard case .mapping(let mapping) = node else {
      add(node, Self.shown(node), "\(what): a mapping with \(keys.joined(separator: ", "))")
      return nil
    }
    var members: [String: (key: Node, value: Node)] = [:]
    for (key, value) in mapping {
      if let mark = key.mark, renamed.contains("\(mark.line):\(mark.column)") { continue }
      guard let name = key.scalar?.string, keys.contains(name) else {
        let name = key.scalar?.string ?? ""
        add(
          key, "the key \(Self.shown(key))",
          "a key of \(what): \(keys.joined(separator: ", "))",
          Spelling.question(for: name, among: keys))
        continue
      }
      members[name] = (key, value)
    }
    return members
  }

  /// The elements of a list; something else stands for a list of one.
  func elements(_ node: Node) -> [Node] {
    if case .sequence(let sequence) = node { return Array(sequence) }
    return [node]
  }

  /// One of some words.
  mutating func word<Choice: RawRepresentable & CaseIterable>(
    _ node: Node?, _ type: Choice.Type
  ) -> Choice? where Choice.RawValue == String {
    guard let node else { return nil }
    let words = Choice.allCases.map(\.rawValue)
    guard let text = text(node, words.joined(separator: ", ")) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    add(
      node, "'\(text)'", "one of \(words.joined(separator: ", "))",
      Spelling.question(for: text, among: words))
    return nil
  }
}
