/// How often the events of one rule happened, by thread and vCPU.
struct Tallies {
  /// On one vCPU, or on one thread that drives none.
  struct Tally {
    var vcpu: Int?
    var thread: Int32
    var cpu: Int
    var count: UInt64
    var first: UInt64
    var last: UInt64
  }

  /// More are counted together.
  private static let mostTallies = 4096

  private(set) var all: [Tally] = []
  /// Of all of them.
  private(set) var count: UInt64 = 0
  private var places: [UInt64: Int] = [:]
  private var last: (key: UInt64, at: Int)?

  /// Counts an event.
  @inline(__always)
  mutating func add(vcpu: Int, thread: Int32, cpu: Int, at time: UInt64) {
    count &+= 1
    let key = UInt64(UInt32(bitPattern: thread)) | UInt64(truncatingIfNeeded: vcpu &+ 1) << 32
    if let last, last.key == key {
      all[last.at].count &+= 1
      all[last.at].last = time
      return
    }
    addElsewhere(key, vcpu, thread, cpu, time)
  }

  @inline(never)
  private mutating func addElsewhere(
    _ key: UInt64, _ vcpu: Int, _ thread: Int32, _ cpu: Int, _ time: UInt64
  ) {
    if let place = places[key] {
      all[place].count &+= 1
      all[place].last = time
      last = (key, place)
      return
    }
    guard all.count < Self.mostTallies else { return }
    places[key] = all.count
    last = (key, all.count)
    all.append(
      Tally(
        vcpu: vcpu < 0 ? nil : vcpu, thread: thread, cpu: cpu, count: 1, first: time, last: time))
  }
}
