import Yams

/// Reads a YAML document node by node, and says where what was not expected stands.
struct YAMLReader {
  /// The file's name, for messages.
  let path: String

  /// The document's root; nil when the document is empty.
  func compose(_ text: String) throws(ConfigurationError) -> Node? {
    do {
      return try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw syntaxError(error)
    } catch {
      throw ConfigurationError("not YAML: \(error)", at: path)
    }
  }

  private func syntaxError(_ error: YamlError) -> ConfigurationError {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      ConfigurationError("not YAML: \(problem)", at: "\(path):\(mark.line):\(mark.column)")
    case .duplicatedKeysInMapping(let duplicates, _):
      ConfigurationError(
        "a key stands twice: \(duplicates.map { "\($0)" }.joined(separator: ", "))", at: path)
    default: ConfigurationError("not YAML: \(error)", at: path)
    }
  }

  /// An error at the place of a node.
  func error(_ node: Node, _ what: String) -> ConfigurationError {
    let place = node.mark.map { ":\($0.line):\($0.column)" } ?? ""
    return ConfigurationError(what, at: path + place)
  }

  /// The pairs of a mapping.
  func pairs(
    _ node: Node, _ expected: String
  ) throws(ConfigurationError) -> [(key: Node, value: Node)] {
    guard let mapping = node.mapping else { throw error(node, "expected \(expected)") }
    return mapping.map { ($0.key, $0.value) }
  }

  /// The elements of a sequence; a single scalar stands for a sequence of one.
  func list(_ node: Node) throws(ConfigurationError) -> [Node] {
    if let sequence = node.sequence { return Array(sequence) }
    if node.scalar != nil { return [node] }
    throw error(node, "expected a list")
  }

  /// The text of a scalar.
  func string(_ node: Node, _ expected: String) throws(ConfigurationError) -> String {
    guard let text = node.scalar?.string else { throw error(node, "expected \(expected)") }
    return text
  }
}
