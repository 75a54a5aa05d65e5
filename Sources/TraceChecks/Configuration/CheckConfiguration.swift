/// Which checks speak, how loud, and from which numbers on.
///
/// Made from a file (``read(yaml:path:)``), the command line, or in code; whatever is said later
/// wins.
public struct CheckConfiguration: Sendable {
  private var on: Set<String>
  private var severities: [String: Severity] = [:]
  private var values: [String: UInt64] = [:]

  /// The checks that are on by default, with their own severities and numbers.
  public init() {
    on = Set(CheckCatalogue.all.filter(\.isOnByDefault).map(\.id))
  }

  /// Whether a check speaks.
  public func isOn(_ id: String) -> Bool { on.contains(id) }

  /// The severity that all findings of a check get; nil: what the check says.
  public func severity(of id: String) -> Severity? { severities[id] }

  /// The number that holds for an option of a check.
  public func value(of option: CheckOption, in id: String) -> UInt64 {
    values["\(id).\(option.name)"] ?? option.standard
  }

  // MARK: - Changes

  /// Turns a check on; `all` turns on every one.
  public mutating func enable(_ id: String) throws(ConfigurationError) {
    on.formUnion(try Self.checks(id))
  }

  /// Turns a check off; `all` turns off every one.
  public mutating func disable(_ id: String) throws(ConfigurationError) {
    on.subtract(try Self.checks(id))
  }

  /// Turns all checks off but these.
  public mutating func enableOnly(_ ids: [String]) throws(ConfigurationError) {
    var only: Set<String> = []
    for id in ids { only.formUnion(try Self.checks(id)) }
    on = only
  }

  /// Gives all findings of a check one severity.
  public mutating func setSeverity(
    of id: String, to name: String
  ) throws(ConfigurationError) {
    let id = try Self.check(id).id
    guard let severity = Severity.allCases.first(where: { $0.name == name }) else {
      throw ConfigurationError(
        "'\(name)' is no severity: expected error, warning or note"
          + Spelling.sentence(for: name, among: Severity.allCases.map(\.name)))
    }
    severities[id] = severity
  }

  /// Sets an option, named as `slow-exit.budget`.
  public mutating func set(_ name: String, to text: String) throws(ConfigurationError) {
    let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw ConfigurationError(
        "'\(name)' names no option: expected CHECK.OPTION, such as slow-exit.budget")
    }
    let check = try Self.check(String(parts[0]))
    guard let option = check.options.first(where: { $0.name == parts[1] }) else {
      let known = check.options.map { "\(check.id).\($0.name)" }
      let hint =
        known.isEmpty ? "the check has none" : "expected \(known.joined(separator: " or "))"
      throw ConfigurationError(
        "\(check.id) has no option '\(parts[1])': \(hint)"
          + Spelling.sentence(for: name, among: known))
    }
    guard let value = option.value(text) else {
      throw ConfigurationError("'\(text)' is no value for \(name): expected \(option.form)")
    }
    values["\(check.id).\(option.name)"] = value
  }

  private static func checks(_ id: String) throws(ConfigurationError) -> [String] {
    id == "all" ? CheckCatalogue.all.map(\.id) : [try check(id).id]
  }

  /// The check with an id.
  public static func check(_ id: String) throws(ConfigurationError) -> CheckDescription {
    if let check = CheckCatalogue.description(of: id) { return check }
    let known = CheckCatalogue.all.map(\.id)
    let hint =
      Spelling.suggestion(for: id, among: known).map { "did you mean '\($0)'?" }
      ?? "`kvmscope explain --list` shows all"
    throw ConfigurationError("there is no check '\(id)': \(hint)")
  }
}
