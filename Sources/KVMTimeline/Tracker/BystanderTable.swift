/// Threads that run no vCPU as far as was seen: the idle threads, kernel threads, other programs.
///
/// Switches between them say nothing of any vCPU and need not wait for their turn. Were one of them
/// found to run a vCPU after all, from before such a switch on, the walk would have to begin again:
/// `passed` tells.
struct BystanderTable {
  private struct Bystander: BitwiseCopyable {
    var thread = BystanderTable.free
    /// How often it was seen in order, up to `proof`.
    var sightings: UInt8 = 0
    /// The latest time of its switches that were taken early.
    var passed: UInt64 = 0
  }

  /// No thread.
  private static let free = Int32.min
  /// So many switches in order make a thread a bystander: one that is about to run a vCPU has few.
  private static let proof: UInt8 = 4
  /// A trace may have any number of threads.
  private static let most = 4096

  private var table = [Bystander](repeating: Bystander(), count: 128)
  private var used = 0

  /// Where a thread is, or would be.
  private func slot(of thread: Int32) -> Int {
    var slot = Int(truncatingIfNeeded: UInt32(bitPattern: thread) &* 2_654_435_769 >> 8)
    while true {
      slot &= table.count - 1
      if table[slot].thread == thread || table[slot].thread == Self.free { return slot }
      slot += 1
    }
  }

  /// A switch of the thread was taken in order, and it has no vCPU.
  mutating func see(_ thread: Int32) {
    if thread == Self.free { return }
    var slot = slot(of: thread)
    if table[slot].thread == Self.free {
      guard used < Self.most else { return }
      if (used + 1) * 2 > table.count {
        grow()
        slot = self.slot(of: thread)
      }
      table[slot].thread = thread
      used += 1
    }
    if table[slot].sightings < Self.proof { table[slot].sightings += 1 }
  }

  /// Whether the thread was seen often enough.
  func contains(_ thread: Int32) -> Bool {
    let found = table[slot(of: thread)]
    return found.thread != Self.free && found.sightings >= Self.proof
  }

  /// A switch of a thread that is contained is taken early.
  mutating func pass(_ thread: Int32, at time: UInt64) {
    let slot = slot(of: thread)
    table[slot].passed = max(table[slot].passed, time)
  }

  /// The thread runs a vCPU: forgets it, and tells when it was passed last.
  mutating func remove(_ thread: Int32) -> UInt64 {
    let slot = slot(of: thread)
    guard table[slot].thread != Self.free else { return 0 }
    // The place stays taken, for those that were put behind it.
    table[slot].sightings = 0
    return table[slot].passed
  }

  private mutating func grow() {
    let old = table
    table = [Bystander](repeating: Bystander(), count: old.count * 2)
    for bystander in old where bystander.thread != Self.free {
      table[slot(of: bystander.thread)] = bystander
    }
  }
}
