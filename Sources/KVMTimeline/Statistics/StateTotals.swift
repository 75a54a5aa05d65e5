/// Time and number of intervals by state and level.
public struct StateTotals: Sendable {
  private struct Total: BitwiseCopyable {
    var time: UInt64 = 0
    var count: UInt64 = 0
  }

  private var totals = InlineArray<27, Total>(repeating: Total())

  /// Nothing counted yet.
  public init() {}

  @inline(__always)
  private static func index(_ state: VCPUState, _ level: GuestLevel) -> Int {
    Int(state.rawValue) &* 3 &+ Int(level.rawValue)
  }

  @inline(__always)
  mutating func add(_ time: UInt64, state: VCPUState, level: GuestLevel) {
    let at = Self.index(state, level)
    totals[at].time &+= time
    totals[at].count &+= 1
  }

  /// The time spent, in the unit of the trace clock.
  public func time(_ state: VCPUState, _ level: GuestLevel) -> UInt64 {
    totals[Self.index(state, level)].time
  }

  /// Nothing was counted.
  public var isEmpty: Bool { totals.indices.allSatisfy { totals[$0].count == 0 } }

  /// The intervals.
  public func count(_ state: VCPUState, _ level: GuestLevel) -> UInt64 {
    totals[Self.index(state, level)].count
  }
}
