/// What made KVM tell L1 of a triple fault without a hardware exit of that reason.
public enum TripleFaultCause: String, Sendable {
  /// Straight after the VMM, or a re-entry by RSM: invalid L2 state, or a triple fault that the VMM
  /// queued. A trace cannot tell the two apart.
  case invalidStateOrUserspace = "invalid-state-or-userspace"
  /// An exception was being delivered or an instruction was being emulated.
  case exceptionChain = "exception-chain"
  /// Neither.
  case unknown
}

/// Something rare that a check may turn into a finding.
///
/// Facts are few: they are collected, not streamed.
public struct TimelineFact: Sendable {
  /// What happened.
  public enum Kind: Sendable, Equatable {
    /// KVM emulated instructions of L2 that no exit asked for. `toldL1`: the episode ended with a
    /// TRIPLE_FAULT for L1.
    case emulatedL2(firstRIP: UInt64, lastRIP: UInt64, toldL1: Bool)
    /// L1 was told of a triple fault that hardware did not report.
    case synthesizedTripleFault(cause: TripleFaultCause)
    /// L2 shut down by itself and L1 was told.
    case reflectedTripleFault
    /// L2's triple fault went to the VMM, and L1 was not told. `interceptedByL1`: nil when the
    /// trace does not say.
    case escapedTripleFault(interceptedByL1: Bool?)
    /// KVM_RUN ended at level L2 before L2 was entered or emulated.
    case refusedL2(errno: Int32)
    /// An instruction was emulated without an exit while nothing proved the level.
    case emulatedAtUnknownLevel
    /// The same on a vCPU that was in L2 before: it may be the bug, and nothing proves it.
    case emulatedWhereL2MayBe
    /// Lost events may hide what this vCPU did.
    case lossMayHide
  }

  /// What happened.
  public var kind: Kind
  /// The vCPU, as an index into the timeline's list.
  public var vcpu: Int
  /// Times of the first and last event, trace clock.
  public var begin: UInt64
  /// See `begin`.
  public var end: UInt64
  /// Events or instructions.
  public var count: UInt64
  /// The CPU of the first event.
  public var cpu: Int
  /// The level that the vCPU was at.
  public var level: GuestLevel
}

extension TimelineFact.Kind {
  /// Whether no check makes more than a note of it.
  var isNote: Bool {
    switch self {
    case .synthesizedTripleFault, .reflectedTripleFault: true
    default: false
    }
  }
}
