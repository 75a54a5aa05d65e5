public import KVMEvents

/// What exits of L2 that L1 was told of cost, until L2 ran again: L2 → L0 → L1 → L0 → L2.
public struct RoundTrips: Sendable {
  /// L1's exits of one reason on the way.
  public struct Row: Sendable {
    /// The reason.
    public let exit: ExitCode
    /// How many, over all round trips.
    public internal(set) var count: UInt64
  }

  /// From the exit of L2 to the nested entry that ended the trip.
  public private(set) var times = DurationTotals()
  /// In order of first appearance.
  public private(set) var rows: [Row] = []
  /// Exits of L1 on the trip that is under way; none that never ends must count.
  private var underWay: [ExitCode] = []
  /// Those that found no room in it.
  private var more: UInt64 = 0
  /// When the exit of L2 was, trace clock.
  private var begin: UInt64 = 0
  /// Its level machine saw L1 told of an exit, and L2 did not run since.
  private(set) var isUnderWay = false
  /// The exit of L2 lies in the window.
  private var counts = false

  /// So many exits of one trip are told apart; a trace could have one that never ends.
  private static let mostUnderWay = 4096
  private static let mostRows = 255

  /// Exits on the trip under way.
  private var exits: UInt64 { UInt64(underWay.count) &+ more }

  /// L1 is told of an exit that was at `time`.
  mutating func begin(at time: UInt64, counts: Bool) {
    isUnderWay = true
    self.counts = counts
    begin = time
    underWay.removeAll(keepingCapacity: true)
    more = 0
  }

  /// L1 exits on the way.
  @inline(__always)
  mutating func passed(_ exit: ExitCode) {
    if underWay.count < Self.mostUnderWay { underWay.append(exit) } else { more &+= 1 }
  }

  /// L2 was entered again at `time`.
  ///
  /// - Returns: the exits of the trip, the first one of L2 included; nil when it does not count.
  mutating func end(at time: UInt64) -> UInt64? {
    isUnderWay = false
    guard counts else { return nil }
    times.add(time >= begin ? time - begin : 0)
    for exit in underWay {
      if let at = rows.firstIndex(where: { $0.exit == exit }) {
        rows[at].count &+= 1
      } else if rows.count < Self.mostRows {
        rows.append(Row(exit: exit, count: 1))
      }
    }
    return 1 &+ exits
  }

  /// Nobody knows how it went on.
  mutating func drop() { isUnderWay = false }
}
