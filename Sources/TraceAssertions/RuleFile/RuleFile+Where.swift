import Yams

/// What may stand in `where` beside a statement: a key that would change nothing is a mistake.
extension RuleFile {
  /// Keys that choose vCPUs and stretches of time.
  private static let common = ["vm", "vcpu", "tid", "isa", "begin", "end", "between"]

  /// The keys of `where` that mean something beside a metric; docs/assert.md has them as a table.
  static func keys(beside metric: Metric) -> [String] {
    switch metric.quantity {
    case .exits: common + ["level", "reason"]
    case .state: common + ["level", "state"]
    // The table of exits has the reasons of these, and of no other counter.
    case .counter(.l2Exits), .counter(.l2ExitsReflected): common + ["reason"]
    case .counter, .exitMultiplication: common
    // A recording has no parts; `isa` says whether the rule applies to it.
    case .events, .lostEvents, .lostGaps, .duration: ["isa"]
    }
  }

  /// The keys of `where` that mean something beside `check`.
  static let keysBesideCheck = common + ["level"]

  /// Notes the keys of `where` that are not among those which mean something.
  mutating func checkWhere(
    _ members: [String: (key: Node, value: Node)], beside what: String, _ keys: [String]
  ) {
    guard let mapping = members["where"]?.value.mapping else { return }
    for (key, _) in mapping {
      // An unknown key was said before.
      guard let name = key.scalar?.string, Self.scopeKeys.contains(name), !keys.contains(name)
      else { continue }
      document.add(
        key, "'\(name)' in 'where' beside \(what)",
        "no other keys than \(keys.joined(separator: ", "))")
    }
  }
}
