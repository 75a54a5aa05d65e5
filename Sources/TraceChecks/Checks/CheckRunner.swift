public import KVMTimeline

/// Runs the checks over the evidence of each trace and forms the verdict.
public struct CheckRunner: Sendable {
  /// The checks, in the order of the catalogue.
  public let checks: [any Check]
  /// Which of them speak, and how.
  public let configuration: CheckConfiguration

  /// All checks of the catalogue, as they are set without a word from the user.
  public static var standard: CheckRunner { CheckRunner() }

  /// Makes a runner.
  public init(
    checks: [any Check]? = nil, configuration: CheckConfiguration = CheckConfiguration()
  ) {
    self.checks = checks ?? CheckCatalogue.checks
    self.configuration = configuration
  }

  /// From which numbers on the timeline must report what the checks look for.
  public func limits(for unit: TimeUnit = .nanoseconds) -> WatchLimits {
    var limits = WatchLimits()
    for check in checks where configuration.isOn(check.id) {
      check.configure(&limits, configuration)
    }
    // Nobody can say how long a tick is.
    if unit == .ticks { limits.dropDurations() }
    return limits
  }

  /// The checks that speak and that a verdict hangs on.
  public var decisiveChecks: [any Check] {
    checks.filter { $0.isDecisive && configuration.isOn($0.id) }
  }

  /// Judges one trace.
  ///
  /// Every check looks at it, those that are off too: one may explain what another finds.
  public func judge(_ evidence: TraceEvidence) -> Judgement {
    var evidence = evidence
    evidence.configuration = configuration
    var judgement = Judgement()
    for check in checks {
      if check.isNested {
        if !evidence.mayBeNested { continue }
        if !sayWhatIsNotJudged(check, evidence, &judgement) { continue }
      }
      check.judge(evidence, into: &judgement)
    }
    // What is made of several vCPUs' events as if they were one's is wrong.
    let mixed = Set(
      evidence.timelineFacts.filter { $0.kind == .mixedWithOthers }.map {
        evidence.tracks[$0.vcpu].identity
      })
    judgement.findings.removeAll { $0.identity.map(mixed.contains) ?? false }
    judgement.findings.removeAll { !configuration.isOn($0.check) }
    judgement.notJudged.removeAll { !configuration.isOn($0.check) }
    for at in judgement.findings.indices {
      if let severity = configuration.severity(of: judgement.findings[at].check) {
        judgement.findings[at].severity = severity
      }
    }
    judgement.findings.sort { order($0) < order($1) }
    return judgement
  }

  private func order(_ finding: Finding) -> (UInt64, Int32, Int) {
    let check = checks.firstIndex { $0.id == finding.check } ?? checks.count
    return (finding.begin ?? .max, finding.identity?.thread ?? .max, check)
  }

  /// Why a nested check cannot be judged, for the trace or for single vCPUs.
  ///
  /// - Returns: false when it cannot be judged at all.
  private func sayWhatIsNotJudged(
    _ check: some Check, _ evidence: TraceEvidence, _ judgement: inout Judgement
  ) -> Bool {
    // A recording that begins or ends beside everything that ran hides nothing; one with gaps may.
    let isNothingLeft =
      !evidence.tracks.contains(where: \.hasRun)
      && (evidence.facts.lostGaps > 0 || !evidence.facts.damage.isEmpty)
    let nothingLeft = "events were lost or could not be read, and no vCPU is left to judge"
    func say(_ why: String) {
      judgement.notJudged.append(
        NotJudged(
          check: check.id, trace: evidence.trace, identity: nil, why: why,
          isDecisive: check.isDecisive))
    }
    if check.needs.contains(where: { !evidence.records.contains($0) }) {
      if evidence.isNested || evidence.mayHideNesting {
        say("needed events were not recorded (see missing-events)")
      } else if check.isDecisive && isNothingLeft {
        say(nothingLeft)
      }
      return false
    }
    if check.alsoNeeds.contains(where: { !evidence.records.contains($0) }) {
      judgement.notJudged.append(
        NotJudged(
          check: check.id, trace: evidence.trace, identity: nil,
          why: "needed events were not recorded", isDecisive: false))
      return false
    }
    if check.isDecisive && isNothingLeft { say(nothingLeft) }
    if check.isDecisive && evidence.factsWereDropped {
      say("more happened than can be kept: some of it was not looked at")
    }
    guard check.isDecisive else { return true }
    var reasons: [(fact: TimelineFact, why: Reason)] = []
    var others: [(fact: TimelineFact, why: Reason)] = []
    for fact in evidence.timelineFacts {
      guard let why = Self.reason(fact.kind), evidence.tracks[fact.vcpu].hasRun,
        check.applies(to: evidence.tracks[fact.vcpu].isa)
      else { continue }
      if why.isDecisive { reasons.append((fact, why)) } else { others.append((fact, why)) }
    }
    // In order of time: how far the events of one CPU were read before those of another must not show.
    let tracks = evidence.tracks
    others.sort { a, b in
      (a.fact.begin, tracks[a.fact.vcpu].identity.thread)
        < (b.fact.begin, tracks[b.fact.vcpu].identity.thread)
    }
    // A vCPU that cannot be judged for a decisive reason needs no other one.
    reasons += others
    var said: Set<Int> = []
    for reason in reasons where said.insert(reason.fact.vcpu).inserted {
      judgement.notJudged.append(
        NotJudged(
          check: check.id, trace: evidence.trace,
          identity: evidence.tracks[reason.fact.vcpu].identity,
          why: reason.why.text, isDecisive: reason.why.isDecisive))
    }
    return true
  }

  private typealias Reason = (text: String, isDecisive: Bool)

  /// Why a vCPU cannot be judged where something was found out about it; nil when that is no reason.
  private static func reason(_ kind: TimelineFact.Kind) -> Reason? {
    switch kind {
    case .lossMayHide:
      ("lost events may hide what this vCPU did while it was, or may have been, in L2", true)
    case .emulatedWhereL2MayBe:
      ("KVM emulated an instruction without an exit, and nothing proves whether L1 or L2 ran", true)
    case .mixedWithOthers:
      ("its events and those of other threads or vCPUs cannot be told apart", true)
    case .emulatedAtUnknownLevel:
      ("the vCPU was emulated before anything proved whether L1 or L2 ran", false)
    default: nil
    }
  }

  /// One word for all traces.
  ///
  /// Findings from `threshold` on fail; with nil none does.
  public static func verdict(
    _ findings: [Finding], _ notJudged: [NotJudged], threshold: Severity?
  ) -> Verdict {
    if let threshold, findings.contains(where: { $0.severity >= threshold }) { return .fail }
    return notJudged.contains { $0.isDecisive } ? .inconclusive : .pass
  }
}

/// A number as kernels print addresses.
func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
