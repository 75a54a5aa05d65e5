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
    var findings: [Finding] = []
    var open: String?
    for (identity, members) in groups {
      guard let value = value(rule.metric, members, scope) else {
        // Where nothing was measured nothing is too much; whether it would be enough nobody knows.
        if rule.bounds.contains(where: { ![.less, .lessOrEqual].contains($0.comparison) }) {
          open = open ?? "\(rule.metric.name) has no value: nothing of the kind happened"
        }
        continue
      }
      for bound in rule.bounds where !holds(value, bound) {
        let message =
          "\(rule.metric.name) is \(MetricWords.text(value, rule.metric)), expected \(MetricWords.bound(bound))"
        findings.append(
          Finding(
            check: set.rules[number].name, severity: set.rules[number].severity, trace: trace,
            identity: identity, cpu: nil, level: scope.level, begin: nil, end: nil,
            message: message, count: 1))
      }
    }
    if let first = findings.first {
      return answer(number, .fail, first.message, findings, count: UInt64(findings.count))
    }
    if !rule.metric.isOfTrace, let blind = blindSpot(number) {
      return answer(number, .inconclusive, blind)
    }
    if let open { return answer(number, .inconclusive, open) }
    return answer(number, .pass, count: 0)
  }

  private func holds(_ value: Double, _ bound: MetricRule.Bound) -> Bool {
    switch bound.comparison {
    case .lessOrEqual: value <= bound.value
    case .greaterOrEqual: value >= bound.value
    case .less: value < bound.value
    case .greater: value > bound.value
    case .equal: value == bound.value
    case .notEqual: value != bound.value
    }
  }

  /// The number, over some vCPUs; nil when nothing was measured.
  private func value(
    _ metric: Metric, _ vcpus: [VCPUSummary], _ scope: RuleScope
  ) -> Double? {
    let states = vcpus.flatMap(\.states)
    let span = states.reduce(UInt64(0)) { $0 &+ $1.total }
    switch metric.quantity {
    case .exits(let aggregate):
      let rows = vcpus.flatMap(\.exitReasons).filter { row in
        (scope.level == nil || row.level == scope.level) && scope.selects(row.exit)
      }
      return value(aggregate, rows, span)
    case .state(let aggregate):
      let own = states.filter { state in
        scope.states?.contains(state.state) ?? true
          && (scope.level == nil || state.level == scope.level)
      }
      let total = own.reduce(UInt64(0)) { $0 &+ $1.total }
      switch aggregate {
      case .share: return span == 0 ? nil : Double(total) / Double(span)
      case .totalNanoseconds: return Double(total)
      case .count: return Double(own.reduce(UInt64(0)) { $0 &+ $1.count })
      }
    case .counter(let counter):
      return vcpus.reduce(0) { $0 + Double($1[counter]) }
    case .exitMultiplication:
      let trips = vcpus.reduce(UInt64(0)) { $0 &+ $1.roundTrips }
      let exits = vcpus.reduce(UInt64(0)) { $0 &+ $1.roundTripExits }
      return trips == 0 ? nil : Double(exits) / Double(trips)
    case .events: return Double(subject.facts.events)
    case .lostEvents: return subject.facts.lostEvents.map { Double($0) }
    case .lostGaps: return Double(subject.facts.lostGaps)
    case .duration:
      guard let begin = subject.facts.begin, let end = subject.facts.end else { return nil }
      return Double(end &- begin)
    }
  }

  private func value(
    _ aggregate: Metric.Aggregate, _ rows: [ExitStatistics], _ span: UInt64
  ) -> Double? {
    switch aggregate {
    case .count: return rows.reduce(0) { $0 + Double($1.count) }
    case .answered: return rows.reduce(0) { $0 + Double($1.answered) }
    case .rate:
      return span == 0 ? nil : rows.reduce(0) { $0 + Double($1.count) } / Double(span) * 1e9
    case .handling(let statistic):
      return value(statistic, rows.map(\.handlingDistribution))
    case .onCPU(let statistic): return value(statistic, rows.map(\.onCPUDistribution))
    }
  }

  private func value(
    _ statistic: Metric.Statistic, _ parts: [DurationDistribution]
  ) -> Double? {
    var whole = DurationDistribution()
    for part in parts where !part.buckets.isEmpty { whole.add(part) }
    guard let numbers = whole.statistics else { return nil }
    return switch statistic {
    case .total: Double(numbers.total)
    case .min: Double(numbers.min)
    case .mean: numbers.mean
    case .p50: Double(numbers.p50)
    case .p90: Double(numbers.p90)
    case .p99: Double(numbers.p99)
    case .p999: Double(numbers.p999)
    case .max: Double(numbers.max)
    }
  }
}

extension VCPUSummary {
  fileprivate subscript(counter: Metric.Counter) -> UInt64 {
    switch counter {
    case .entries: entries
    case .entriesFailed: entriesFailed
    case .l2Exits: l2Exits
    case .l2ExitsReflected: l2ExitsReflected
    case .l2ExitsSynthesized: l2ExitsSynthesized
    case .nestedEntries: nestedEntries
    }
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
