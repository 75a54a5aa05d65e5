public import KVMEvents
public import KVMTimeline

/// Who handled an exit.
public enum Handler: UInt8, Sendable {
  /// KVM in L0.
  case l0
  /// The guest hypervisor: the exit was reflected.
  case l1

  /// The name in every report.
  public var name: String {
    switch self {
    case .l0: "L0"
    case .l1: "L1"
    }
  }
}

/// How long something took, over all its occurrences.
///
/// In the trace's time unit.
public struct DurationStatistics: Sendable, Equatable {
  /// The exact sum.
  public var total: UInt64
  /// The exact minimum.
  public var min: UInt64
  /// The exact mean.
  public var mean: Double
  /// Percentiles: highest value that the histogram cannot tell from the true one (2 significant
  /// digits).
  public var p50: UInt64
  /// 90th percentile.
  public var p90: UInt64
  /// 99th percentile.
  public var p99: UInt64
  /// 99.9th percentile.
  public var p999: UInt64
  /// The exact maximum.
  public var max: UInt64
  /// The sum of the squares.
  public var squares: Double

  /// Makes statistics from values already computed.
  public init(
    total: UInt64, min: UInt64, mean: Double, p50: UInt64, p90: UInt64, p99: UInt64, p999: UInt64,
    max: UInt64, squares: Double = 0
  ) {
    self.total = total
    self.min = min
    self.mean = mean
    self.p50 = p50
    self.p90 = p90
    self.p99 = p99
    self.p999 = p999
    self.max = max
    self.squares = squares
  }
}

/// The time one vCPU spent in one state at one level.
public struct StateTotal: Sendable, Equatable {
  /// The state.
  public var state: VCPUState
  /// The level.
  public var level: GuestLevel
  /// Intervals.
  public var count: UInt64
  /// Their durations' sum, in the trace's time unit.
  public var total: UInt64

  /// Makes a total.
  public init(state: VCPUState, level: GuestLevel, count: UInt64, total: UInt64) {
    self.state = state
    self.level = level
    self.count = count
    self.total = total
  }
}

/// All exits of one vCPU with the same level, reason and handler.
public struct ExitStatistics: Sendable {
  /// The level that was left.
  public var level: GuestLevel
  /// The reason.
  public var exit: ExitCode
  /// Who handled it.
  public var handledBy: Handler
  /// Exits.
  public var count: UInt64
  /// Exits that a kvm_entry answered: only they have a duration.
  public var answered: UInt64
  /// From the exit to the next entry; nil when none was answered.
  public var handling: DurationStatistics?
  /// The same without userspace, halted and off-CPU time; nil when none was answered.
  public var handlingOnCPU: DurationStatistics?
  /// What `handling` was taken of: it can be added to others.
  public var handlingDistribution = DurationDistribution()
  /// What `handlingOnCPU` was taken of.
  public var onCPUDistribution = DurationDistribution()

  /// Makes a row of durations.
  public init(
    level: GuestLevel, exit: ExitCode, handledBy: Handler, count: UInt64, answered: UInt64,
    handling: DurationDistribution, handlingOnCPU: DurationDistribution
  ) {
    let statistics = handling.statistics
    self.init(
      level: level, exit: exit, handledBy: handledBy, count: count, answered: answered,
      handling: statistics,
      handlingOnCPU: handling == handlingOnCPU ? statistics : handlingOnCPU.statistics)
    handlingDistribution = handling
    onCPUDistribution = handlingOnCPU
  }

  /// Makes a row.
  public init(
    level: GuestLevel, exit: ExitCode, handledBy: Handler, count: UInt64, answered: UInt64,
    handling: DurationStatistics?, handlingOnCPU: DurationStatistics?
  ) {
    self.level = level
    self.exit = exit
    self.handledBy = handledBy
    self.count = count
    self.answered = answered
    self.handling = handling
    self.handlingOnCPU = handlingOnCPU
  }
}

/// What exits of L2 that L1 was told of cost, until L2 ran again: L2 → L0 → L1 → L0 → L2.
public struct RoundTripStatistics: Sendable {
  /// Round trips.
  public var count: UInt64
  /// From the exit of L2 to the nested entry that ended the trip.
  public var time: DurationStatistics
  /// What `time` was taken of: it can be added to others.
  public var distribution: DurationDistribution
  /// L1's own exits on the way, by reason; the most first.
  public var exits: [(exit: ExitCode, count: UInt64)]

  /// Makes statistics; nil without a round trip.
  public init?(_ distribution: DurationDistribution, exits: [(exit: ExitCode, count: UInt64)]) {
    guard let time = distribution.statistics else { return nil }
    count = distribution.count
    self.time = time
    self.distribution = distribution
    self.exits = exits.sorted { ($1.count, $0.exit.code) < ($0.count, $1.exit.code) }
  }

  /// Adds others.
  mutating func add(_ other: RoundTripStatistics) {
    var distribution = distribution
    distribution.add(other.distribution)
    var exits = exits
    for row in other.exits {
      if let at = exits.firstIndex(where: { $0.exit == row.exit }) {
        exits[at].count = exits[at].count.addingSaturated(row.count)
      } else {
        exits.append(row)
      }
    }
    if let sum = RoundTripStatistics(distribution, exits: exits) { self = sum }
  }
}

/// All that `summary` says of one vCPU.
public struct VCPUSummary: Sendable {
  /// Which trace it belongs to, as an index.
  public var trace: Int
  /// Which vCPU.
  public var identity: VCPUIdentity
  /// The thread's name; nil when not recorded.
  public var comm: String?
  /// VMX or SVM, from its exits; nil without exits.
  public var isa: ISA?
  /// First and last moment of the span, in the trace's time unit.
  public var begin: UInt64
  /// See `begin`.
  public var end: UInt64
  /// kvm_entry events.
  public var entries: UInt64
  /// Entries that never reached the guest.
  public var entriesFailed: UInt64
  /// kvm_exit events.
  public var exits: UInt64
  /// Exits of L2.
  public var l2Exits: UInt64
  /// Exits of L2 that L1 was told of.
  public var l2ExitsReflected: UInt64
  /// Exits that L1 was told of though hardware had none like it.
  public var l2ExitsSynthesized: UInt64
  /// Entries into L2.
  public var nestedEntries: UInt64
  /// Reflected exits after which L2 ran again.
  public var roundTrips: UInt64
  /// Sum over them of 1 + L1's exits on the way.
  public var roundTripExits: UInt64
  /// Mean over reflected exits of 1 + L1's exits until L2 runs again; nil when there is none.
  public var exitMultiplication: Double? {
    roundTrips == 0 ? nil : Double(roundTripExits) / Double(roundTrips)
  }
  /// What those cost in time, and in exits of L1 by reason; nil when there is none.
  public var roundTripStatistics: RoundTripStatistics?
  /// How many vCPUs were added up to this one, which then has no identity, and spans from 0 to the sum of their spans;
  /// nil: it is one vCPU.
  public var merged: UInt64?
  /// By state, then level; only combinations that occur.
  public var states: [StateTotal]
  /// Sorted by total handling time, longest first; then level, code, handler.
  public var exitReasons: [ExitStatistics]

  /// Makes a summary with everything at zero.
  public init(trace: Int, identity: VCPUIdentity) {
    self.trace = trace
    self.identity = identity
    comm = nil
    isa = nil
    begin = 0
    end = 0
    entries = 0
    entriesFailed = 0
    exits = 0
    l2Exits = 0
    l2ExitsReflected = 0
    l2ExitsSynthesized = 0
    nestedEntries = 0
    roundTrips = 0
    roundTripExits = 0
    roundTripStatistics = nil
    states = []
    exitReasons = []
  }
}
