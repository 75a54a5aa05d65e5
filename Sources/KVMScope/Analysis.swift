import EventFormat
public import KVMTimeline
import TraceBytes
public import TraceChecks
import TraceContainer

/// What `summary` says.
public struct SummaryResults: Sendable {
  /// The facts, the findings and the verdict.
  public var checks: CheckResults
  /// All vCPUs that ran; by trace, then thread, vcpu_id and incarnation.
  public var vcpus: [VCPUSummary]
  /// The analysis was stopped before the end of the input.
  public var wasStopped: Bool
}

/// The analyses: each takes paths and options and gives values that reports render.
public enum Analysis {
  /// States, exits and findings of traces.
  ///
  /// Of several traces those that cannot be read are named in the results, and the others are judged.
  ///
  /// - Throws: when the only trace cannot be read.
  public static func summarize(
    _ paths: [String], _ options: AnalysisOptions = AnalysisOptions()
  ) throws(AnalysisError) -> SummaryResults {
    try run(paths, options, receiver: nil, wantsEvidence: false)
  }

  /// Findings of traces, with their evidence.
  ///
  /// Of several traces those that cannot be read are named in the results, and the others are judged.
  ///
  /// - Throws: when the only trace cannot be read.
  public static func check(
    _ paths: [String], _ options: AnalysisOptions = AnalysisOptions()
  ) throws(AnalysisError) -> SummaryResults {
    try run(paths, options, receiver: nil, wantsEvidence: true)
  }

  private static func run(
    _ paths: [String], _ options: AnalysisOptions, receiver: (any IntervalReceiver)?,
    wantsEvidence: Bool
  ) throws(AnalysisError) -> SummaryResults {
    var results = SummaryResults(
      checks: CheckResults(
        traces: [], findings: [], notJudged: [], capabilities: [], verdict: .pass),
      vcpus: [], wasStopped: false)
    let inputs = try TraceInputs(
      paths, options.input, namesUnreadable: options.namesUnreadable)
    let runner = CheckRunner(configuration: options.checks)
    results.checks.unreadable = inputs.unreadable
    let opened = inputs.readable.map(\.trace)
    var done: UInt64 = 0
    let total = opened.reduce(0) { $0 &+ $1.byteCount }
    for (number, trace) in opened.enumerated() {
      let pass = TimelinePass.run(
        trace, options, limits: runner.limits(for: trace.timeUnit), receiver: receiver, done: &done,
        total: total)
      let evidence = TraceEvidence(
        pass, of: trace, number: number, window: trace.window(options), leavingOut: options.events)
      var judgement = runner.judge(evidence)
      let selection = VCPUSelection(options)
      judgement.findings.removeAll { !selection.selects($0) }
      judgement.notJudged.removeAll { !selection.selects($0) }
      for at in judgement.findings.indices {
        judgement.findings[at].show = ShowCommand.text(judgement.findings[at], trace)
      }
      if wantsEvidence {
        EvidenceCollector.collect(trace, &judgement.findings)
        LastStates.collect(trace, &judgement.findings, options)
      }
      results.checks.traces.append(evidence.facts)
      results.checks.findings += judgement.findings
      results.checks.notJudged += judgement.notJudged
      results.checks.capabilities = Capabilities.merge(
        results.checks.capabilities, Capabilities.of(trace, pass.tracker),
        isFirst: number == 0)
      results.vcpus += pass.tracker.tracks.filter { $0.hasRun && selection.selects($0) }
        .map { VCPUSummary($0, of: trace, number: number, window: trace.window(options)) }
      if pass.statistics.wasStopped {
        results.wasStopped = true
        break
      }
    }
    func nothingIsJudged(_ why: String) {
      results.checks.notJudged += runner.decisiveChecks.map {
        NotJudged(check: $0.id, trace: 0, identity: nil, why: why, isDecisive: true)
      }
    }
    if VCPUSelection(options).isLimited && results.vcpus.isEmpty && !opened.isEmpty {
      nothingIsJudged("no vCPU of the input is among those selected")
    } else if !zip(opened, results.checks.traces).contains(where: { $0.isIn($1, options) }) {
      if !opened.isEmpty { nothingIsJudged("the input lies outside of the time selected") }
    }
    // A log that is still written has no other end.
    if results.wasStopped, !opened[results.checks.traces.count - 1].isLive {
      nothingIsJudged(Self.stopped)
    }
    results.vcpus.sort { Self.order($0) < Self.order($1) }
    results.checks.verdict = CheckRunner.verdict(
      results.checks.findings, results.checks.notJudged, threshold: options.failOn.severity)
    // Where nothing was looked at, nothing is sound.
    if opened.isEmpty { results.checks.verdict = .inconclusive }
    results.checks.cases = results.checks.cases(
      of: runner.checks.map(\.id).filter(options.checks.isOn), threshold: options.failOn.severity)
    return results
  }

  /// Why the rest of an input says nothing.
  static let stopped = "the analysis was stopped before the end of the input"

  private static func order(_ vcpu: VCPUSummary) -> (Int, Int32, Int32, Int) {
    (vcpu.trace, vcpu.identity.thread, vcpu.identity.vcpu ?? -1, vcpu.identity.incarnation)
  }

  /// As the next one, for a trace that is not opened yet.
  ///
  /// - Throws: when it cannot be read.
  public static func timeline(
    _ path: String, _ options: AnalysisOptions = AnalysisOptions(),
    _ body: @escaping (Interval, VCPUIdentity) -> Void
  ) throws(AnalysisError) -> TimelineResults {
    timeline(try TraceInput(path: path), options, body)
  }

  /// The intervals of all vCPUs of one trace.
  ///
  /// Intervals of one vCPU come in order of time and gap-free; those of different vCPUs interleave
  /// as they become final. Intervals of threads that turn out never to have run a vCPU are not
  /// handed out.
  ///
  /// - Parameters:
  ///   - input: the trace.
  ///   - options: what part of it.
  ///   - idle: called before more of a live log is waited for.
  ///   - isWanted: asked from time to time; false ends the walk, for nobody takes the intervals any more.
  ///   - body: called for each interval with its vCPU's identity.
  /// - Returns: the trace's facts.
  public static func timeline(
    _ input: TraceInput, _ options: AnalysisOptions = AnalysisOptions(),
    idle: @escaping () -> Void = {}, isWanted: @escaping () -> Bool = { true },
    _ body: @escaping (Interval, VCPUIdentity) -> Void
  ) -> TimelineResults {
    let trace = input.trace
    var done: UInt64 = 0
    trace.learnRecordedEvents()
    let receiver = SelectedIntervals(VCPUSelection(options), options.cpus, body)
    let pass = TimelinePass.run(
      trace, options, receiver: receiver,
      between: {
        if trace.isLive { idle() }
        return isWanted()
      }, done: &done, total: trace.byteCount)
    return TimelineResults(
      trace: trace.facts(after: pass.statistics),
      wasStopped: pass.statistics.wasStopped && isWanted())
  }
}

/// What `timeline` says beside the intervals.
public struct TimelineResults: Sendable {
  /// The trace's facts.
  public var trace: TraceFacts
  /// The analysis was stopped before the end of the input.
  public var wasStopped: Bool
}

extension AnalysisOptions.FailThreshold {
  /// The severity; nil for `never`.
  public var severity: Severity? {
    switch self {
    case .error: .error
    case .warning: .warning
    case .note: .note
    case .never: nil
    }
  }
}
