public import TraceChecks

/// What one rule says of one trace.
public struct RuleAnswer: Sendable {
  /// The rule, as a number in its set.
  public var rule: Int
  /// Whether the statement holds.
  ///
  /// `pass` it does, `fail` it does not, `inconclusive` the trace cannot tell. What is expected, and what becomes of an
  /// open answer, is not in it.
  public var holds: Verdict
  /// Why, as one sentence; may be empty when it holds.
  public var reason: String
  /// How often what it speaks of happened: a check fired, an event came, a sequence was broken, a number was out of bounds.
  ///
  /// nil: the trace cannot tell, or the rule does not apply. Of many only the first are `findings`.
  public var count: UInt64?
  /// Where it does not hold; without `show` and evidence.
  public var findings: [Finding]
}

extension RuleAnswer {
  /// The answer when only a first part of the trace was read: too much of something stays too much, all else is open.
  public func stopped(_ statement: Rule.Statement, why: String) -> RuleAnswer {
    let most: UInt64? =
      switch statement {
      case .check(_, let bound), .occurrence(_, let bound): bound.atMost
      case .metric, .sequence: nil
      }
    if holds == .fail, let most, let count, count > most { return self }
    var open = self
    open.holds = .inconclusive
    open.reason = holds == .fail ? "\(why); up to there: \(reason)" : why
    open.findings = []
    return open
  }
}

/// What a trace gives in a stretch of time, beside its events.
public struct RuleMeasurement {
  /// The vCPUs, cut to the stretch.
  public var vcpus: [VCPUSummary]
  /// What the checks found in it.
  public var judgement: Judgement

  /// Joins both.
  public init(vcpus: [VCPUSummary], judgement: Judgement) {
    self.vcpus = vcpus
    self.judgement = judgement
  }
}
