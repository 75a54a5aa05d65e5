/// One question that was asked of one trace, and the answer: a check of the catalogue or a user's rule.
///
/// Test reports (JUnit, TAP) have one case for each.
public struct JudgedCase: Sendable, Equatable {
  /// The trace, as an index.
  public var trace: Int
  /// The check's id or the rule's name: findings and what was not judged carry it too.
  public var name: String
  /// The meaning in one line.
  public var title: String
  /// How bad a finding of it is, as a rule.
  public var severity: Severity
  /// The answer.
  public var outcome: Verdict
  /// Why it is not `pass`, or what is remarkable about a pass, as one sentence; may be empty.
  public var reason: String
  /// Whether what it says is true, whatever was expected; nil: nobody knows, or it does not apply.
  public var holds: Bool?
  /// How often what it speaks of happened, listed or not; nil as `holds`.
  public var count: UInt64?
  /// How many findings are listed.
  public var findings: Int
  /// It would fail, but is not bad enough: it counts as passed.
  public var isTolerated: Bool

  /// Answers a question.
  public init(
    trace: Int, name: String, title: String, severity: Severity, outcome: Verdict, reason: String,
    holds: Bool? = nil, count: UInt64? = nil, findings: Int = 0, isTolerated: Bool = false
  ) {
    self.trace = trace
    self.name = name
    self.title = title
    self.severity = severity
    self.outcome = outcome
    self.reason = reason
    self.holds = holds
    self.count = count
    self.findings = findings
    self.isTolerated = isTolerated
  }
}

extension CheckResults {
  /// The cases of checks, from what they found: each trace has one for each check.
  ///
  /// - Parameters:
  ///   - checks: ids of the checks that were run.
  ///   - threshold: findings from this severity on fail; nil: none does.
  /// - Returns: the cases by trace, then in the order of the checks.
  public func cases(of checks: [String], threshold: Severity?) -> [JudgedCase] {
    traces.indices.flatMap { trace in
      checks.map { id in
        let description = CheckCatalogue.description(of: id)
        let own = findings.filter { $0.trace == trace && $0.check == id }
        let open = notJudged.filter { $0.trace == trace && $0.check == id && $0.isDecisive }
        let outcome = CheckRunner.verdict(own, open, threshold: threshold)
        let reason =
          switch outcome {
          case .pass: ""
          case .fail: own.first { $0.severity >= threshold ?? .note }?.message ?? ""
          case .inconclusive: open.first?.why ?? ""
          }
        return JudgedCase(
          trace: trace, name: id, title: description?.title ?? id,
          severity: description?.severity ?? .error, outcome: outcome, reason: reason,
          holds: !own.isEmpty ? false : open.isEmpty ? true : nil, count: UInt64(own.count),
          findings: own.count)
      }
    }
  }
}
