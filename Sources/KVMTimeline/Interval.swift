public import KVMEvents

/// A stretch of one vCPU's time in one state.
///
/// The intervals of one vCPU are sorted, disjoint and gap-free; their durations sum to the vCPU's
/// span.
public struct Interval: Sendable, Equatable {
  /// The vCPU, as an index into the timeline's list.
  public var vcpu: Int
  /// Trace clock, inclusive.
  public var begin: UInt64
  /// Trace clock, exclusive; never before `begin`.
  public var end: UInt64
  /// What the vCPU was doing.
  public var state: VCPUState
  /// Whose code it was in.
  public var level: GuestLevel
  /// Whether the vCPU was in system management mode.
  public var isSMM: Bool
  /// The exit that is being handled (`host`, `userspace`, off the CPU …) or that ended the interval
  /// (`guest`).
  public var exit: ExitCode?
  /// Whether L1 was told of that exit; nil without one, and where it came out too late.
  public var isReflected: Bool?
  /// What that exit was about; nil where nothing told.
  public var detail: ExitDetail?
  /// The CPU that the interval began on.
  public var cpu: Int

  /// Makes an interval.
  public init(
    vcpu: Int, begin: UInt64, end: UInt64, state: VCPUState, level: GuestLevel, isSMM: Bool = false,
    exit: ExitCode? = nil, isReflected: Bool? = nil, detail: ExitDetail? = nil, cpu: Int
  ) {
    self.vcpu = vcpu
    self.begin = begin
    self.end = end
    self.state = state
    self.level = level
    self.isSMM = isSMM
    self.exit = exit
    self.isReflected = isReflected
    self.detail = detail
    self.cpu = cpu
  }
}
