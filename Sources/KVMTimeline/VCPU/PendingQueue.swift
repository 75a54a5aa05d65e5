import KVMEvents

/// The intervals of one vCPU that wait for a proof, in order of time.
///
/// They lie in the vCPU's own memory: an array would be counted and checked for other owners with every nested
/// entry. Whoever adds one makes room first.
struct PendingQueue: Sendable {
  /// The most that fit.
  static let capacity = 72

  private var storage = InlineArray<72, PendingInterval>(
    repeating: PendingInterval(
      begin: 0, end: 0, state: .unknown, level: nil, isSMM: false, exit: nil, cpu: 0))
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }
  var indices: Range<Int> { 0..<count }
  var last: PendingInterval? { count > 0 ? storage[count - 1] : nil }

  subscript(at: Int) -> PendingInterval {
    get { storage[at] }
    set { storage[at] = newValue }
  }

  /// The first that something holds for.
  func first(where holds: (PendingInterval) -> Bool) -> PendingInterval? {
    for at in indices where holds(storage[at]) { return storage[at] }
    return nil
  }

  mutating func append(_ interval: PendingInterval) {
    storage[count] = interval
    count += 1
  }

  /// Puts one before that at a position.
  mutating func insert(_ interval: PendingInterval, at position: Int) {
    var at = count
    while at > position {
      storage[at] = storage[at - 1]
      at -= 1
    }
    storage[position] = interval
    count += 1
  }

  /// Takes out the oldest; there must be one.
  mutating func removeFirst() -> PendingInterval {
    let first = storage[0]
    var at = 1
    while at < count {
      storage[at - 1] = storage[at]
      at += 1
    }
    count -= 1
    return first
  }

  /// Drops the newest; there must be one.
  mutating func removeLast() { count -= 1 }

  mutating func removeAll() { count = 0 }
}
