public import KVMEvents

/// Exits of one vCPU whose handling took longer than the limit, by level and reason.
public struct SlowExits: Sendable {
  /// Those of one level and reason.
  public struct Row: Sendable {
    /// The level that was left.
    public let level: GuestLevel
    /// The reason.
    public let exit: ExitCode
    /// How many.
    public internal(set) var count: UInt64 = 0
    /// The longest handling on the CPU, in units of the trace clock.
    public internal(set) var worst: UInt64 = 0
    /// The kvm_exit of that one, trace clock.
    public internal(set) var begin: UInt64 = 0
    /// The kvm_entry that answered it.
    public internal(set) var end: UInt64 = 0
    /// The CPU that it began on, as a position.
    var cpu: Int32 = 0
  }

  /// In order of first appearance.
  public private(set) var rows: [Row] = []
  /// A hostile trace can invent reasons without end.
  private static let mostRows = 64

  mutating func add(_ exit: OpenExit, took: UInt64, until end: UInt64, cpu: Int32) {
    var at = rows.firstIndex { $0.level == exit.level && $0.exit == exit.code }
    if at == nil {
      guard rows.count < Self.mostRows else { return }
      rows.append(Row(level: exit.level, exit: exit.code))
      at = rows.count - 1
    }
    guard let at else { return }
    rows[at].count &+= 1
    if took > rows[at].worst {
      rows[at].worst = took
      rows[at].begin = exit.at
      rows[at].end = end
      rows[at].cpu = cpu
    }
  }
}

/// How halt-polling went.
public struct PollingTotals: Sendable {
  /// Polls that the wake-up came in time for.
  public internal(set) var succeeded: UInt64 = 0
  /// Their time.
  public internal(set) var succeededTime: UInt64 = 0
  /// Polls after which the vCPU blocked all the same.
  public internal(set) var failed: UInt64 = 0
  /// Their time, without the block.
  public internal(set) var failedTime: UInt64 = 0
}

extension VCPUTrack {
  /// Exits whose handling was slow.
  public var slowExits: SlowExits { watch.slowExits }
  /// How halt-polling went.
  public var polling: PollingTotals { watch.polling }
  /// Instructions of L1 that KVM emulated without an exit that asked: how many, first and last time,
  /// and the CPU of the first, as a position.
  public var invalidStateEmulation: (count: UInt64, begin: UInt64, end: UInt64, cpu: Int) {
    let emulation = watch.emulation
    return (emulation.ofL1, emulation.ofL1Begin, emulation.ofL1End, Int(emulation.ofL1CPU))
  }

  /// The exit is answered.
  @inline(__always)
  mutating func watchLength(until end: UInt64, _ output: borrowing TimelineOutput) {
    let limit = output.limits.slowExit
    if end &- exit.at > limit { noteLongExit(until: end, limit) }
  }

  /// The exit just answered took longer than the limit, with all that the vCPU did meanwhile.
  @inline(never)
  private mutating func noteLongExit(until end: UInt64, _ limit: UInt64) {
    let took = (end &- exit.at) &- min(end &- exit.at, exit.offCPU)
    guard took > limit, movedAt <= exit.at, !exit.code.isWait else { return }
    watch.slowExits.add(exit, took: took, until: end, cpu: cpu)
  }
}
