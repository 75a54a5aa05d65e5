/// Time and number of intervals by state and level.
public struct StateTotals: Sendable {
  private var times: InlineArray<27, UInt64>
  private var counts: InlineArray<27, UInt64>

  /// Nothing counted yet.
  public init() {
    times = InlineArray(repeating: 0)
    counts = InlineArray(repeating: 0)
  }

  @inline(__always)
  private static func index(_ state: VCPUState, _ level: GuestLevel) -> Int {
    Int(state.rawValue) &* 3 &+ Int(level.rawValue)
  }

  @inline(__always)
  mutating func add(_ time: UInt64, state: VCPUState, level: GuestLevel) {
    let at = Self.index(state, level)
    times[at] &+= time
    counts[at] &+= 1
  }

  /// The time spent, in the unit of the trace clock.
  public func time(_ state: VCPUState, _ level: GuestLevel) -> UInt64 {
    times[Self.index(state, level)]
  }

  /// The intervals.
  public func count(_ state: VCPUState, _ level: GuestLevel) -> UInt64 {
    counts[Self.index(state, level)]
  }
}
