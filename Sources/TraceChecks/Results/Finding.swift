public import KVMTimeline

/// How bad a finding is.
///
/// Ordered: `note` < `warning` < `error`.
public enum Severity: Int, Comparable, Sendable, CaseIterable {
  /// Worth knowing.
  case note
  /// Suspicious.
  case warning
  /// KVM misbehaved.
  case error

  /// The name in every report.
  public var name: String {
    switch self {
    case .note: "note"
    case .warning: "warning"
    case .error: "error"
    }
  }

  /// Orders by badness.
  public static func < (a: Severity, b: Severity) -> Bool { a.rawValue < b.rawValue }
}

/// What a run of the checks says in one word.
///
/// Ordered from best to worst.
public enum Verdict: String, Sendable, CaseIterable {
  /// Nothing at or above the threshold.
  case pass
  /// The trace cannot tell.
  case inconclusive
  /// A finding at or above the threshold.
  case fail
}

/// One event that proves a finding, or stands near it.
public struct EvidenceEvent: Sendable, Equatable {
  /// Trace clock.
  public var timestamp: UInt64
  /// The CPU that recorded it.
  public var cpu: Int
  /// The thread.
  public var thread: Int32
  /// The thread's name, or nil.
  public var comm: String?
  /// The event's name, without its system.
  public var event: String
  /// Its fields as text.
  public var text: String

  /// Makes an event of evidence.
  public init(
    timestamp: UInt64, cpu: Int, thread: Int32, comm: String?, event: String, text: String
  ) {
    self.timestamp = timestamp
    self.cpu = cpu
    self.thread = thread
    self.comm = comm
    self.event = event
    self.text = text
  }
}

/// One thing that a check found.
public struct Finding: Sendable {
  /// The check's stable id.
  public var check: String
  /// How bad it is.
  public var severity: Severity
  /// The trace, as an index.
  public var trace: Int
  /// The vCPU; nil for findings about the trace itself.
  public var identity: VCPUIdentity?
  /// The CPU that it began on; nil when it has none.
  public var cpu: Int?
  /// The level that the vCPU was at; nil for findings about the trace itself.
  public var level: GuestLevel?
  /// Span, trace clock; both are times of events.
  ///
  /// nil when the finding has no time.
  public var begin: UInt64?
  /// See `begin`.
  public var end: UInt64?
  /// One plain sentence.
  public var message: String
  /// How often (instructions, events …); at least 1.
  public var count: UInt64
  /// The kvmscope command that shows more.
  public var show: String
  /// Whether single events prove it; false for what is counted over a long time.
  public var hasEvidence = true
  /// The proving events with a few before and after, in time order; may be empty.
  public var evidence: [EvidenceEvent]
  /// Whether it tells of a vCPU's end: what led there is part of its evidence.
  public var tellsOfEnd = false
  /// What the vCPU did last before `end`, of findings that tell of a vCPU's end.
  ///
  /// In time order, at most eight. Where it was preempted and went on as before, that is one.
  public var lastStates: [Interval] = []

  /// Makes a finding without evidence.
  public init(
    check: String, severity: Severity, trace: Int, identity: VCPUIdentity?, cpu: Int?,
    level: GuestLevel?,
    begin: UInt64?, end: UInt64?, message: String, count: UInt64
  ) {
    self.check = check
    self.severity = severity
    self.trace = trace
    self.identity = identity
    self.cpu = cpu
    self.level = level
    self.begin = begin
    self.end = end
    self.message = message
    self.count = count
    show = ""
    evidence = []
  }
}

/// A check that could not be judged, and why.
public struct NotJudged: Sendable, Equatable {
  /// The check's id.
  public var check: String
  /// The trace, as an index.
  public var trace: Int
  /// The vCPU; nil when it holds for the whole trace.
  public var identity: VCPUIdentity?
  /// One plain sentence.
  public var why: String
  /// Whether it makes the verdict inconclusive.
  public var isDecisive: Bool

  /// Says that a check was not judged.
  public init(check: String, trace: Int, identity: VCPUIdentity?, why: String, isDecisive: Bool) {
    self.check = check
    self.trace = trace
    self.identity = identity
    self.why = why
    self.isDecisive = isDecisive
  }
}

/// One thing that the formats and the order of events showed about the recorded kernel.
public struct Capability: Sendable, Equatable {
  /// The key in JSON, snake_case.
  public var name: String
  /// Whether it was seen; nil when the trace cannot tell.
  public var value: Bool?

  /// Names a capability.
  public init(name: String, value: Bool?) {
    self.name = name
    self.value = value
  }
}

/// Everything that the checks say of one or several traces.
public struct CheckResults: Sendable {
  /// Facts, one per trace.
  public var traces: [TraceFacts]
  /// Sorted by trace, begin, thread, check.
  public var findings: [Finding]
  /// What could not be judged.
  public var notJudged: [NotJudged]
  /// What the formats and the order of events showed.
  public var capabilities: [Capability]
  /// `fail` beats `inconclusive` beats `pass`.
  public var verdict: Verdict
  /// Inputs that could not be read, in the order given; the verdict is that of the others.
  public var unreadable: [UnreadableTrace] = []
  /// What was asked of each trace and what the answers are, by trace; the verdict is the worst of them.
  public var cases: [JudgedCase] = []
  /// Whether the cases are a user's rules, and not the checks of the catalogue.
  public var areRules = false

  /// Makes results.
  public init(
    traces: [TraceFacts], findings: [Finding], notJudged: [NotJudged], capabilities: [Capability],
    verdict: Verdict
  ) {
    self.traces = traces
    self.findings = findings
    self.notJudged = notJudged
    self.capabilities = capabilities
    self.verdict = verdict
  }
}
