public import KVMTimeline
public import TraceChecks

/// What the timeline and the checks make of a log.
public struct Replay {
  /// The tracker after its last event.
  public let tracker: TimelineTracker
  /// All intervals in the order in which they came out, with their vCPUs.
  public let intervals: [(interval: Interval, vcpu: VCPUIdentity)]
  /// What the checks say.
  public let judgement: Judgement
  /// What they say where intervals are only counted, as `check` and `summary` do, if that is something else: it never may
  /// be.
  public let otherwiseAsSummary: String?

  /// Feeds a log to a new tracker and judges what comes out.
  ///
  /// - Parameters:
  ///   - log: the events.
  ///   - window: what is counted.
  ///   - configuration: of the checks.
  ///   - isSummary: no interval is collected: everything is only counted, which goes shorter ways.
  public init(
    _ log: EventLog, window: Range<UInt64> = 0..<UInt64.max,
    configuration: CheckConfiguration = CheckConfiguration(), isSummary: Bool = false
  ) {
    let runner = CheckRunner(configuration: configuration)
    let collector = IntervalCollector()
    var tracker = TimelineTracker(
      records: log.records, cpuNumbers: log.cpuNumbers, window: window,
      limits: runner.limits(), receiver: isSummary ? nil : collector)
    var gaps: UInt64 = 0
    for entry in log.entries {
      if entry.isLossMark {
        gaps += 1
        tracker.lost(on: entry.cpu, after: entry.time == 0 ? nil : entry.time)
      } else {
        tracker.handle(entry.event, thread: entry.thread, cpu: entry.cpu, at: entry.time)
      }
    }
    tracker.finish()
    self.tracker = tracker
    intervals = collector.all
    var facts = TraceFacts(path: "log", container: "log")
    facts.lostGaps = gaps
    facts.end = log.entries.map(\.time).max()
    var evidence = TraceEvidence(
      trace: 0, facts: facts, tracks: tracker.tracks, timelineFacts: tracker.facts,
      records: log.records, unattributed: tracker.unattributed)
    evidence.window = window
    judgement = runner.judge(evidence)
    let summary =
      isSummary || window != 0..<UInt64.max
      ? nil : Replay(log, configuration: configuration, isSummary: true).judgement
    let words = summary.map(Self.words)
    otherwiseAsSummary = words == Self.words(judgement) ? nil : words
  }

  private static func words(_ judgement: Judgement) -> String {
    let findings = judgement.findings.map {
      "\($0.check) \($0.severity) \($0.begin ?? 0)-\($0.end ?? 0) ×\($0.count) \($0.message)"
    }
    return (findings + judgement.notJudged.map { "\($0)" }).joined(separator: "; ")
  }

  /// The verdict with errors failing.
  public var verdict: Verdict {
    CheckRunner.verdict(judgement.findings, judgement.notJudged, threshold: .error)
  }

  /// The intervals of one vCPU, in order of time.
  public func intervals(of vcpu: VCPUIdentity) -> [Interval] {
    intervals.filter { $0.vcpu == vcpu }.map(\.interval)
  }

  /// The tracks of vCPUs that ran.
  public var tracks: [VCPUTrack] { tracker.tracks.filter(\.hasRun) }
}

/// Keeps all intervals.
private final class IntervalCollector: IntervalReceiver {
  let wantsDetails = true
  var all: [(interval: Interval, vcpu: VCPUIdentity)] = []

  func receive(_ interval: Interval, of vcpu: VCPUIdentity) { all.append((interval, vcpu)) }
}
