/// From which numbers on the timeline reports what it watches for the checks.
///
/// The checks fill it in from their options; what nobody asks for stays at a number that nothing
/// reaches.
public struct WatchLimits: Sendable {
  /// Handling of an exit on the CPU, in units of the trace clock: longer is slow.
  public var slowExit = UInt64.max
  /// Exits in a row at one address, for one reason and without progress.
  public var stuckExits = UInt64.max
  /// Entries in a row that leave at once.
  public var immediateExits = UInt64.max
  /// Time in the guest, in units of the trace clock: up to it an exit came at once.
  public var immediateTime: UInt64 = 0
  /// Emulations in a row of one instruction.
  public var emulations = UInt64.max
  /// Reinjections in a row of one vector.
  public var reinjections = UInt64.max

  /// Time that an interrupt waits while L2 runs, in units of the trace clock.
  public var interruptWait = UInt64.max

  /// Interrupts are watched on their way from one vCPU to another: all events must come in order.
  public var needsOrder: Bool { interruptWait != .max }

  /// Nothing is watched.
  public init() {}

  /// Gives up what hangs on the length of a time.
  public mutating func dropDurations() {
    slowExit = .max
    immediateExits = .max
    interruptWait = .max
  }
}
