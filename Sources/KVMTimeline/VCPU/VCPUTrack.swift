public import KVMEvents

/// One vCPU's life as the events tell it: its state, its level, its open exit.
///
/// The methods of the extensions take one event each and are called in order of time. Intervals
/// come out through `emit`, statistics grow in place, what the checks must know goes to the
/// output's facts.
///
///     +Flags       what is so or not so
///     +Events      what each event means
///     +SMM         into system management mode and back
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
  /// What is so or not so of it.
  var flags: VCPUFlags
  /// The instruction set, from its exits; nil without exits.
  public internal(set) var isa: ISA? { didSet { flags[.knowsISA] = isa != nil } }
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
  private(set) var base = VCPUState.unknown
  /// `base`, or what hides it: off the CPU, lost.
  private(set) var visible = VCPUState.unknown
  var since: UInt64
  var cpu: Int32
  var entryAt: UInt64 = 0
  var entryCPU: Int32 = 0
  var guestBegin: UInt64 = 0
  var guestCPU: Int32 = 0
  var pending = PendingQueue()

  // The level.

  var level = GuestLevel.unknown
  var levelBeforeSMM = GuestLevel.unknown
  /// When it was made: a window counts it there.
  var nestedEntryAt: UInt64 = 0
  /// It executed an instruction that only a hypervisor has use for: the next thing may be a nested guest.
  var preparesNesting = false
  /// L1 intercepts SHUTDOWN of L2 (SVM, from kvm_nested_intercepts).
  var interceptsShutdown: Bool?

  // The exit, the run, emulation.

  var exit = OpenExit()
  var lastL2Exit = OpenExit()
  var lastL2ExitIsKnown = false
  /// The exit that RSM went back to L2 from, until L2 exits.
  var exitOfRSM = OpenExit()
  var exitOfRSMIsKnown = false
  /// Where L2 stood last, from its exits and emulated instructions.
  var l2RIP: UInt64 = 0
  var l2RIPIsKnown = false
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

  /// A vCPU that is seen for the first time.
  ///
  /// `countsAll`: its output is a summary of the whole recording.
  init(identity: VCPUIdentity, index: Int, at time: UInt64, cpu: Int32, countsAll: Bool) {
    flags = countsAll ? .countsAll : []
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

  /// From now on it does `base`, and this is seen.
  @inline(__always)
  mutating func change(to base: VCPUState) {
    self.base = base
    visible = base
    flags[.isInHost] = base == .host
  }

  /// From now on `visible` hides what it does when it is on its CPU, or is that.
  @inline(__always)
  mutating func show(_ visible: VCPUState) {
    self.visible = visible
    flags[.isInHost] = base == .host && visible == .host
  }

  /// Sleeping outside KVM_RUN stays `userspace`, but the thread is off its CPU all the same.
  var isAsleepInUserspace = false
}
