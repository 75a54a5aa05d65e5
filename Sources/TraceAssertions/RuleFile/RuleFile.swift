import TraceChecks
import Yams

/// Reads rules files.
///
///     rules:
///       - name: l2-is-not-emulated
///         check: l2-emulation
///       - name: fast-vmwrite
///         metric: exits.handling_ns.p99
///         where: {level: L1, reason: VMWRITE}
///         at_most: 50us
public struct RuleFile {
  /// The most bytes that a file may have.
  public static let mostBytes = 4 << 20

  var document: RuleDocument
  var scopes: [RuleScope] = [RuleScope()]
  var checks = CheckConfiguration()
  private var names: [String: Int] = [:]

  /// Reads the text of a file.
  ///
  /// - Throws: everything that is wrong with it.
  public static func read(_ text: String, path: String) throws(RuleMistakes) -> RuleSet {
    // Editors of Windows put a mark before the first character: it is none of the text.
    let text =
      text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    var file = RuleFile(document: RuleDocument(text, path: path))
    let rules = file.rules(text)
    guard file.document.mistakes.isEmpty else {
      throw RuleMistakes(
        mistakes: file.document.mistakes.sorted { ($0.line, $0.column) < ($1.line, $1.column) })
    }
    return RuleSet(path: path, rules: rules, scopes: file.scopes, checks: file.checks)
  }

  private mutating func rules(_ text: String) -> [Rule] {
    guard let root = document.root() else {
      if document.mistakes.isEmpty {
        document.add(Node(""), "nothing", "a mapping with the key 'rules'")
      }
      return []
    }
    guard let members = document.members(root, of: "the file", ["version", "rules", "checks"])
    else { return [] }
    if let version = members["version"]?.value, version.scalar?.string != "1" {
      document.add(version, RuleDocument.shown(version), "version 1")
    }
    if members["checks"] != nil { readChecks(text, members: root) }
    guard let list = members["rules"]?.value else {
      // An unknown key is most likely the one that is missing.
      if document.mistakes.isEmpty {
        document.add(root, "no rules", "a key 'rules' with a list")
      }
      return []
    }
    guard case .sequence(let nodes) = list, !nodes.isEmpty else {
      document.add(list, RuleDocument.shown(list), "a list of rules")
      return []
    }
    return nodes.compactMap { rule($0) }
  }

  /// The part that `check --config` reads too, with that reader's words.
  private mutating func readChecks(_ text: String, members root: Node) {
    let keys = Set((root.mapping ?? [:]).compactMap { $0.key.scalar?.string }).subtracting([
      "checks"
    ])
    let isWhole = document.mistakes.isEmpty
    do throws(ConfigurationErrors) {
      try checks.read(
        yaml: text, path: document.path, passingOver: keys)
    } catch {
      for error in error.errors {
        // What is wrong with the document as a whole was said before.
        if let line = error.line {
          document.add(line, error.column ?? 1, error.what, "")
        } else if isWhole {
          document.add(1, 1, error.what, "")
        }
      }
    }
  }

  private static let kinds = ["check", "metric", "never", "eventually", "sequence"]
  private static let keys =
    ["name", "description"] + kinds + [
      "where", "per", "at_least", "at_most", "below", "above", "equals", "severity", "expect",
      "on_inconclusive",
    ]

  private enum Expectation: String, CaseIterable {
    case pass, fail
  }

  private enum SeverityName: String, CaseIterable {
    case error, warning, note

    var severity: Severity {
      switch self {
      case .error: .error
      case .warning: .warning
      case .note: .note
      }
    }
  }

  private mutating func rule(_ node: Node) -> Rule? {
    let before = document.mistakes.count
    guard let members = document.members(node, of: "a rule", Self.keys) else { return nil }
    let hasUnknownKeys = document.mistakes.count > before
    var name = ""
    if let given = members["name"]?.value {
      if let scalar = given.scalar, scalar.style == .plain,
        ["null", "Null", "NULL", "~"].contains(scalar.string)
      {
        document.add(given, "nothing", "a name (in quotes, if it is '\(scalar.string)')")
      } else {
        name = document.text(given, "a name") ?? ""
      }
      if let line = names[name], !name.isEmpty {
        document.add(
          given, "the name '\(name)' again", "a name that no other rule has (line \(line))")
      }
      names[name] = given.mark?.line ?? 0
    } else {
      document.add(node, "a rule without a name", "a key 'name'")
    }
    let scope = members["where"].map { self.scope($0.value) } ?? RuleScope()
    let kinds = Self.kinds.filter { members[$0] != nil }
    // An unknown key is most likely the one that is missing: one mistake is enough.
    if kinds.count > 1 || kinds.isEmpty && !hasUnknownKeys {
      let found = kinds.isEmpty ? "none" : kinds.joined(separator: " and ")
      document.add(
        node, "\(found) in the rule", "exactly one of \(Self.kinds.joined(separator: ", "))")
    }
    let severity = document.word(members["severity"]?.value, SeverityName.self)
    let expectation = document.word(members["expect"]?.value, Expectation.self)
    let open = document.word(members["on_inconclusive"]?.value, Rule.OnInconclusive.self)
    let description = members["description"].flatMap {
      document.text($0.value, "a description")
    }
    var statements: [Rule.Statement] = []
    for kind in kinds {
      guard let member = members[kind] else { continue }
      if let statement = statement(kind, member.value, members, scope) {
        statements.append(statement)
      }
    }
    guard let statement = statements.first else { return nil }
    return Rule(
      name: name, description: description ?? "", severity: severity?.severity ?? .error,
      isExpectedToFail: expectation == .fail, onInconclusive: open ?? .report,
      scope: number(of: scope), statement: statement, line: node.mark?.line ?? 1,
      nameLine: members["name"]?.value.mark?.line ?? node.mark?.line ?? 1,
      nameColumn: members["name"]?.value.mark?.column ?? 1)
  }

  private mutating func number(of scope: RuleScope) -> Int {
    if let known = scopes.firstIndex(of: scope) { return known }
    scopes.append(scope)
    return scopes.count - 1
  }

  private mutating func statement(
    _ kind: String, _ node: Node, _ members: [String: (key: Node, value: Node)],
    _ scope: RuleScope
  ) -> Rule.Statement? {
    var allowed: Set<String> = []
    defer {
      for name in ["per", "at_least", "at_most", "below", "above", "equals"] {
        guard let member = members[name], !allowed.contains(name) else { continue }
        document.add(member.key, "the key '\(name)'", "no such key beside '\(kind)'")
      }
      if !["metric", "check"].contains(kind), let node = members["where"]?.value,
        scope.states != nil
      {
        document.add(node, "a state", "'state' beside 'metric' alone")
      }
    }
    switch kind {
    case "check":
      allowed = ["at_least", "at_most"]
      return check(node, members)
    case "metric":
      allowed = ["per", "at_least", "at_most", "below", "above", "equals"]
      return metric(node, members, scope).map { .metric($0) }
    case "never", "eventually":
      allowed = ["at_least", "at_most"]
      let patterns = patterns(node, PatternCheck())
      let bound = bound(
        members,
        standard: CountBound(atLeast: kind == "never" ? 0 : 1, atMost: kind == "never" ? 0 : nil))
      return patterns.isEmpty ? nil : .occurrence(patterns, bound)
    default:
      return sequence(node).map { .sequence($0) }
    }
  }

  private mutating func check(
    _ node: Node, _ members: [String: (key: Node, value: Node)]
  ) -> Rule.Statement? {
    let ids = CheckCatalogue.all.map(\.id)
    let bound = bound(members, standard: CountBound(atLeast: 0, atMost: 0))
    guard let id = document.text(node, "the id of a check") else { return nil }
    guard ids.contains(id) else {
      document.add(
        node, "'\(id)'", "the id of a check (`kvmscope explain --list`)",
        Spelling.question(for: id, among: ids))
      return nil
    }
    checkWhere(members, beside: "a check", Self.keysBesideCheck)
    try? checks.enable(id)
    return .check(id: id, bound)
  }

  private mutating func bound(
    _ members: [String: (key: Node, value: Node)], standard: CountBound
  ) -> CountBound {
    func count(_ name: String) -> UInt64? {
      guard let node = members[name]?.value,
        let text = document.text(node, "a count, such as 3")
      else { return nil }
      guard let value = Measure.value(text, .count), value < 1e18, value == value.rounded() else {
        document.add(node, "'\(text)'", Metric.Dimension.count.form)
        return nil
      }
      return UInt64(value)
    }
    let least = count("at_least")
    let most = count("at_most")
    // Who says how often at least does not mean never.
    let bound = CountBound(
      atLeast: least ?? (most != nil ? 0 : standard.atLeast),
      atMost: most ?? (least != nil ? nil : standard.atMost))
    if let most = bound.atMost, most < bound.atLeast, let node = members["at_most"]?.value {
      document.add(node, "'\(most)'", "no less than at_least, \(bound.atLeast)")
    }
    return bound
  }

  private mutating func metric(
    _ node: Node, _ members: [String: (key: Node, value: Node)], _ scope: RuleScope
  ) -> MetricRule? {
    let names = Metric.all.map(\.name)
    let grouping = document.word(members["per"]?.value, MetricRule.Grouping.self)
    let comparisons: [(String, ComparisonOperator)] = [
      ("at_most", .lessOrEqual), ("at_least", .greaterOrEqual), ("below", .less),
      ("above", .greater), ("equals", .equal),
    ]
    let given = comparisons.filter { members[$0.0] != nil }
    if given.isEmpty {
      document.add(node, "a metric without a bound", "at_most, at_least, below, above or equals")
    }
    guard let name = document.text(node, "a metric") else { return nil }
    guard let metric = Metric(named: name) else {
      document.add(
        node, "'\(name)'",
        "a metric, such as exits.count, exits.handling_ns.p99 or state.share (docs/assert.md has all)",
        Spelling.question(for: name, among: names))
      return nil
    }
    if case .state = metric.quantity, scope.states == nil {
      document.add(node, "'\(name)' without a state", "where: {state: …}")
    }
    checkWhere(members, beside: "'\(name)'", Self.keys(beside: metric))
    if metric.isOfTrace, let member = members["per"] {
      document.add(member.key, "'per' beside '\(name)'", "no such key: it is one number of a trace")
    }
    var bounds: [MetricRule.Bound] = []
    defer { checkMeeting(bounds, members) }
    for (key, comparison) in given {
      guard let node = members[key]?.value,
        let text = document.text(node, metric.dimension.form)
      else { continue }
      guard let value = Measure.value(text, metric.dimension) else {
        document.add(node, "'\(text)'", metric.dimension.form)
        continue
      }
      // A percentage without its sign would never be reached.
      if metric.dimension == .share, value > 1 {
        document.add(node, "'\(text)'", "a share of 100% (or 1) at most, such as 2% or 0.02")
        continue
      }
      bounds.append(MetricRule.Bound(comparison: comparison, value: value, source: text))
    }
    return MetricRule(metric: metric, bounds: bounds, per: grouping ?? .trace)
  }

  /// Bounds that no number meets are a slip.
  private mutating func checkMeeting(
    _ bounds: [MetricRule.Bound], _ members: [String: (key: Node, value: Node)]
  ) {
    func limit(_ comparisons: [ComparisonOperator]) -> [MetricRule.Bound] {
      bounds.filter { comparisons.contains($0.comparison) }
    }
    for low in limit([.greaterOrEqual, .greater, .equal]) {
      for high in limit([.lessOrEqual, .less, .equal]) where low != high {
        let isStrict = low.comparison == .greater || high.comparison == .less
        guard low.value > high.value || low.value == high.value && isStrict else { continue }
        let names: [ComparisonOperator: String] = [
          .lessOrEqual: "at_most", .greaterOrEqual: "at_least", .less: "below", .greater: "above",
          .equal: "equals",
        ]
        guard let key = names[high.comparison], let node = members[key]?.value else { continue }
        document.add(
          node, "'\(high.source)'",
          "bounds that a number can meet: \(names[low.comparison] ?? "") is \(low.source)")
      }
    }
  }
}
