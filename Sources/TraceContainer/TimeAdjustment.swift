/// What a file says must be done to its timestamps.
public struct TimeAdjustment: Sendable, Hashable {
  /// From cycles of the time-stamp counter to nanoseconds: `(cycles * multiplier) >> shift`.
  public struct CycleConversion: Sendable, Hashable {
    /// Multiplier.
    public var multiplier: UInt32
    /// Bits to shift right: 63 at most.
    public var shift: UInt32
    /// The counter's value at the host's start of time, as recorded; trace-cmd's reports do not use
    /// it.
    public var offset: UInt64
  }

  /// Recorded with clock `tsc2nsec` (option TSC2NSEC); nil otherwise.
  public var cycles: CycleConversion?
  /// Nanoseconds to add, from options DATE and OFFSET.
  public var offset: Int64 = 0
  /// Whether option TIME_SHIFT holds a table that turns a guest's time into its host's.
  ///
  /// It is not applied.
  public var hasGuestTable = false

  /// The time that `trace-cmd report` would show for a timestamp of the ring buffer.
  public func apply(to timestamp: UInt64) -> UInt64 {
    var time = timestamp
    if let cycles {
      let product = time.multipliedFullWidth(by: UInt64(cycles.multiplier))
      let shift = UInt64(cycles.shift)
      // The upper bits are lost only for times of centuries; they wrap as they do in trace-cmd.
      time = shift == 0 ? product.low : product.low >> shift | product.high << (64 - shift)
    }
    return time &+ UInt64(bitPattern: offset)
  }

  /// Whether `apply` changes anything.
  public var isNeeded: Bool { cycles != nil || offset != 0 }
}
