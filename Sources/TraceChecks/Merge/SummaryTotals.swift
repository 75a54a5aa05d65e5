public import KVMEvents
import KVMTimeline

/// Summaries of any number of traces, added up: nothing is lost but which vCPU it was.
///
/// Adding is exact, histograms included, and its order does not matter.
public struct SummaryTotals: Sendable {
  /// vCPUs that can be added: on the same hardware, with times in the same unit.
  public struct Key: Hashable, Sendable {
    /// nil: vCPUs without an exit.
    public var isa: ISA?
    /// What their times count.
    public var unit: TimeUnit

    /// Names a group.
    public init(isa: ISA?, unit: TimeUnit) {
      self.isa = isa
      self.unit = unit
    }
  }

  /// The traces, sorted by path, then begin.
  public private(set) var traces: [TraceFacts] = []
  /// The worst.
  public private(set) var verdict: Verdict = .pass
  /// How many findings there were, and how bad.
  public private(set) var findings = FindingCounts()
  /// The vCPUs of each kind as one, see ``VCPUSummary/merged``.
  public private(set) var groups: [Key: VCPUSummary] = [:]
  /// Inputs that are not in it.
  public private(set) var unreadable: [UnreadableTrace] = []

  /// Nothing yet.
  public init() {}

  /// Adds the results of an analysis.
  public init(_ results: CheckResults, _ vcpus: [VCPUSummary]) {
    self.init(
      traces: results.traces, verdict: results.verdict, findings: FindingCounts(results.findings),
      vcpus: vcpus, unreadable: results.unreadable)
  }

  /// Adds what a summary says.
  public init(
    traces: [TraceFacts], verdict: Verdict, findings: FindingCounts, vcpus: [VCPUSummary],
    unreadable: [UnreadableTrace] = []
  ) {
    self.traces = traces
    self.verdict = verdict
    self.findings = findings
    self.unreadable = unreadable
    for vcpu in vcpus {
      let unit = traces.indices.contains(vcpu.trace) ? traces[vcpu.trace].timeUnit : .nanoseconds
      add(vcpu, Key(isa: vcpu.isa, unit: unit))
    }
    sort()
  }

  /// Adds others.
  public mutating func add(_ other: SummaryTotals) {
    traces += other.traces
    unreadable += other.unreadable
    let order: [Verdict] = [.pass, .inconclusive, .fail]
    let worst = max(order.firstIndex(of: verdict) ?? 0, order.firstIndex(of: other.verdict) ?? 0)
    verdict = order[worst]
    findings.add(other.findings)
    for (key, group) in other.groups { add(group, key) }
    sort()
  }

  private mutating func add(_ vcpu: VCPUSummary, _ key: Key) {
    if groups[key] == nil {
      var group = VCPUSummary(
        trace: 0, identity: VCPUIdentity(vcpu: nil, thread: 0, incarnation: 0))
      group.isa = key.isa
      group.merged = 0
      groups[key] = group
    }
    groups[key]?.add(vcpu)
  }

  private mutating func sort() {
    traces.sort { a, b in
      (a.path, a.begin ?? 0, a.end ?? 0, a.events) < (b.path, b.begin ?? 0, b.end ?? 0, b.events)
    }
    unreadable.sort { $0.path < $1.path }
  }

  /// The groups in the order to show them, each with a trace of its unit.
  public var vcpus: [VCPUSummary] {
    let order: [Key] = [TimeUnit.nanoseconds, .ticks].flatMap { unit in
      [ISA.vmx, .svm, nil].map { Key(isa: $0, unit: unit) }
    }
    return order.compactMap { key in
      guard var group = groups[key] else { return nil }
      group.trace = traces.firstIndex { $0.timeUnit == key.unit } ?? 0
      return group
    }
  }
}

extension VCPUSummary {
  /// Adds another vCPU to a merged one.
  mutating func add(_ other: VCPUSummary) {
    merged = (merged ?? 1).addingSaturated(other.merged ?? 1)
    end = end.addingSaturated(other.end &- other.begin)
    entries = entries.addingSaturated(other.entries)
    entriesFailed = entriesFailed.addingSaturated(other.entriesFailed)
    exits = exits.addingSaturated(other.exits)
    l2Exits = l2Exits.addingSaturated(other.l2Exits)
    l2ExitsReflected = l2ExitsReflected.addingSaturated(other.l2ExitsReflected)
    l2ExitsSynthesized = l2ExitsSynthesized.addingSaturated(other.l2ExitsSynthesized)
    nestedEntries = nestedEntries.addingSaturated(other.nestedEntries)
    roundTrips = roundTrips.addingSaturated(other.roundTrips)
    roundTripExits = roundTripExits.addingSaturated(other.roundTripExits)
    if let more = other.roundTripStatistics {
      if roundTripStatistics == nil {
        roundTripStatistics = more
      } else {
        roundTripStatistics?.add(more)
      }
    }
    for state in other.states {
      if let at = states.firstIndex(where: { $0.state == state.state && $0.level == state.level }) {
        states[at].count = states[at].count.addingSaturated(state.count)
        states[at].total = states[at].total.addingSaturated(state.total)
      } else {
        states.append(state)
      }
    }
    states.sort {
      ($0.state.rawValue, $0.level.rawValue) < ($1.state.rawValue, $1.level.rawValue)
    }
    for row in other.exitReasons {
      if let at = exitReasons.firstIndex(where: { $0.isSameKind(as: row) }) {
        exitReasons[at].add(row)
      } else {
        exitReasons.append(row)
      }
    }
    exitReasons.sort { Self.order($0) < Self.order($1) }
  }
}

extension ExitStatistics {
  /// Whether two rows count the same kind of exit.
  public func isSameKind(as other: ExitStatistics) -> Bool {
    level == other.level && exit == other.exit && handledBy == other.handledBy
  }

  fileprivate mutating func add(_ other: ExitStatistics) {
    var handling = handlingDistribution
    handling.add(other.handlingDistribution)
    var onCPU = onCPUDistribution
    onCPU.add(other.onCPUDistribution)
    self = ExitStatistics(
      level: level, exit: exit, handledBy: handledBy, count: count.addingSaturated(other.count),
      answered: answered.addingSaturated(other.answered), handling: handling, handlingOnCPU: onCPU)
  }
}
