import Yams

/// Reads a YAML document node by node, and notes what was not expected and where it stands.
struct YAMLReader {
  /// The file's name, for messages.
  let path: String
  /// What is wrong, in the order in which it was found.
  private(set) var errors: [ConfigurationError] = []

  init(path: String) {
    self.path = path
  }

  /// The document's root; nil when the document is empty, or no YAML.
  mutating func compose(_ text: String) -> Node? {
    do {
      return try Yams.compose(yaml: text)
    } catch let error as YamlError {
      errors.append(syntaxError(error))
    } catch {
      errors.append(ConfigurationError("not YAML: \(error)", at: path))
    }
    return nil
  }

  private func syntaxError(_ error: YamlError) -> ConfigurationError {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      ConfigurationError(
        "not YAML: \(problem)", at: path, line: mark.line, column: mark.column)
    case .duplicatedKeysInMapping(let duplicates, _):
      ConfigurationError(
        "a key stands twice: \(duplicates.map { "\($0)" }.joined(separator: ", "))", at: path)
    default: ConfigurationError("not YAML: \(error)", at: path)
    }
  }

  /// Notes what is wrong with a node.
  mutating func note(_ node: Node, _ what: String) {
    let mark = node.mark
    errors.append(
      ConfigurationError(what, at: path, line: mark?.line, column: mark?.column))
  }

  /// Does something with a node, and notes what it throws.
  mutating func noting(_ node: Node, _ body: () throws(ConfigurationError) -> Void) {
    do throws(ConfigurationError) { try body() } catch { note(node, error.what) }
  }

  /// The pairs of a mapping; none where it is something else.
  mutating func pairs(_ node: Node, _ expected: String) -> [(key: Node, value: Node)] {
    guard let mapping = node.mapping else {
      note(node, "expected \(expected)")
      return []
    }
    return mapping.map { ($0.key, $0.value) }
  }

  /// The pairs of a mapping whose keys are known, and of others that are passed over; unknown keys are noted.
  mutating func members(
    _ node: Node, _ keys: [String], passingOver others: Set<String> = []
  ) -> [(key: String, value: Node)] {
    var members: [(key: String, value: Node)] = []
    let names = keys.joined(separator: ", ")
    for (key, value) in pairs(node, "a mapping with \(names)") {
      guard let name = string(key, "a key") else { continue }
      if keys.contains(name) {
        members.append((name, value))
      } else if !others.contains(name) {
        let question = Spelling.sentence(for: name, among: keys)
        note(key, "unknown key '\(name)': expected \(names)" + question)
      }
    }
    return members
  }

  /// The elements of a sequence; a single scalar stands for a sequence of one.
  mutating func list(_ node: Node) -> [Node] {
    if let sequence = node.sequence { return Array(sequence) }
    if node.scalar != nil { return [node] }
    note(node, "expected a list")
    return []
  }

  /// The text of a scalar.
  mutating func string(_ node: Node, _ expected: String) -> String? {
    guard let text = node.scalar?.string else {
      note(node, "expected \(expected)")
      return nil
    }
    return text
  }
}
