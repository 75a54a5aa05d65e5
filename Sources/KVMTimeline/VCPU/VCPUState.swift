/// What a vCPU is doing during an interval.
///
/// The raw values index arrays.
public enum VCPUState: UInt8, CaseIterable, Sendable {
  /// Runs guest code.
  case guest
  /// Is being handled by KVM in L0.
  case host
  /// Waits for its VMM outside KVM_RUN.
  case userspace
  /// Blocks in HLT or MWAIT.
  case halted
  /// Halt-polls.
  case polling
  /// Is runnable but off its CPU.
  case preempted
  /// Sleeps off its CPU inside KVM_RUN for another cause than HLT.
  case blocked
  /// May have done anything: events were lost.
  case lost
  /// Not yet known.
  case unknown

  /// The name in every report.
  public var name: String {
    switch self {
    case .guest: "guest"
    case .host: "host"
    case .userspace: "userspace"
    case .halted: "halted"
    case .polling: "polling"
    case .preempted: "preempted"
    case .blocked: "blocked"
    case .lost: "lost"
    case .unknown: "unknown"
    }
  }
}

/// Whose code a vCPU is in, as L0 sees it.
///
/// The raw values index arrays.
public enum GuestLevel: UInt8, CaseIterable, Sendable {
  /// Not known.
  case unknown
  /// The guest. Inside SMM the level is `l1` too.
  case l1
  /// The nested guest; an L3 shows as L2 as well.
  case l2

  /// The name in every report.
  public var name: String {
    switch self {
    case .unknown: "unknown"
    case .l1: "L1"
    case .l2: "L2"
    }
  }
}
