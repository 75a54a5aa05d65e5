public import KVMEvents

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
    ///
    /// `errno`: nil where the text of a trace does not tell it. `isBehindL1`: L1's instruction stands right before,
    /// neither the VMM nor SMM.
    case refusedL2(errno: Int32?, isBehindL1: Bool)
    /// An instruction was emulated without an exit while nothing proved the level.
    case emulatedAtUnknownLevel
    /// The same on a vCPU that was in L2 before: it may be the bug, and nothing proves it.
    case emulatedWhereL2MayBe
    /// Lost events may hide what this vCPU did.
    case lossMayHide
    /// Events of its thread are those of several threads, or of several vCPUs that nothing tells apart.
    case mixedWithOthers

    /// An exit of L2 that L1 must always get was kept by L0, and L2 went on.
    case keptByL0(ExitCode)
    /// L1 was told of an exit that only L0 may see.
    case reflectedL0Exit(ExitCode)
    /// L1 was told of another exit than the one that it must always get.
    case toldAnother(exit: ExitCode, told: ExitCode)
    /// L1 went on behind an exit of L2 that it was never told of.
    case vanishedExit(ExitCode)
    /// L2 exited though nothing had entered it.
    case l2WithoutEntry(ExitCode)
    /// Nested entries in a row failed their checks.
    case failedNestedEntries
    /// Hardware refused an entry and said so by an exit.
    case refusedEntry(ExitCode, toldL1: Bool)
    /// Hardware refused VMLAUNCH or VMRESUME: a kvm_entry without an exit.
    case refusedInstruction
    /// KVM_RUN failed with EIO again and again without an entry.
    case bugged
    /// RSM went back to L2, and L1 went on.
    case lostAfterSMM
    /// L2 ran on while an interrupt that was accepted for the vCPU waited.
    case interruptWaits(vector: UInt64)

    /// KVM could not emulate an instruction. `endedRun`: KVM_RUN ended with KVM_EXIT_INTERNAL_ERROR.
    case failedEmulation(rip: UInt64, endedRun: Bool)
    /// One instruction was emulated again and again without an exit that asked.
    case repeatedEmulation(rip: UInt64)
    /// Exits at one address for one reason, and the guest never got behind it.
    case repeatedExit(ExitCode, rip: UInt64)
    /// Entries in a row left at once.
    case immediateExits(ExitCode, rip: UInt64)
    /// One vector was reinjected again and again.
    case reinjections(vector: UInt64, isException: Bool)
    /// KVM_RUN ended in a way that the guest does not survive.
    case endOfRun(EndOfRun)
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
  /// The time of the event that proved it, where that is later than `end`.
  var provedAt: UInt64 = 0
}

extension TimelineFact.Kind {
  /// Whether it says that something did not happen between two events: another event between them explains it.
  var restsOnSilence: Bool {
    switch self {
    case .vanishedExit, .l2WithoutEntry, .lostAfterSMM, .keptByL0, .toldAnother, .reflectedL0Exit,
      .escapedTripleFault:
      true
    default: false
    }
  }

  /// Whether no check makes more than a note of it.
  var isNote: Bool {
    switch self {
    case .synthesizedTripleFault, .reflectedTripleFault, .failedNestedEntries,
      .refusedEntry(_, toldL1: true):
      true
    default: false
    }
  }
}
