import KVMEvents
import KVMTimeline
import TraceChecks

/// What vCPUs did last before their ends, for findings that tell of one: from a walk of its own.
final class LastStates: IntervalReceiver {
  /// So many states tell what led to an end.
  private static let most = 8
  /// A hostile trace has ends without end.
  private static let mostFindings = 500

  let wantsDetails = true
  /// By vCPU: the findings in order of their ends.
  private var wanted: [VCPUIdentity: [(finding: Int, end: UInt64)]] = [:]
  private var last: [VCPUIdentity: [Interval]] = [:]
  private var found: [(finding: Int, states: [Interval])] = []

  private init(_ findings: [Finding]) {
    let ends = findings.indices.filter { findings[$0].tellsOfEnd }.prefix(Self.mostFindings)
    for number in ends {
      guard let identity = findings[number].identity, let end = findings[number].end else {
        continue
      }
      wanted[identity, default: []].append((number, end))
    }
    for identity in wanted.keys { wanted[identity]?.sort { $0.end < $1.end } }
  }

  /// Fills in the last states of findings that tell of an end.
  static func collect(_ trace: OpenedTrace, _ findings: inout [Finding], _ options: AnalysisOptions)
  {
    let states = LastStates(findings)
    if states.wanted.isEmpty { return }
    var whole = options
    whole.progress = nil
    whole.cpus = nil
    var done: UInt64 = 0
    _ = TimelinePass.run(trace, whole, receiver: states, done: &done, total: 0)
    for identity in Array(states.wanted.keys) { states.reached(.max, of: identity) }
    for (finding, intervals) in states.found { findings[finding].lastStates = intervals }
  }

  func receive(_ interval: Interval, of vcpu: VCPUIdentity) {
    guard wanted[vcpu] != nil else { return }
    reached(interval.begin, of: vcpu)
    var states = last.removeValue(forKey: vcpu) ?? []
    if let before = states.dropLast().last, states.last?.state == .preempted,
      before.goesOn(in: interval)
    {
      // A VMM that computes is preempted time and again: that is no news.
      states.removeLast()
      states[states.count - 1].end = interval.end
    } else {
      states.append(interval)
      if states.count > Self.most { states.removeFirst() }
    }
    last[vcpu] = states
  }

  /// A vCPU's intervals have come to a time: its findings that end by then have all of theirs.
  private func reached(_ time: UInt64, of vcpu: VCPUIdentity) {
    while let next = wanted[vcpu]?.first, next.end <= time {
      found.append((next.finding, last[vcpu] ?? []))
      wanted[vcpu]?.removeFirst()
    }
  }
}

extension Interval {
  /// Whether another one has the same state for the same reason.
  fileprivate func goesOn(in other: Interval) -> Bool {
    state == other.state && level == other.level && isSMM == other.isSMM && exit == other.exit
      && detail == other.detail && isReflected == other.isReflected
  }
}
