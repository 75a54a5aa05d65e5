import KVMEvents
import KVMTimeline
import TraceChecks

/// What numbers may be where events were lost, were not recorded, or have an unknown level.
///
/// What was seen happened: loss only adds to a count, a sum or a maximum. It can move a mean, a percentile or a share
/// anywhere.
extension RuleJudge {
  /// What a number over some vCPUs may be; `blind` says why events of the scope may be missing, nil that none is.
  func range(
    _ metric: Metric, _ vcpus: [VCPUSummary], _ scope: RuleScope, _ blind: String?
  ) -> MetricRange {
    var why = notRecorded(metric.needs(scope)) ?? blind
    if case .state = metric.quantity, scope.states?.contains(.halted) ?? false {
      // Either event tells of halts.
      let kinds: [EventKind] = [.schedSwitch, .vcpuWakeup]
      if !kinds.contains(where: subject.records.contains) { why = notRecorded(kinds) }
    }
    let rows = vcpus.flatMap(\.exitReasons).filter { scope.selects($0.exit) }
    switch metric.quantity {
    case .exits(let aggregate):
      let own = rows.filter { isMeant($0.level, scope) }
      let open = rows.filter { mayBeMeant($0.level, scope) }
      return exits(aggregate, own, open, span(vcpus), why)
    case .state(let aggregate):
      return states(aggregate, vcpus.flatMap(\.states), scope, span(vcpus), why)
    case .counter(let counter): return self.counter(counter, vcpus, rows, scope, why)
    case .exitMultiplication:
      let trips = vcpus.reduce(UInt64(0)) { $0 &+ $1.roundTrips }
      let exits = vcpus.reduce(UInt64(0)) { $0 &+ $1.roundTripExits }
      let value = trips == 0 ? nil : Double(exits) / Double(trips)
      guard let why = why ?? openLevels(rows) else { return MetricRange(value) }
      return MetricRange(0, .infinity, mayHaveNoValue: value == nil, why: why)
    case .events: return MetricRange(Double(subject.facts.events))
    case .lostEvents: return MetricRange(subject.facts.lostEvents.map { Double($0) })
    case .lostGaps: return MetricRange(Double(subject.facts.lostGaps))
    case .duration:
      guard let begin = subject.facts.begin, let end = subject.facts.end else {
        return MetricRange(nil)
      }
      return MetricRange(Double(end &- begin))
    }
  }

  /// Which of some events a recording lacks, as a sentence; nil: none.
  func notRecorded(_ kinds: [EventKind]) -> String? {
    let missing = kinds.filter { !subject.records.contains($0) }
    if missing.isEmpty { return nil }
    let names = missing.compactMap { kind in
      EventSchema.all.first { $0.kind == kind }?.names.first
    }
    return "\(names.joined(separator: ", ")) \(names.count == 1 ? "was" : "were") not recorded"
  }

  private func span(_ vcpus: [VCPUSummary]) -> UInt64 {
    vcpus.flatMap(\.states).reduce(UInt64(0)) { $0 &+ $1.total }
  }

  /// Whether a level is the one that a scope asks for: where no nested guest ran there is only one.
  private func isMeant(_ level: GuestLevel, _ scope: RuleScope) -> Bool {
    guard let wanted = scope.level else { return true }
    return level == wanted || !subject.mayBeNested && wanted == .l1 && level == .unknown
  }

  /// Whether an unknown level may be the one that a scope asks for.
  private func mayBeMeant(_ level: GuestLevel, _ scope: RuleScope) -> Bool {
    scope.level != nil && level == .unknown && !isMeant(level, scope)
  }

  private static let unknownLevel = "nothing proves whether L1 or L2 ran"

  /// Why exits may be L2's; nil: it is known of all, as where no nested guest ran.
  private func openLevels(_ rows: [ExitStatistics]) -> String? {
    guard subject.mayBeNested, rows.contains(where: { $0.level == .unknown }) else { return nil }
    return notRecorded(Metric.nestedEvents) ?? Self.unknownLevel
  }

  // MARK: - Exits

  private func exits(
    _ aggregate: Metric.Aggregate, _ own: [ExitStatistics], _ open: [ExitStatistics],
    _ span: UInt64, _ why: String?
  ) -> MetricRange {
    func sum(_ rows: [ExitStatistics], _ part: (ExitStatistics) -> UInt64) -> Double {
      rows.reduce(0) { $0 + Double(part($1)) }
    }
    switch aggregate {
    case .count: return count(sum(own, \.count), sum(open, \.count), why)
    case .answered: return count(sum(own, \.answered), sum(open, \.answered), why)
    case .rate:
      if let why { return MetricRange(0, .infinity, mayHaveNoValue: span == 0, why: why) }
      if span == 0 { return MetricRange(nil) }
      return count(sum(own, \.count), sum(open, \.count), nil) { $0 / Double(span) * 1e9 }
    case .handling(let statistic):
      return durations(
        statistic, own.map(\.handlingDistribution), open.map(\.handlingDistribution), why)
    case .onCPU(let statistic):
      var range = durations(
        statistic, own.map(\.onCPUDistribution), open.map(\.onCPUDistribution), why)
      // Without them nothing was taken off: the time on the CPU was no longer than what was seen, but may be less.
      if let missing = notRecorded([.schedSwitch, .userspaceExit]), range.high >= 0 {
        range.low = 0
        if range.why.isEmpty { range.why = missing }
      }
      return range
    }
  }

  /// A count that loss can only have made too small, and what may belong to it.
  private func count(
    _ seen: Double, _ open: Double, _ why: String?,
    scaled: (Double) -> Double = { $0 }
  ) -> MetricRange {
    if let why { return MetricRange(scaled(seen), .infinity, why: why) }
    if open == 0 { return MetricRange(scaled(seen)) }
    return MetricRange(
      scaled(seen), scaled(seen + open),
      why: notRecorded(Metric.nestedEvents) ?? Self.unknownLevel)
  }

  /// A number of durations that are meant (`own`), and of others that may be meant (`open`).
  private func durations(
    _ statistic: Metric.Statistic, _ own: [DurationDistribution], _ open: [DurationDistribution],
    _ why: String?
  ) -> MetricRange {
    let seen = joined(own)
    let maybe = joined(open)
    let value = seen.map(statistic.value)
    if let why {
      var range = MetricRange(0, .infinity, mayHaveNoValue: seen == nil, why: why)
      if let value {
        if statistic == .total || statistic == .max { range.low = value }
        if statistic == .min { range.high = value }
      }
      return range
    }
    guard let maybe else { return MetricRange(value) }
    let reason = notRecorded(Metric.nestedEvents) ?? Self.unknownLevel
    let least = Double(maybe.min)
    // A percentile is the highest value of its bucket, unless that is beyond all.
    let isExact = [.total, .min, .mean, .max].contains(statistic)
    let bucket = open.flatMap(\.buckets).map(\.highest).max() ?? 0
    let most = isExact || value == nil ? Double(maybe.max) : Double(max(maybe.max, bucket))
    guard let value else {
      let most = statistic == .total ? Double(maybe.total) : most
      return MetricRange(least, most, mayHaveNoValue: true, why: reason)
    }
    switch statistic {
    case .total: return MetricRange(value, value + Double(maybe.total), why: reason)
    // Whichever of them come in, they cannot pull it beyond themselves.
    case .max, .min, .mean, .p50, .p90, .p99, .p999:
      let range = MetricRange(
        statistic == .max ? value : min(value, least),
        statistic == .min ? value : max(value, most), why: reason)
      return range.low == range.high ? MetricRange(value) : range
    }
  }

  private func joined(_ parts: [DurationDistribution]) -> DurationStatistics? {
    var whole = DurationDistribution()
    for part in parts where !part.buckets.isEmpty { whole.add(part) }
    return whole.statistics
  }

  // MARK: - States

  private func states(
    _ aggregate: Metric.StateAggregate, _ all: [StateTotal], _ scope: RuleScope, _ span: UInt64,
    _ why: String?
  ) -> MetricRange {
    let meant = all.filter { scope.states?.contains($0.state) ?? true }
    let own = meant.filter { isMeant($0.level, scope) }
    let open = meant.filter { mayBeMeant($0.level, scope) }
    // Loss is what `lost` measures, and does not blur it.
    let isOfLoss = scope.states.map { $0.isSubset(of: [.lost, .unknown]) } ?? false
    let why = isOfLoss ? nil : why
    func time(_ states: [StateTotal]) -> Double { states.reduce(0) { $0 + Double($1.total) } }
    func number(_ states: [StateTotal]) -> Double { states.reduce(0) { $0 + Double($1.count) } }
    switch aggregate {
    case .share:
      if let why { return MetricRange(0, 1, mayHaveNoValue: span == 0, why: why) }
      if span == 0 { return MetricRange(nil) }
      return count(time(own), time(open), nil) { $0 / Double(span) }
    case .totalNanoseconds: return count(time(own), time(open), why)
    case .count:
      var range = count(number(own), number(open), why)
      if !range.why.isEmpty {
        // What lies between two intervals may have made two of one.
        range.low = max(0, number(own) - number(open) - number(all.filter { $0.state == .lost }))
      }
      return range
    }
  }

  // MARK: - Counters

  private func counter(
    _ counter: Metric.Counter, _ vcpus: [VCPUSummary], _ rows: [ExitStatistics],
    _ scope: RuleScope, _ why: String?
  ) -> MetricRange {
    // Only of exits it is known what reason they had.
    let ofL2 = rows.filter { $0.level == .l2 }
    let unknown = openLevels(rows)
    let open = unknown == nil ? [] : rows.filter { $0.level == .unknown }
    func sum(_ rows: [ExitStatistics]) -> Double { rows.reduce(0) { $0 + Double($1.count) } }
    let whole = vcpus.reduce(0) { $0 + Double($1[counter]) }
    let isNested = subject.mayBeNested ? notRecorded(Metric.nestedEvents) : nil
    switch counter {
    case .entries: return count(whole, 0, why)
    case .entriesFailed:
      // An entry whose exit was not recorded looks as if it had failed.
      guard let missing = notRecorded([.exit]) else { return count(whole, 0, why) }
      return MetricRange(0, .infinity, why: missing)
    case .l2Exits:
      return count(scope.reasons == nil ? whole : sum(ofL2), sum(open), why)
    case .l2ExitsReflected:
      let seen = scope.reasons == nil ? whole : sum(ofL2.filter { $0.handledBy == .l1 })
      // Without the inject nothing tells who handled an exit.
      let unhandled = isNested == nil ? 0 : sum(ofL2) - seen
      return count(seen, sum(open) + unhandled, why)
    case .l2ExitsSynthesized:
      // An inject whose exit is not there looks as if it had none.
      guard let why = why ?? isNested else { return MetricRange(whole) }
      return MetricRange(0, .infinity, why: why)
    case .nestedEntries:
      if let why = why ?? isNested { return MetricRange(whole, .infinity, why: why) }
      let guests = vcpus.flatMap(\.states).filter { $0.state == .guest && $0.level == .unknown }
      return count(
        whole, subject.mayBeNested ? guests.reduce(0) { $0 + Double($1.count) } : 0, nil)
    }
  }
}

extension Metric.Statistic {
  fileprivate func value(_ numbers: DurationStatistics) -> Double {
    switch self {
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

extension Metric {
  /// Without these no exit is known to be L2's, or to be L1's in a trace with nested guests.
  static let nestedEvents: [EventKind] = [.nestedExit, .nestedExitInject]

  /// The events without which nothing of the kind is seen.
  ///
  /// Those that tell levels apart are not among them: without them levels are unknown, and that is counted in.
  func needs(_ scope: RuleScope) -> [EventKind] {
    switch quantity {
    case .exits(.count), .exits(.rate): return [.exit]
    case .exits: return [.exit, .entry]
    case .state:
      var kinds: [EventKind] = []
      for state in VCPUState.allCases where scope.states?.contains(state) ?? false {
        for kind in Self.needs(state) where !kinds.contains(kind) { kinds.append(kind) }
      }
      return kinds
    case .counter(.entries): return [.entry]
    case .counter(.entriesFailed), .counter(.nestedEntries): return [.entry, .exit]
    case .counter: return [.exit]
    case .exitMultiplication: return [.exit]
    case .events, .lostEvents, .lostGaps, .duration: return []
    }
  }

  private static func needs(_ state: VCPUState) -> [EventKind] {
    switch state {
    case .guest: [.entry, .exit]
    case .host: [.entry, .exit, .userspaceExit]
    case .userspace: [.userspaceExit]
    case .preempted, .blocked: [.schedSwitch]
    case .halted: []
    case .polling: [.vcpuWakeup, .schedSwitch]
    case .lost, .unknown: []
    }
  }
}
