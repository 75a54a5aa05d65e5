public import KVMEvents

/// What exits of L2 that L1 was told of cost, until L2 ran again: L2 → L0 → L1 → L0 → L2.
public struct RoundTrips: Sendable {
  /// From the exit of L2 to the nested entry that ended the trip.
  public private(set) var times = DurationTotals()
  /// L1's exits on the way, by place; empty before the first trip.
  private var counts: [UInt64] = []
  /// The places of those on the trip that is under way: none of a trip that never ends must count.
  private var underWay = InlineArray<32, UInt16>(repeating: 0)
  /// How many they are; those that found no room stand in `more`.
  private var exits: UInt64 = 0
  private var more: [UInt16] = []
  /// When the exit of L2 was, trace clock.
  private var begin: UInt64 = 0
  /// L1 was told of an exit, and L2 did not run since.
  private(set) var isUnderWay = false
  /// The exit of L2 lies in the window.
  private var isCounted = false

  /// So many exits of one trip are told apart; a trace could have one that never ends.
  private static let mostUnderWay: UInt64 = 4096
  private static let room: UInt64 = 32
  /// Codes up to 255 and SVM's from 0x400 on; the last place is for all others.
  private static let places = 512
  private static let other: UInt16 = 511

  @inline(__always)
  private static func place(of code: UInt64) -> UInt16 {
    if code < 256 { return UInt16(truncatingIfNeeded: code) }
    return code &- 0x400 < 255 ? UInt16(truncatingIfNeeded: code &- 0x300) : other
  }

  /// L1 is told of an exit that was at `time`.
  @inline(__always)
  mutating func begin(at time: UInt64, counts: Bool) {
    isUnderWay = true
    isCounted = counts
    begin = time
    exits = 0
  }

  /// L1 exits on the way.
  @inline(__always)
  mutating func passed(_ exit: ExitCode) {
    let place = Self.place(of: exit.code)
    if exits < Self.room { underWay[Int(exits)] = place } else { passedMore(place) }
    exits &+= 1
  }

  @inline(never)
  private mutating func passedMore(_ place: UInt16) {
    if exits == Self.room { more.removeAll(keepingCapacity: true) }
    if exits < Self.mostUnderWay { more.append(place) }
  }

  /// L2 was entered again at `time`.
  ///
  /// - Returns: the exits of the trip, the first one of L2 included; nil when it does not count.
  mutating func end(at time: UInt64) -> UInt64? {
    isUnderWay = false
    guard isCounted else { return nil }
    if counts.isEmpty { counts = [UInt64](repeating: 0, count: Self.places) }
    times.add(time >= begin ? time - begin : 0)
    for at in 0..<min(exits, Self.room) { counts[Int(underWay[Int(at)])] &+= 1 }
    if exits > Self.room {
      for place in more { counts[Int(place)] &+= 1 }
    }
    return 1 &+ exits
  }

  /// Nobody knows how it went on.
  mutating func drop() { isUnderWay = false }

  /// L1's exits on the way, over all round trips: by reason, in order of their codes.
  ///
  /// Codes that no hardware has share the number before the last.
  public func exits(of isa: ISA?) -> [(exit: ExitCode, count: UInt64)] {
    counts.indices.filter { counts[$0] > 0 }.map { place in
      let code: UInt64 =
        place == Self.other
        ? .max - 1 : place < 256 ? UInt64(place) : UInt64(place) + 0x300
      return (ExitCode(raw: code, isa: isa), counts[place])
    }
  }
}
