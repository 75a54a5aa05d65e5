/// Thread ids to small numbers, for every event of a trace.
///
/// Open addressing in two flat arrays; a thread that ended leaves a mark behind so that searches go
/// on past it.
struct ThreadTable {
  /// A thread that is no key.
  private static let free = Int32.min
  private static let removed = Int32.min + 1

  private var keys: [Int32]
  private var values: [Int32]
  private var used = 0

  init() {
    keys = [Int32](repeating: Self.free, count: 64)
    values = [Int32](repeating: -1, count: 64)
  }

  @inline(__always)
  private static func start(_ thread: Int32, _ count: Int) -> Int {
    Int(truncatingIfNeeded: UInt32(bitPattern: thread) &* 2_654_435_769 >> 8) & (count - 1)
  }

  /// The number of a thread, or -1.
  @inline(__always)
  func number(of thread: Int32) -> Int32 {
    var slot = Self.start(thread, keys.count)
    while keys[slot] != Self.free {
      if keys[slot] == thread { return values[slot] }
      slot = (slot + 1) & (keys.count - 1)
    }
    return -1
  }

  /// Gives a thread that has none a number.
  ///
  /// The two keys that no thread can have are ignored.
  mutating func add(_ thread: Int32, number: Int32) {
    if thread == Self.free || thread == Self.removed { return }
    if (used + 1) * 2 > keys.count { grow() }
    var slot = Self.start(thread, keys.count)
    while keys[slot] != Self.free { slot = (slot + 1) & (keys.count - 1) }
    keys[slot] = thread
    values[slot] = number
    used += 1
  }

  /// Forgets a thread.
  mutating func remove(_ thread: Int32) {
    var slot = Self.start(thread, keys.count)
    while keys[slot] != Self.free {
      if keys[slot] == thread {
        keys[slot] = Self.removed
        values[slot] = -1
        return
      }
      slot = (slot + 1) & (keys.count - 1)
    }
  }

  private mutating func grow() {
    let old = (keys, values)
    let live = old.0.count { $0 != Self.free && $0 != Self.removed }
    var count = 64
    while count < live * 4 { count *= 2 }
    keys = [Int32](repeating: Self.free, count: count)
    values = [Int32](repeating: -1, count: count)
    used = 0
    for (key, value) in zip(old.0, old.1) where key != Self.free && key != Self.removed {
      add(key, number: value)
    }
  }
}
