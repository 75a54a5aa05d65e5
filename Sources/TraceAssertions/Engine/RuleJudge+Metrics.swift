import KVMEvents
import KVMTimeline
import TraceChecks

/// Rules about numbers.
extension RuleJudge {
  func metric(
    _ number: Int, _ rule: MetricRule, _ measured: [RuleMeasurement]
  ) -> RuleAnswer {
    let scope = set.scopes[set.rules[number].scope]
    if subject.facts.timeUnit == .ticks {
      switch rule.metric.dimension {
      case .time, .rate: return answer(number, .inconclusive, "the trace counts ticks, not time")
      case .count, .share, .ratio: break
      }
    }
    if hasMoreStretches(set.rules[number].scope) {
      return answer(
        number, .inconclusive,
        "more than \(ScopeStates.mostStretches) stretches lie between the events of 'between'")
    }
    let vcpus = measured.flatMap(\.vcpus).filter { isMeant($0.identity, scope) }
    var groups: [(VCPUIdentity?, [VCPUSummary])] = []
    switch rule.per {
    case .trace: groups = [(nil, vcpus)]
    case .vcpu:
      for vcpu in vcpus {
        if let at = groups.firstIndex(where: { $0.0 == vcpu.identity }) {
          groups[at].1.append(vcpu)
        } else {
          groups.append((vcpu.identity, [vcpu]))
        }
      }
    }
    if rule.metric.quantity == .lostEvents, subject.facts.lostEvents == nil {
      return answer(number, .inconclusive, "nobody counted how many events were lost")
    }
    let blind = rule.metric.isOfTrace ? nil : blindSpot(number)
    var findings: [Finding] = []
    var open: String?
    for (identity, members) in groups {
      let range = range(rule.metric, members, scope, blind)
      for bound in rule.bounds {
        switch range.holds(bound) {
        case .pass: break
        case .inconclusive:
          open =
            open
            ?? (range.why.isEmpty
              ? "\(rule.metric.name) has no value: nothing of the kind happened"
              : "\(range.why): \(rule.metric.name) \(range.words(rule.metric)), expected \(MetricWords.bound(bound))")
        case .fail:
          let message =
            "\(rule.metric.name) \(range.words(rule.metric)), expected \(MetricWords.bound(bound))"
          findings.append(
            Finding(
              check: set.rules[number].name, severity: set.rules[number].severity, trace: trace,
              identity: identity, cpu: nil, level: scope.level, begin: nil, end: nil,
              message: message, count: 1))
        }
      }
    }
    if let first = findings.first {
      return answer(number, .fail, first.message, findings, count: UInt64(findings.count))
    }
    if groups.isEmpty, let blind { return answer(number, .inconclusive, blind) }
    if let open { return answer(number, .inconclusive, open) }
    return answer(number, .pass, count: 0)
  }
}

/// Values of metrics for people.
enum MetricWords {
  static func text(_ value: Double, _ metric: Metric) -> String {
    switch metric.dimension {
    case .time:
      value < 1e3
        ? "\(digits(value)) ns"
        : value < 1e6
          ? "\(digits(value / 1e3)) µs"
          : value < 1e9 ? "\(digits(value / 1e6)) ms" : "\(digits(value / 1e9)) s"
    case .share: "\(digits(value * 100)) %"
    case .rate: "\(digits(value))/s"
    case .count, .ratio: digits(value)
    }
  }

  static func bound(_ bound: MetricRule.Bound) -> String {
    switch bound.comparison {
    case .lessOrEqual: "at most \(bound.source)"
    case .greaterOrEqual: "at least \(bound.source)"
    case .less: "below \(bound.source)"
    case .greater: "above \(bound.source)"
    case .equal: "exactly \(bound.source)"
    case .notEqual: "not \(bound.source)"
    }
  }

  /// Three digits behind the point at most, and no zeros at the end.
  private static func digits(_ value: Double) -> String {
    guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
    let scaled = Int64((value * 1000).rounded())
    var fraction = String(scaled % 1000)
    fraction = String(repeating: "0", count: 3 - fraction.count) + fraction
    while fraction.last == "0" { fraction.removeLast() }
    return "\(scaled / 1000)" + (fraction.isEmpty ? "" : ".\(fraction)")
  }
}
