import KVMEvents
import KVMTimeline
import TraceChecks

/// Says whether rules hold, from what a walk counted and what a trace gives otherwise.
public struct RuleJudge {
  let set: RuleSet
  let subject: RuleSubject
  private let walk: RuleWalk
  let trace: Int

  /// Takes a walk that has ended.
  ///
  /// - Parameters:
  ///   - walk: the walk.
  ///   - trace: the trace's number, for findings.
  public init(_ walk: RuleWalk, trace: Int) {
    self.walk = walk
    self.trace = trace
    set = walk.set
    subject = walk.subject
  }

  /// The answers of all rules, in their order.
  ///
  /// - Parameter measure: gives what the trace gives in a stretch of its time; called once for each stretch.
  /// - Returns: one answer for each rule.
  public func answers(_ measure: (Range<UInt64>) -> RuleMeasurement) -> [RuleAnswer] {
    var known: [Int: [RuleMeasurement]] = [:]
    var byWindow: [Range<UInt64>: RuleMeasurement] = [:]
    func measurements(_ scope: Int) -> [RuleMeasurement] {
      if let already = known[scope] { return already }
      let result = walk.scopes.all[scope].windows.map(measurement)
      known[scope] = result
      return result
    }
    func measurement(_ window: Range<UInt64>) -> RuleMeasurement {
      if let already = byWindow[window] { return already }
      let measured = measure(window)
      byWindow[window] = measured
      return measured
    }
    return set.rules.indices.map { number in
      let rule = set.rules[number]
      if let answer = notAsked(number, rule) { return answer }
      switch rule.statement {
      case .check(let id, let bound):
        return check(number, id, bound, measurements(rule.scope)) {
          measurement(0..<UInt64.max).judgement.findings
        }
      case .metric(let metric): return self.metric(number, metric, measurements(rule.scope))
      case .occurrence(_, let bound): return occurrence(number, bound)
      case .sequence(let sequence): return self.sequence(number, sequence)
      }
    }
  }

  func answer(
    _ rule: Int, _ holds: Verdict, _ reason: String = "", _ findings: [Finding] = [],
    count: UInt64? = nil
  ) -> RuleAnswer {
    RuleAnswer(rule: rule, holds: holds, reason: reason, count: count, findings: findings)
  }

  /// The answer of a rule that does not apply, or that cannot be asked; nil when it can.
  private func notAsked(_ number: Int, _ rule: Rule) -> RuleAnswer? {
    let scope = set.scopes[rule.scope]
    if walk.rules.isIdle[number] {
      let nothingLeft = subject.vcpus.isEmpty && subject.hasLoss
      // Those that are named may run on other hardware: that is known, and not the trace's fault.
      let areThere = subject.vcpus.contains { scope.selects($0.identity, isa: nil) }
      return (scope.namesVCPUs && !areThere) || nothingLeft
        ? answer(number, .inconclusive, "no vCPU of this trace is one that 'where' names")
        : answer(number, .pass, "does not apply: no such vCPU ran")
    }
    if scope.level == .l2, !subject.mayBeNested {
      return answer(number, .pass, "does not apply: no nested guest ran")
    }
    if let problem = walk.rules.problems[number] { return answer(number, .inconclusive, problem) }
    let state = walk.scopes.all[rule.scope]
    guard subject.isRecorded(in: state.window) else {
      return answer(
        number, .inconclusive, "the recording lies outside of the time that 'where' names")
    }
    guard state.hasMarkers else { return nil }
    if state.stretches.isEmpty {
      return answer(number, .inconclusive, "the event that 'between' begins with never came")
    }
    if state.windows.isEmpty {
      return answer(number, .inconclusive, "no time lies between the events of 'between'")
    }
    return nil
  }

  /// Whether a scope had more stretches of time than are measured.
  func hasMoreStretches(_ scope: Int) -> Bool { walk.scopes.all[scope].hasMoreStretches }

  /// Why something may have been missed in the scope of a rule; nil: nothing was.
  func blindSpot(_ number: Int) -> String? {
    let scope = set.scopes[set.rules[number].scope]
    let own = subject.vcpus.filter { scope.selects($0.identity, isa: $0.isa) }
    if scope.level == .l2 {
      if own.contains(where: \.mayHideL2) {
        return Self.hiddenL2
      }
    } else if scope.limitsVCPUs {
      if own.contains(where: \.hasLoss) { return "events of a vCPU that it speaks of were lost" }
    } else if subject.hasLoss {
      return "events were lost, or could not be read"
    }
    if walk.sawUnknownLevel[number] {
      return "nothing proves whether L1 or L2 ran when an event came that it speaks of"
    }
    if walk.waitedTooLong, scope.needsIntervals {
      return "more events than can be kept waited for a proof of their level"
    }
    return nil
  }

  // MARK: - Checks

  private func check(
    _ number: Int, _ id: String, _ bound: CountBound, _ measured: [RuleMeasurement],
    _ ofTrace: () -> [Finding]
  ) -> RuleAnswer {
    let rule = set.rules[number]
    let scope = set.scopes[rule.scope]
    let about = CheckRunner.standard.checks.first { $0.id == id }
    if let about, let why = doesNotApply(about, scope) { return answer(number, .pass, why) }
    var findings: [Finding] = []
    var open: String?
    // Even what leaves the verdict of `check` alone may hide what a rule waits for.
    var hidden: String?
    for one in measured {
      findings += one.judgement.findings.filter { finding in
        finding.check == id && isMeant(finding.identity, scope)
          && (scope.level == nil || finding.level == scope.level)
      }
      open =
        open
        ?? one.judgement.notJudged.first {
          $0.check == id && $0.isDecisive && isMeant($0.identity, scope)
        }?.why
      hidden =
        hidden
        ?? one.judgement.notJudged.first { $0.check == id && isMeant($0.identity, scope) }?.why
      if scope.level != nil,
        one.judgement.findings.contains(where: {
          $0.check == id && isMeant($0.identity, scope)
            && !($0.level.map { $0 != .unknown } ?? false)
        })
      {
        open = open ?? "it fired, and nothing proves whether that was in L1 or in L2"
      }
    }
    if measured.count > 1, findings.count > 1 { Self.join(&findings, ofTrace()) }
    let count = UInt64(findings.count)
    let times = count == 1 ? "once" : "\(count) times"
    let words = "\(id) fired \(times), expected \(bound.words)"
    if let most = bound.atMost, count > most {
      for at in findings.indices {
        findings[at].check = rule.name
        findings[at].severity = rule.severity
      }
      return answer(number, .fail, words, findings, count: count)
    }
    let isEnough = count >= bound.atLeast
    // What was missed could only add to what was seen.
    if isEnough, bound.atMost == nil { return answer(number, .pass, count: count) }
    open = open ?? about.flatMap { notSeen($0, number) } ?? (isEnough ? nil : hidden)
    if let open { return answer(number, .inconclusive, "\(id) could not be judged: \(open)") }
    return isEnough
      ? answer(number, .pass, count: count) : answer(number, .fail, words, count: count)
  }

  /// Why a check does not apply; nil when it does.
  private func doesNotApply(_ check: any Check, _ scope: RuleScope) -> String? {
    if check.isNested, !subject.mayBeNested { return "does not apply: no nested guest ran" }
    let own = subject.vcpus.filter { scope.selects($0.identity, isa: $0.isa) }
    if let isa = own.first?.isa, !own.contains(where: { check.applies(to: $0.isa) }) {
      return "does not apply to \(isa == .svm ? "SVM" : "VMX")"
    }
    return nil
  }

  /// Why a check may have missed something; nil: it has not.
  private func notSeen(_ check: any Check, _ number: Int) -> String? {
    // These speak of the recording itself.
    if Self.ofRecording.contains(check.id) { return nil }
    if subject.facts.timeUnit == .ticks, Self.needsTime(check) {
      return "the trace counts ticks, not time"
    }
    if let missing = notRecorded(check.needs + check.alsoNeeds) { return missing }
    // What loss can hide from a decisive check, that check says itself.
    if check.isDecisive { return nil }
    guard check.isNested else { return blindSpot(number) }
    let scope = set.scopes[set.rules[number].scope]
    let own = subject.vcpus.filter { scope.selects($0.identity, isa: $0.isa) }
    return own.contains(where: \.mayHideL2) ? Self.hiddenL2 : nil
  }

  /// Whether a check compares times, and so says nothing of ticks.
  private static func needsTime(_ check: any Check) -> Bool {
    check.about.options.contains { $0.kind == .duration }
      || ["exit-rate", "halt-poll-waste"].contains(check.id)
  }

  private static let ofRecording: Set = [
    "lost-events", "missing-events", "unknown-thread", "clock-backwards", "damaged",
  ]
  private static let hiddenL2 = "lost or missing events may hide what a vCPU did in L2"

  /// Makes one of findings in several stretches that are one in the whole trace: an episode that goes on through them.
  private static func join(_ findings: inout [Finding], _ ofTrace: [Finding]) {
    func isPart(_ part: Finding, of whole: Finding) -> Bool {
      guard part.check == whole.check, part.identity == whole.identity, let a = part.begin,
        let b = part.end, let from = whole.begin, let to = whole.end
      else { return false }
      return a <= to && b >= from
    }
    var places: [Int: Int] = [:]
    var joined: [Finding] = []
    for finding in findings {
      let whole = ofTrace.firstIndex { isPart(finding, of: $0) }
      if let whole, let at = places[whole] {
        joined[at].end = max(joined[at].end ?? 0, finding.end ?? 0)
        joined[at].count &+= finding.count
      } else {
        if let whole { places[whole] = joined.count }
        joined.append(finding)
      }
    }
    findings = joined
  }

  func isMeant(_ identity: VCPUIdentity?, _ scope: RuleScope) -> Bool {
    guard let identity else { return !scope.namesVCPUs }
    let isa = subject.vcpus.first { $0.identity == identity }?.isa
    return scope.selects(identity, isa: isa)
  }

  // MARK: - Events

  private func occurrence(_ number: Int, _ bound: CountBound) -> RuleAnswer {
    let rule = set.rules[number]
    guard case .occurrence(let patterns, _) = rule.statement else { return answer(number, .pass) }
    let tallies = walk.tallies(of: number)
    let what = patterns.map(\.source).joined(separator: " | ")
    let times = tallies.count == 1 ? "once" : "\(tallies.count) times"
    let words = "\(what) happened \(times), expected \(bound.words)"
    if let most = bound.atMost, tallies.count > most {
      let findings = tallies.all.map { tally in
        finding(
          rule, tally.vcpu, tally.thread, Int(tally.cpu), tally.first, tally.first,
          tally.count == tallies.count
            ? words
            : "\(what) happened \(tally.count) of \(tallies.count) times on this thread, expected \(bound.words)",
          tally.count)
      }
      return answer(
        number, .fail, words, Array(findings.prefix(Violations.most)), count: tallies.count)
    }
    let isEnough = tallies.count >= bound.atLeast
    // What was missed could only add to what was seen.
    if !(isEnough && bound.atMost == nil), let blind = blindSpot(number) {
      return answer(number, .inconclusive, blind)
    }
    return isEnough
      ? answer(number, .pass, count: tallies.count)
      : answer(number, .fail, words, count: tallies.count)
  }

  private func sequence(_ number: Int, _ sequence: SequenceRule) -> RuleAnswer {
    let violations = walk.violations(of: number)
    let rule = set.rules[number]
    if subject.facts.timeUnit == .ticks,
      sequence.within != nil || sequence.steps.contains(where: { $0.within != nil })
    {
      return answer(number, .inconclusive, "the trace counts ticks: 'within' has no meaning")
    }
    let findings = violations.all.map { violation in
      finding(
        rule, violation.vcpu, violation.thread, violation.cpu, violation.begin, violation.end,
        words(violation, sequence), violation.count)
    }
    if violations.count > 0 {
      let count = violations.count
      let more = count > 1 ? " (\(count) times in all)" : ""
      return answer(
        number, .fail, (findings.first?.message ?? "") + more, findings, count: count)
    }
    if let blind = blindSpot(number) { return answer(number, .inconclusive, blind) }
    if violations.droppedForLoss, set.scopes[rule.scope].level != .l2 {
      return answer(number, .inconclusive, "events were lost while a sequence was going on")
    }
    if violations.droppedForRoom {
      return answer(number, .inconclusive, "more sequences went on at once than can be followed")
    }
    return answer(number, .pass, count: 0)
  }

  private func words(_ violation: Violation, _ sequence: SequenceRule) -> String {
    func list(_ patterns: [EventPattern]) -> String {
      patterns.map(\.source).joined(separator: " | ")
    }
    let after = sequence.steps.map { list($0.patterns) }.joined(separator: ", then ")
    let times = violation.count > 1 ? " \(violation.count) times" : ""
    let required = list(sequence.require)
    return switch violation.kind {
    case .forbidden: "\(list(sequence.never)) came\(times) after \(after)"
    case .overtaken: "\(list(sequence.before)) came before \(required), after \(after)"
    case .late: "\(required) did not come in time after \(after)"
    case .neverCame: "\(required) never came after \(after)"
    }
  }

  private func finding(
    _ rule: Rule, _ vcpu: Int?, _ thread: Int32, _ cpu: Int, _ begin: UInt64, _ end: UInt64,
    _ message: String, _ count: UInt64
  ) -> Finding {
    let identity =
      vcpu.map { subject.vcpus[$0].identity }
      ?? VCPUIdentity(vcpu: nil, thread: thread, incarnation: 0)
    let level = set.scopes[rule.scope].level
    return Finding(
      check: rule.name, severity: rule.severity, trace: trace, identity: identity, cpu: cpu,
      level: level, begin: begin, end: end, message: message, count: count)
  }
}
