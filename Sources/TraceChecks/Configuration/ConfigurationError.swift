/// What is wrong with a configuration, in one sentence; with its place, if it stands in a file.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  /// What is wrong, and what was expected.
  public let what: String
  /// The file's name; nil where it stands in none.
  public let path: String?
  /// From 1; nil where the file as a whole is wrong.
  public let line: Int?
  /// From 1, in Unicode scalars; nil as `line`.
  public let column: Int?

  /// Says what is wrong.
  public init(_ what: String, at path: String? = nil, line: Int? = nil, column: Int? = nil) {
    self.what = what
    self.path = path
    self.line = line
    self.column = column
  }

  /// One line for the terminal: `file:line:column: what`.
  public var description: String {
    guard let path else { return what }
    let place = [line, column].compactMap(\.self).map { ":\($0)" }.joined()
    return "\(path)\(place): \(what)"
  }
}

/// All that is wrong with a configuration file.
public struct ConfigurationErrors: Error, Equatable, CustomStringConvertible {
  /// At least one, in the order of the file.
  public let errors: [ConfigurationError]

  /// Puts them in order.
  public init(_ errors: [ConfigurationError]) {
    self.errors = errors.sorted { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) }
  }

  /// A line for each.
  public var description: String { errors.map(\.description).joined(separator: "\n") }
}
