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
  /// - Throws: what is wrong with its place: file, line and column.
  public mutating func read(
    yaml text: String, path: String, passingOver others: Set<String> = ["rules"]
  ) throws(ConfigurationError) {
    guard text.utf8.count <= Self.mostBytes else {
      throw ConfigurationError("larger than \(Self.mostBytes) bytes", at: path)
    }
    let reader = YAMLReader(path: path)
    // A file of comments alone says nothing.
    guard let root = try reader.compose(text) else { return }
    for (key, value) in try reader.pairs(root, "a mapping with the key `checks`") {
      let name = try reader.string(key, "a key")
      if name == "checks" {
        try read(checks: value, reader)
      } else if !others.contains(name) {
        throw reader.error(key, "unknown key '\(name)': expected checks")
      }
    }
  }

  /// Reads what stands under `checks`.
  mutating func read(checks node: Node, _ reader: YAMLReader) throws(ConfigurationError) {
    let keys = ["only", "enable", "disable", "severity", "set"]
    let pairs = try reader.pairs(node, "a mapping with \(keys.joined(separator: ", "))")
    for (key, _) in pairs {
      let name = try reader.string(key, "a key")
      guard keys.contains(name) else {
        throw reader.error(
          key, "unknown key '\(name)': expected \(keys.joined(separator: ", "))")
      }
    }
    // In this order, whatever the file's: `only` would undo what the others say.
    for name in keys {
      for (key, value) in pairs where try reader.string(key, "a key") == name {
        try read(name, value, reader)
      }
    }
  }

  private mutating func read(
    _ name: String, _ node: Node, _ reader: YAMLReader
  ) throws(ConfigurationError) {
    switch name {
    case "only", "enable", "disable":
      if name == "only" { try enableOnly([]) }
      for id in try reader.list(node) {
        let text = try reader.string(id, "a check's id")
        do throws(ConfigurationError) {
          if name == "disable" { try disable(text) } else { try enable(text) }
        } catch { throw reader.error(id, error.what) }
      }
    default:
      for (key, value) in try reader.pairs(node, "a mapping") {
        let what = try reader.string(key, "a name")
        let text = try reader.string(value, "a value")
        do throws(ConfigurationError) {
          if name == "set" {
            try set(what, to: text)
          } else {
            try setSeverity(of: what, to: text)
          }
        } catch { throw reader.error(key, error.what) }
      }
    }
  }
}
