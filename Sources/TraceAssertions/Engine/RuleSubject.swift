public import EventFormat
public import KVMEvents
public import KVMTimeline
public import TraceChecks

/// The trace that rules are asked of: what was found out about it before its events are read once more.
public struct RuleSubject {
  /// A vCPU and when it was there.
  public struct VCPU: Sendable {
    /// Which one.
    public var identity: VCPUIdentity
    /// Its hardware; nil without exits.
    public var isa: ISA?
    /// From its first event to its last.
    public var span: ClosedRange<UInt64>
    /// Events that may be its own were lost.
    public var hasLoss: Bool
    /// Loss, or emulation that nothing places, may hide what it did in L2.
    public var mayHideL2: Bool

    /// Describes a vCPU.
    public init(
      identity: VCPUIdentity, isa: ISA?, span: ClosedRange<UInt64>, hasLoss: Bool, mayHideL2: Bool
    ) {
      self.identity = identity
      self.isa = isa
      self.span = span
      self.hasLoss = hasLoss
      self.mayHideL2 = mayHideL2
    }
  }

  /// Facts of the whole recording.
  public var facts: TraceFacts
  /// The formats.
  public var catalogue: EventCatalogue
  /// By the catalogue's numbers: the events, with the names that are known by now.
  public var events: [EventDescription]
  /// By the catalogue's numbers: whether the event would be there if it had happened.
  public var isRecorded: [Bool]
  /// The kinds of event that would be there if they had happened.
  public var records: RecordedEvents
  /// To nanoseconds; nil: as they are.
  public var conversion: ClockConversion?
  /// By stream: the CPU's number.
  public var cpus: [Int]
  /// The vCPUs that ran, and those that were only created.
  public var vcpus: [VCPU]
  /// Whether a nested guest may have run at all.
  public var mayBeNested: Bool
  /// The name of a thread at the present moment of the walk.
  public var comm: (Int32) -> String?

  /// Describes a trace.
  public init(
    facts: TraceFacts, catalogue: EventCatalogue, events: [EventDescription], isRecorded: [Bool],
    records: RecordedEvents, conversion: ClockConversion?, cpus: [Int], vcpus: [VCPU],
    mayBeNested: Bool,
    comm: @escaping (Int32) -> String?
  ) {
    self.facts = facts
    self.catalogue = catalogue
    self.events = events
    self.isRecorded = isRecorded
    self.records = records
    self.conversion = conversion
    self.cpus = cpus
    self.vcpus = vcpus
    self.mayBeNested = mayBeNested
    self.comm = comm
  }

  /// A scope's bounds in this trace's unit of time.
  public func window(_ scope: RuleScope) -> Range<UInt64> {
    func value(_ moment: RuleScope.Moment) -> UInt64 {
      facts.timeUnit == .ticks ? moment.ticks : moment.nanoseconds
    }
    let begin = scope.begin.map(value) ?? 0
    return begin..<max(begin, scope.end.map(value) ?? .max)
  }

  /// Whether anything was recorded in a stretch of time; everything is in all of it.
  func isRecorded(in window: Range<UInt64>) -> Bool {
    if window == 0..<UInt64.max { return true }
    guard let begin = facts.begin, let end = facts.end else { return false }
    return end >= window.lowerBound && begin < window.upperBound
  }

  /// Parts of the recording are missing.
  var hasLoss: Bool { facts.lostGaps > 0 || !facts.damage.isEmpty }
}
