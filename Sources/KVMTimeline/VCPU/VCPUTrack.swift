public import KVMEvents

/// One vCPU's life as the events tell it: its state, its level, its open exit.
///
/// The methods of the extensions take one event each and are called in order of time. Intervals
/// come out through `emit`, statistics grow in place, what the checks must know goes to the
/// output's facts.
///
///     +Events      what each event means
///     +Run         where KVM_RUN begins and ends
///     +Level       whose code it is in, and what proves it
///     +States      the open interval, and how it is closed
///     +Scheduling  off the CPU, halted, polling, lost
///     +Emulation   instructions of L2 that no exit asked for
///     +Applying    one event of any kind
///
/// What only the checks must know is kept in `watch`, with a file for each thing that is watched.
public struct VCPUTrack: Sendable {
  /// Which vCPU this is.
  public internal(set) var identity: VCPUIdentity
  let index: Int
  /// The instruction set, from its exits; nil without exits.
  public internal(set) var isa: ISA?
  /// kvm_exit names the vCPU: by the time that it does (5.10) exits are not traced stale any more.
  var exitsNameVCPU = false
  /// Where the guest went on last; only of L2 on SVM.
  var entryRIP: UInt64 = .max

  // The span.

  /// First event, trace clock.
  public internal(set) var begin: UInt64
  /// Last event of the thread, trace clock.
  public internal(set) var end: UInt64
  /// An event inside KVM_RUN was seen: a thread that only creates vCPUs does not run one.
  public internal(set) var hasRun = false
  var isClosed = false
  /// How its events ended; nil before they did.
  public internal(set) var ending: VCPUEnding?

  // Results.

  /// Time by state and level.
  public internal(set) var stateTotals = StateTotals()
  /// Exits by level, reason and handler.
  public internal(set) var exits = ExitTable()
  /// Exits of L2 that L1 was told of, and what came of them.
  public internal(set) var roundTrips = RoundTrips()
  /// Everything else that is counted.
  public internal(set) var counters = VCPUCounters()
  /// L2 was entered at some time.
  public internal(set) var everInL2 = false

  // The open interval.

  /// What the vCPU does when it is on its CPU: `host`, `userspace` or `unknown`.
  var base = VCPUState.unknown
  /// `base`, or what hides it: off the CPU, lost.
  var visible = VCPUState.unknown
  var since: UInt64
  var cpu: Int32
  /// A kvm_entry that may have reached the guest.
  var hasEntry = false
  var entryAt: UInt64 = 0
  var entryCPU: Int32 = 0
  /// The stretch of guest time before the open exit, until it is known whose it was.
  var hasGuestStretch = false
  var guestBegin: UInt64 = 0
  var guestCPU: Int32 = 0
  var pending = PendingQueue()
  /// The vCPU went off its CPU inside KVM_RUN: a kvm_vcpu_wakeup may still tell why.
  var holdsForWakeup = false

  // The level.

  var level = GuestLevel.unknown
  /// What the level was proved to be; while false `level` is a candidate.
  var levelIsProved = false
  var isSMM = false
  var levelBeforeSMM = GuestLevel.unknown
  /// An entry into L2 that nothing has proved yet.
  var nestedEntryIsOpen = false
  /// When it was made: a window counts it there.
  var nestedEntryAt: UInt64 = 0
  /// The candidate L2 rests on the entry's address alone: there was no event for the nested entry.
  var candidateIsInferred = false
  /// L1 executed VMLAUNCH, VMRESUME or VMRUN, and nothing said since how it went.
  var nestedEntryIsAsked = false
  /// It executed an instruction that only a hypervisor has use for: the next thing may be a nested guest.
  var preparesNesting = false
  /// The inject just seen answered no exit: on SVM an SMM entry makes one.
  var injectWasUnasked = false
  /// L1 intercepts SHUTDOWN of L2 (SVM, from kvm_nested_intercepts).
  var interceptsShutdown: Bool?

  // The exit, the run, emulation.

  var exit = OpenExit()
  /// `exit` is the reason for what the vCPU does now, open or answered.
  var hasReason = false
  var lastL2Exit = OpenExit()
  /// The exit that RSM went back to L2 from, until L2 exits.
  var exitOfRSM = OpenExit()
  /// Where L2 stood last, from its exits and emulated instructions.
  var l2RIP: UInt64 = 0
  var l2RIPIsKnown = false
  var isInRun = false
  var enteredSinceRun = false
  var emulatedSinceRun = false
  var refusalIsReported = false
  /// An exit of L2 accounts for the next emulated instruction.
  var emulationIsExplained = false
  var sawExceptionActivity = false
  var sawUserspaceSinceGuest = false
  var episode: EmulationEpisode?
  var reportedUnknownEmulation = false
  var watch = VCPUWatch()
  var answers = ExitAnswers()
  /// When its thread appeared on another CPU, though nothing had taken it off the one before: a gap there
  /// is told only when that CPU's next record comes.
  var movedAt: UInt64 = 0
  var departures = Departures()
  /// Events were lost, and with them the level: L2 may have been entered.
  var levelWasLost = false
  /// The first gap that hid nothing, as far as was known by then, and its CPU: a hypervisor may have been at
  /// work already.
  var unsuspectedGap: UInt64 = .max
  var unsuspectedGapCPU: Int32 = 0
  /// The exit that asked for the next emulated instruction may be one of those that were lost.
  var exitMayBeLost = false

  /// A vCPU that is seen for the first time.
  init(identity: VCPUIdentity, index: Int, at time: UInt64, cpu: Int32) {
    self.identity = identity
    self.index = index
    begin = time
    end = time
    since = time
    self.cpu = cpu
  }

  /// Whether the vCPU is shown off its CPU.
  @inline(__always)
  var isOffCPU: Bool {
    switch visible {
    case .preempted, .blocked, .halted: true
    default: isAsleepInUserspace
    }
  }
  /// Sleeping outside KVM_RUN stays `userspace`, but the thread is off its CPU all the same.
  var isAsleepInUserspace = false
}
