public import KVMEvents

/// Takes the intervals of all vCPUs as they become final: in order of time for one vCPU, not across
/// vCPUs.
public protocol IntervalReceiver: AnyObject {
  /// One more interval.
  func receive(_ interval: Interval, of vcpu: VCPUIdentity)
  /// Whether intervals must say who handled their exit and what it was about: each then comes only when
  /// this is known.
  var wantsDetails: Bool { get }
}

/// Which events the recording would show if they happened.
///
/// *Recorded* is a question of formats, never of kernel versions: an event that was not asked for
/// cannot be missed.
public struct RecordedEvents: Sendable, Equatable {
  private var kinds: Set<EventKind>

  /// Names the kinds that were recorded.
  public init(_ kinds: Set<EventKind>) { self.kinds = kinds }

  /// Everything is recorded: for tests.
  public static let all = RecordedEvents(Set(EventKind.allCases))

  /// The same without some kinds.
  public func without(_ kinds: Set<EventKind>) -> RecordedEvents {
    RecordedEvents(self.kinds.subtracting(kinds))
  }

  /// Whether the kind was recorded.
  public func contains(_ kind: EventKind) -> Bool { kinds.contains(kind) }
}

/// Where a vCPU's track puts what it finds out, and what it must know of the recording.
struct TimelineOutput {
  let records: RecordedEvents
  let nestedExitsAreRecorded: Bool
  /// All events that take a vCPU out of L2 without an exit were recorded.
  let levelEventsAreRecorded: Bool
  private let cpuNumbers: [Int]
  /// Only what lies in this stretch of time is counted and handed out; the state is followed
  /// outside of it too.
  let window: Range<UInt64>
  /// From which numbers on something is worth a fact.
  let limits: WatchLimits
  let receiver: (any IntervalReceiver)?
  /// The receiver's wish.
  let wantsDetails: Bool
  /// Only what begins on these CPUs is counted, by their numbers; nil: on any.
  private let cpus: Set<Int>?
  /// All of the recording is counted and no interval is handed out: what a summary wants.
  let isSummary: Bool
  var facts: [TimelineFact] = []
  /// kvm_entry after kvm_entry or kvm_exit after kvm_exit was seen without loss.
  var sawUnmatchedPair = false

  /// Facts that something which was lost may explain, by position.
  private var restingOnSilence: [Int] = []
  /// How many of the facts can only become notes.
  private var notes = 0
  /// Facts that are more than notes were too many to keep.
  private(set) var factsWereDropped = false
  /// Events were lost somewhere.
  var sawLoss = false

  /// A hostile trace could make facts without end.
  static let mostFacts = 100_000

  init(
    records: RecordedEvents, cpuNumbers: [Int], window: Range<UInt64>, cpus: Set<Int>?,
    limits: WatchLimits, receiver: (any IntervalReceiver)?
  ) {
    self.records = records
    self.cpuNumbers = cpuNumbers
    self.window = window
    self.limits = limits
    self.receiver = receiver
    wantsDetails = receiver?.wantsDetails ?? false
    self.cpus = cpus
    isSummary = receiver == nil && window == 0..<UInt64.max && cpus == nil
    nestedExitsAreRecorded = records.contains(.nestedExit)
    levelEventsAreRecorded = records.contains(.userspaceExit) && records.contains(.smmTransition)
  }

  /// The number of the CPU at a position.
  func number(ofCPU position: Int) -> Int {
    cpuNumbers.indices.contains(position) ? cpuNumbers[position] : position
  }

  /// Whether what happens then, on the CPU at that position, is counted.
  @inline(__always)
  func counts(_ time: UInt64, on cpu: Int32) -> Bool {
    isSummary || (window.contains(time) && selects(cpu))
  }

  /// Whether the CPU at a position is one of those that are asked for.
  func selects(_ cpu: Int32) -> Bool {
    guard let cpus else { return true }
    return cpus.contains(number(ofCPU: Int(cpu)))
  }

  /// A vCPU may have done something at `time` that was lost: what rests on its having done nothing is no fact.
  mutating func withdraw(ofVCPU vcpu: Int, across time: UInt64) {
    // Gaps are told soon; of a hostile trace only the last facts are looked at.
    for at in restingOnSilence.suffix(1000)
    where facts[at].vcpu == vcpu && facts[at].begin <= time
      && max(facts[at].end, facts[at].provedAt) >= time
    {
      facts[at].kind = .lossMayHide
    }
  }

  /// Keeps a fact, and says where; nil when it lies outside the window or is one too many.
  @discardableResult
  mutating func add(_ fact: TimelineFact) -> Int? {
    let isNote = fact.kind.isNote
    guard fact.end >= window.lowerBound, fact.begin < window.upperBound else {
      return nil
    }
    // Notes must not crowd out what a verdict hangs on.
    guard isNote ? notes < Self.mostFacts : facts.count - notes < Self.mostFacts else {
      if !isNote { factsWereDropped = true }
      return nil
    }
    if isNote { notes += 1 }
    var fact = fact
    fact.cpu = number(ofCPU: fact.cpu)
    if fact.kind.restsOnSilence { restingOnSilence.append(facts.count) }
    facts.append(fact)
    return facts.count - 1
  }
}
