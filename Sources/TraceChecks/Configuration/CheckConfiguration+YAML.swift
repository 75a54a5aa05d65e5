import Yams

/// The `checks` part of a configuration file:
///
///     checks:
///       only: [l2-emulation, slow-exit]
///       enable: [stuck-in-l2]
///       disable: [exit-rate]
///       severity:
///         slow-exit: error
///       set:
///         slow-exit.budget: 200us
extension CheckConfiguration {
  /// The most bytes that a configuration may have: nobody writes more by hand.
  public static let mostBytes = 1 << 20

  /// Reads a configuration file on top of what is known.
  ///
  /// - Parameters:
  ///   - text: the file's content.
  ///   - path: its name, for messages.
  ///   - others: keys beside `checks` that belong to somebody else (`rules` of `assert`).
  /// - Throws: all that is wrong, each with its place: file, line and column.
  public mutating func read(
    yaml text: String, path: String, passingOver others: Set<String> = ["rules"]
  ) throws(ConfigurationErrors) {
    guard text.utf8.count <= Self.mostBytes else {
      throw ConfigurationErrors([
        ConfigurationError("larger than \(Self.mostBytes) bytes", at: path)
      ])
    }
    var reader = YAMLReader(path: path)
    // A file of comments alone says nothing.
    if let root = reader.compose(text) {
      for (key, value) in reader.members(root, ["checks"], passingOver: others)
      where key == "checks" {
        read(checks: value, &reader)
      }
    }
    if !reader.errors.isEmpty { throw ConfigurationErrors(reader.errors) }
  }

  /// Reads what stands under `checks`; what is wrong with it is noted by the reader.
  mutating func read(checks node: Node, _ reader: inout YAMLReader) {
    let keys = ["only", "enable", "disable", "severity", "set"]
    let members = reader.members(node, keys)
    // In this order, whatever the file's: `only` would undo what the others say.
    for name in keys {
      for (key, value) in members where key == name { read(name, value, &reader) }
    }
  }

  private mutating func read(_ name: String, _ node: Node, _ reader: inout YAMLReader) {
    switch name {
    case "only", "enable", "disable":
      if name == "only" { try? enableOnly([]) }
      for item in reader.list(node) {
        guard let id = reader.string(item, "a check's id") else { continue }
        reader.noting(item) { () throws(ConfigurationError) in
          if name == "disable" { try disable(id) } else { try enable(id) }
        }
      }
    default:
      for (key, value) in reader.pairs(node, "a mapping") {
        guard let what = reader.string(key, "a name"), let text = reader.string(value, "a value")
        else { continue }
        reader.noting(key) { () throws(ConfigurationError) in
          if name == "set" {
            try set(what, to: text)
          } else {
            try setSeverity(of: what, to: text)
          }
        }
      }
    }
  }
}
