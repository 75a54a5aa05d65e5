import EventFormat
import KVMTimeline
import TraceAssertions
import TraceChecks
import TraceContainer

/// The rules of a file on one trace.
final class AssertSession {
  private let set: RuleSet
  private let trace: OpenedTrace
  private let number: Int
  private let options: AnalysisOptions
  private let runner: CheckRunner
  private(set) var wasStopped = false

  init(_ set: RuleSet, _ trace: OpenedTrace, _ number: Int, _ options: AnalysisOptions) {
    self.set = set
    self.trace = trace
    self.number = number
    self.options = options
    runner = CheckRunner(configuration: set.checks)
  }

  /// Adds what the rules say of the trace.
  func judge(into results: inout CheckResults, done: inout UInt64, total: UInt64) {
    var everything = AnalysisOptions()
    everything.progress = options.progress
    let pass = TimelinePass.run(
      trace, everything, limits: runner.limits(for: trace.timeUnit), receiver: nil, done: &done,
      total: total)
    wasStopped = pass.statistics.wasStopped
    let whole = 0..<UInt64.max
    let evidence = TraceEvidence(pass, of: trace, number: number, window: whole)
    results.traces.append(evidence.facts)
    results.capabilities = Capabilities.merge(
      results.capabilities, Capabilities.of(trace, pass.tracker), isFirst: number == 0)
    let walk = walk(subject(evidence, pass.statistics.eventCounts), &done, total)
    let answers = RuleJudge(walk, trace: number).answers { window in
      if window == whole { return measurement(pass, evidence, window) }
      return measurement(window)
    }
    // Events that rules name are shown where they do not hold, whatever system they are of.
    var findings: [Finding] = []
    // A log that is still written has no other end.
    let isPart = wasStopped && !trace.isLive
    for whole in answers {
      let rule = set.rules[whole.rule]
      let answer = isPart ? whole.stopped(rule.statement, why: Analysis.stopped) : whole
      let item = RuleCase(rule, answer, trace: number, threshold: options.failOn.severity)
      results.cases.append(item.judged)
      results.notJudged += item.notJudged
      findings += item.findings.map { finding in
        var finding = finding
        let isMetric = if case .metric = rule.statement { true } else { false }
        finding.show =
          isMetric
          ? ShowCommand.summary(finding.identity, trace) : ShowCommand.text(finding, trace)
        return finding
      }
    }
    // As those of checks are sorted.
    findings = findings.enumerated().sorted { a, b in
      (a.element.begin ?? .max, a.element.identity?.thread ?? .max, a.offset)
        < (b.element.begin ?? .max, b.element.identity?.thread ?? .max, b.offset)
    }.map(\.element)
    EvidenceCollector.collect(trace, &findings, showing: walk.events)
    results.findings += findings
  }

  // MARK: - The trace

  private func subject(_ evidence: TraceEvidence, _ counts: [UInt64]) -> RuleSubject {
    let hidden = Set(
      evidence.timelineFacts.compactMap { fact in
        switch fact.kind {
        case .lossMayHide, .emulatedWhereL2MayBe, .mixedWithOthers: fact.vcpu
        default: nil
        }
      })
    let gaps = gaps(evidence.facts)
    let vcpus = evidence.tracks.enumerated().filter { $0.element.hasRun }.map { place, track in
      let span = track.begin...max(track.begin, track.end)
      let lost = GuestLevel.allCases.contains { track.stateTotals.count(.lost, $0) > 0 }
      return RuleSubject.VCPU(
        identity: track.identity, isa: track.isa, span: span,
        hasLoss: lost || gaps?.mayHide(beyond: span) == true, mayHideL2: hidden.contains(place))
    }
    return RuleSubject(
      facts: evidence.facts, catalogue: trace.catalogue, events: trace.namedEvents,
      isRecorded: trace.isRecorded(counts), records: evidence.records,
      conversion: trace.conversion,
      cpus: trace.streams.indices.map { trace.place(of: $0).cpu }, vcpus: vcpus,
      mayBeNested: evidence.mayBeNested, comm: { [trace] in trace.comm($0) })
  }

  /// When events were lost; nil where none were, or no rule speaks of a part of the trace.
  private func gaps(_ facts: TraceFacts) -> GapConsumer? {
    guard facts.lostGaps > 0 || !facts.damage.isEmpty,
      set.scopes.contains(where: { $0 != RuleScope() })
    else { return nil }
    var gaps = GapConsumer(streams: trace.streams.count) { [trace] time in
      trace.conversion?.nanoseconds(time) ?? time
    }
    trace.walk(into: &gaps)
    gaps.finish()
    return gaps
  }

  private func walk(_ subject: RuleSubject, _ done: inout UInt64, _ total: UInt64) -> RuleWalk {
    let counter = ProgressCounter(done: done, total: total, options.progress)
    done &+= trace.byteCount
    var walk = RuleWalk(set, subject) { counter.add($0) }
    guard walk.needsWalk else {
      walk.finish()
      return walk
    }
    guard walk.needsIntervals else {
      trace.walk(into: &walk)
      walk.finish()
      wasStopped = wasStopped || walk.wasStopped
      return walk
    }
    let inbox = LevelledRuleWalk.Inbox()
    let tracker = TimelineTracker(
      records: trace.records, cpuNumbers: trace.cpuNumbers, window: 0..<UInt64.max, receiver: inbox,
      process: { [trace] in trace.process(of: $0) })
    let timeline = TimelineConsumer(
      tracker: tracker, catalogue: trace.catalogue, cpus: trace.streams.map(\.cpu),
      conversion: trace.conversion)
    var levelled = LevelledRuleWalk(walk, timeline, inbox)
    trace.walk(into: &levelled)
    levelled.finish()
    wasStopped = wasStopped || levelled.rules.wasStopped
    return levelled.rules
  }

  // MARK: - Stretches of time

  private func measurement(_ window: Range<UInt64>) -> RuleMeasurement {
    var part = AnalysisOptions()
    func moment(_ time: UInt64) -> AnalysisOptions.Moment {
      AnalysisOptions.Moment(nanoseconds: time, ticks: time)
    }
    part.begin = moment(window.lowerBound)
    part.end = moment(window.upperBound)
    var done: UInt64 = 0
    let pass = TimelinePass.run(
      trace, part, limits: runner.limits(for: trace.timeUnit), receiver: nil, done: &done, total: 0)
    let evidence = TraceEvidence(pass, of: trace, number: number, window: window)
    return measurement(pass, evidence, window)
  }

  private func measurement(
    _ pass: (tracker: TimelineTracker, statistics: WalkStatistics), _ evidence: TraceEvidence,
    _ window: Range<UInt64>
  ) -> RuleMeasurement {
    RuleMeasurement(
      vcpus: pass.tracker.tracks.filter(\.hasRun).map {
        VCPUSummary($0, of: trace, number: number, window: window)
      }, judgement: runner.judge(evidence))
  }
}
