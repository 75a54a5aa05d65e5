public import KVMEvents
public import KVMTimeline

/// What the checks look at: one trace's vCPUs, facts and gaps.
public struct TraceEvidence: Sendable {
  /// The trace, as an index.
  public var trace: Int
  /// What is true of the recording as a whole.
  public var facts: TraceFacts
  /// The vCPUs that ran, and those that were only created.
  public var tracks: [VCPUTrack]
  /// What the timeline found, in order of discovery.
  public var timelineFacts: [TimelineFact]
  /// What the recording would show if it happened.
  public var records: RecordedEvents
  /// Events of vCPU threads that never showed a vCPU.
  public var unattributed: TimelineTracker.Unattributed
  /// Where a CPU's clock ran backwards: how often, and the first time it did.
  public var clockBackwards: (count: UInt64, first: UInt64)

  /// `records` was guessed from the events that there are.
  public private(set) var recordsAreInferred = false
  /// So much happened that some of it was not kept.
  public var factsWereDropped = false
  /// What lies outside of it was not counted.
  public var window: Range<UInt64> = 0..<UInt64.max
  /// The numbers that the user has set.
  public var configuration = CheckConfiguration()

  /// Collects the evidence of one trace.
  public init(
    trace: Int, facts: TraceFacts, tracks: [VCPUTrack], timelineFacts: [TimelineFact],
    records: RecordedEvents, unattributed: TimelineTracker.Unattributed = .init(),
    clockBackwards: (count: UInt64, first: UInt64) = (0, 0)
  ) {
    self.trace = trace
    self.facts = facts
    self.tracks = tracks
    self.timelineFacts = timelineFacts
    self.records = records
    self.unattributed = unattributed
    self.clockBackwards = clockBackwards
  }

  /// Looks at `records` again, which were guessed from the events that there are.
  ///
  /// Instructions that enter a nested guest, and not one event of such a guest: somebody left these out, whatever
  /// else of KVM there is.
  public mutating func doubtRecords() {
    recordsAreInferred = true
    let attempts = tracks.reduce(0) { $0 &+ $1.counters.nestedEntryAttempts }
    guard attempts > 0, !tracks.contains(where: { $0.counters.nestedEvents > 0 }) else { return }
    records = records.without([
      .nestedExit, .nestedExitInject, .nestedEntry, .nestedEntryFailed,
    ])
  }

  /// Whether any guest of this trace used nested virtualization.
  public var isNested: Bool {
    tracks.contains { $0.counters.nestedEntryAttempts > 0 || $0.counters.nestedEvents > 0 }
  }

  /// Whether a nested guest may have run although none was seen: a vCPU was emulated, and the
  /// events
  /// that would tell of nesting were not recorded.
  var mayHideNesting: Bool {
    // Every exit of L1 that enters L2, and every exit of L2, is one of these; an inject or a nested
    // entry may not happen, or have no event.
    if records.contains(.exit) || records.contains(.nestedExit) { return false }
    return timelineFacts.contains { $0.kind == .emulatedAtUnknownLevel }
  }

  /// Whether the nested checks apply: a trace without a sign of nesting that was read whole needs
  /// none of them.
  public var mayBeNested: Bool {
    isNested || mayHideNesting || facts.lostGaps > 0 || !facts.damage.isEmpty
  }

  /// Whether the vCPU is on AMD hardware, where invalid state of L2 is left to the processor.
  func isSVM(_ fact: TimelineFact) -> Bool { tracks[fact.vcpu].isa == .svm }

  /// The number that holds for an option of a check.
  func value(_ option: CheckOption, of check: some Check) -> UInt64 {
    configuration.value(of: option, in: check.id)
  }

  /// What of a vCPU's span lies in the window, trace clock.
  func span(of track: VCPUTrack) -> Range<UInt64> {
    let begin = min(max(track.begin, window.lowerBound), window.upperBound)
    return begin..<max(begin, min(track.end, window.upperBound))
  }

  /// A finding about a vCPU as a whole: no single event proves it.
  func finding(
    _ check: some Check, _ severity: Severity, about track: VCPUTrack, _ message: String,
    count: UInt64
  ) -> Finding {
    let span = span(of: track)
    var finding = Finding(
      check: check.id, severity: severity, trace: trace, identity: track.identity, cpu: nil,
      level: nil, begin: span.lowerBound, end: span.upperBound, message: message, count: count)
    finding.hasEvidence = false
    return finding
  }

  /// A finding about the vCPU of a fact, over the fact's span.
  func finding(
    _ check: some Check, _ severity: Severity, _ fact: TimelineFact, _ message: String
  ) -> Finding {
    Finding(
      check: check.id, severity: severity, trace: trace, identity: tracks[fact.vcpu].identity,
      cpu: fact.cpu, level: fact.level, begin: fact.begin, end: fact.end, message: message,
      count: fact.count)
  }
}

/// Where checks put what they say.
public struct Judgement: Sendable {
  /// In order of discovery.
  public var findings: [Finding] = []
  /// In order of discovery.
  public var notJudged: [NotJudged] = []

  /// Nothing said yet.
  public init() {}
}

/// One entry of the catalogue: looks at a trace's evidence and says what it found, or why it
/// cannot.
public protocol Check: Sendable {
  /// What it means, and what can be set.
  var about: CheckDescription { get }
  /// The kinds of event without which the check sees nothing.
  var needs: [EventKind] { get }
  /// Further kinds without which it is not judged either; but the verdict stands without it.
  var alsoNeeds: [EventKind] { get }
  /// Whether the check speaks of nested guests: it does not apply to a trace without any.
  var isNested: Bool { get }
  /// Whether the check can matter to a vCPU on this hardware; nil: hardware not known.
  func applies(to isa: ISA?) -> Bool
  /// Whether a vCPU that the check cannot judge makes the verdict inconclusive: so it is for
  /// errors.
  var isDecisive: Bool { get }
  /// Tells the timeline from which numbers on it must report.
  func configure(_ limits: inout WatchLimits, _ configuration: CheckConfiguration)
  /// Says what it found.
  ///
  /// What the checks before it in the catalogue found is there already.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement)
}

extension Check {
  /// The stable id.
  public var id: String { about.id }
  /// None.
  public var alsoNeeds: [EventKind] { [] }
  /// Most need nothing.
  public func configure(_ limits: inout WatchLimits, _ configuration: CheckConfiguration) {}
  /// Nothing but what every trace has.
  public var needs: [EventKind] { [] }
  /// Most are.
  public var isNested: Bool { true }
  /// Both, unless said.
  public func applies(to isa: ISA?) -> Bool { true }
  /// Most are not.
  public var isDecisive: Bool { false }
}
