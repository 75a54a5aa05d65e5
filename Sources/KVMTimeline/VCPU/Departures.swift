/// When a vCPU's thread was found on another CPU than before, though nothing shows that it slept meanwhile.
///
/// A gap in the records of the CPU that it left is told only when that CPU's next record comes: until then, nobody
/// knows of what the thread may have done there.
struct Departures: Sendable {
  private var all = InlineArray<8, (cpu: Int32, at: UInt64)>(repeating: (-1, 0))
  private var next = 0

  /// Remembers one in place of the oldest.
  mutating func add(from cpu: Int32, at time: UInt64) {
    all[next] = (cpu, time)
    next = (next + 1) % all.count
  }

  /// The last one from a CPU, if it came after `time`.
  func last(from cpu: Int, after time: UInt64) -> UInt64? {
    var last: UInt64?
    for at in all.indices where Int(all[at].cpu) == cpu && all[at].at > time {
      last = max(last ?? 0, all[at].at)
    }
    return last
  }
}
