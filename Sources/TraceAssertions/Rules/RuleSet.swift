public import TraceChecks

/// The rules of one file, all of them sound.
public struct RuleSet: Sendable {
  /// The file's name, as the user wrote it.
  public var path: String
  /// In the order of the file; no two have the same name.
  public var rules: [Rule]
  /// The scopes that rules name by number; no two are the same.
  public var scopes: [RuleScope]
  /// Which checks of the catalogue speak, and from which numbers on: the file's `checks`, and every check that a rule
  /// names.
  public var checks: CheckConfiguration

  /// Adds the rules of another file.
  ///
  /// - Throws: names that both have. What the first file says of checks holds; checks that the other's rules name speak.
  public mutating func add(_ other: RuleSet) throws(RuleMistakes) {
    var mistakes: [RuleMistake] = []
    for var rule in other.rules {
      if rules.contains(where: { $0.name == rule.name }) {
        mistakes.append(
          RuleMistake(
            path: other.path, line: rule.nameLine, column: rule.nameColumn,
            found: "the name '\(rule.name)' again",
            expected: "a name that no rule of \(path) has", suggestion: ""))
      }
      let scope = other.scopes[rule.scope]
      if let known = scopes.firstIndex(of: scope) {
        rule.scope = known
      } else {
        rule.scope = scopes.count
        scopes.append(scope)
      }
      if case .check(let id, _) = rule.statement { try? checks.enable(id) }
      rules.append(rule)
    }
    if !mistakes.isEmpty { throw RuleMistakes(mistakes: mistakes) }
  }
}

/// One assertion about a trace.
public struct Rule: Sendable {
  /// The name, as results carry it.
  public var name: String
  /// What it means in a line; empty when the file does not say.
  public var description: String
  /// How bad it is when it does not hold.
  public var severity: Severity
  /// Whether it is known not to hold: then holding is the failure.
  public var isExpectedToFail: Bool
  /// What becomes of it when a trace cannot tell.
  public var onInconclusive: OnInconclusive
  /// The part of a trace that it speaks of, as a number in the set's scopes.
  public var scope: Int
  /// What it says.
  public var statement: Statement
  /// Its line in the file, from 1.
  public var line: Int
  /// The line of its name, from 1.
  public var nameLine: Int
  /// The column of its name, from 1, in Unicode scalars.
  public var nameColumn: Int

  /// What becomes of a rule when a trace cannot tell.
  public enum OnInconclusive: String, Sendable, CaseIterable {
    /// It is reported as inconclusive.
    case report
    /// It fails.
    case fail
    /// It passes.
    case pass
  }

  /// The four kinds of rule.
  public enum Statement: Sendable {
    /// A check of the catalogue fires so often.
    case check(id: String, CountBound)
    /// A number of the summary lies within bounds.
    case metric(MetricRule)
    /// Events happen so often: `never`, or `eventually`.
    case occurrence([EventPattern], CountBound)
    /// What must follow what.
    case sequence(SequenceRule)
  }
}

/// How often something may happen.
public struct CountBound: Sendable, Equatable {
  /// Fewer is a failure.
  public var atLeast: UInt64
  /// More is a failure; nil: any number is good.
  public var atMost: UInt64?

  /// Bounds a count.
  public init(atLeast: UInt64, atMost: UInt64?) {
    self.atLeast = atLeast
    self.atMost = atMost
  }

  /// For messages: `at least 1 and at most 3`.
  public var words: String {
    switch (atLeast, atMost) {
    case (0, let most?): most == 0 ? "none" : "at most \(most)"
    case (let least, nil): "at least \(least)"
    case (let least, let most?) where least == most: "exactly \(least)"
    case (let least, let most?): "at least \(least) and at most \(most)"
    }
  }
}
