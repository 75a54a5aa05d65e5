public import KVMEvents

/// Takes the intervals of all vCPUs as they become final: in order of time for one vCPU, not across vCPUs.
public protocol IntervalReceiver: AnyObject {
  /// One more interval.
  func receive(_ interval: Interval)
}

/// Which events the recording would show if they happened.
///
/// *Recorded* is a question of formats, never of kernel versions: an event that was not asked for cannot be missed.
public struct RecordedEvents: Sendable {
  private var kinds: Set<EventKind>

  /// Names the kinds that were recorded.
  public init(_ kinds: Set<EventKind>) { self.kinds = kinds }

  /// Everything is recorded: for tests.
  public static let all = RecordedEvents(Set(EventKind.allCases))

  /// Whether the kind was recorded.
  public func contains(_ kind: EventKind) -> Bool { kinds.contains(kind) }
}

/// Where a vCPU's track puts what it finds out, and what it must know of the recording.
struct TimelineOutput {
  let records: RecordedEvents
  let nestedExitsAreRecorded: Bool
  /// Only what lies in this stretch of time is counted and handed out; the state is followed outside of it too.
  let window: Range<UInt64>
  var receiver: (any IntervalReceiver)?
  var facts: [TimelineFact] = []
  /// kvm_entry after kvm_entry or kvm_exit after kvm_exit was seen without loss.
  var sawUnmatchedPair = false

  /// A hostile trace could make facts without end.
  static let mostFacts = 100_000

  init(records: RecordedEvents, window: Range<UInt64>, receiver: (any IntervalReceiver)?) {
    self.records = records
    self.window = window
    self.receiver = receiver
    nestedExitsAreRecorded = records.contains(.nestedExit)
  }

  @inline(__always)
  func counts(_ time: UInt64) -> Bool { window.contains(time) }

  mutating func add(_ fact: TimelineFact) {
    guard facts.count < Self.mostFacts, fact.end >= window.lowerBound, fact.begin < window.upperBound else {
      return
    }
    facts.append(fact)
  }
}
