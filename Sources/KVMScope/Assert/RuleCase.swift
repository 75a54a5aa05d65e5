import TraceAssertions
import TraceChecks

/// One rule's answer on one trace as reports have it: with what was expected, and what becomes of an open answer.
struct RuleCase {
  let judged: JudgedCase
  /// Where it does not hold; none of them an error when it was known not to.
  let findings: [Finding]
  let notJudged: [NotJudged]

  init(_ rule: Rule, _ answer: RuleAnswer, trace: Int, threshold: Severity?) {
    var outcome = answer.holds
    var reason = answer.reason
    var findings = answer.findings
    var notJudged: [NotJudged] = []
    func alone(_ severity: Severity) -> Finding {
      Finding(
        check: rule.name, severity: severity, trace: trace, identity: nil, cpu: nil, level: nil,
        begin: nil, end: nil, message: reason, count: 1)
    }
    switch (answer.holds, rule.isExpectedToFail) {
    case (.inconclusive, _):
      switch rule.onInconclusive {
      case .report:
        notJudged = [
          NotJudged(check: rule.name, trace: trace, identity: nil, why: reason, isDecisive: true)
        ]
      case .fail:
        outcome = .fail
        reason = "cannot be judged: " + reason
        findings = [alone(rule.severity)]
      case .pass:
        outcome = .pass
        reason = "cannot be judged: " + reason
        notJudged = [
          NotJudged(
            check: rule.name, trace: trace, identity: nil, why: answer.reason, isDecisive: false)
        ]
      }
    case (.fail, true):
      outcome = .pass
      reason = "does not hold, as expected: " + reason
      if findings.isEmpty { findings = [alone(.note)] }
      for at in findings.indices { findings[at].severity = .note }
    case (.pass, true):
      outcome = .fail
      reason = "holds, though it is expected not to: take `expect: fail` out if the bug is fixed"
      findings = [alone(rule.severity)]
    case (.fail, false):
      if findings.isEmpty { findings = [alone(rule.severity)] }
    case (.pass, false): break
    }
    var isTolerated = false
    if outcome == .fail, threshold.map({ rule.severity < $0 }) ?? true {
      outcome = .pass
      isTolerated = true
      let what = answer.holds == .fail ? "does not hold, which is" : "is"
      reason =
        "\(what) \(rule.severity == .error ? "an" : "a") \(rule.severity.name) and no failure: "
        + reason
    }
    judged = JudgedCase(
      trace: trace, name: rule.name, title: rule.description.isEmpty ? rule.name : rule.description,
      severity: rule.severity, outcome: outcome, reason: reason,
      // A rule that does not apply has counted nothing.
      holds: answer.count == nil ? nil : answer.holds == .pass, count: answer.count,
      findings: findings.count, isTolerated: isTolerated)
    self.findings = findings
    self.notJudged = notJudged
  }
}
