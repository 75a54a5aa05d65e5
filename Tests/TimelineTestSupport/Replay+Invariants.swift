public import KVMTimeline

extension Replay {
  /// What of the timeline's invariants does not hold; empty when all do.
  ///
  /// Intervals of one vCPU are sorted, disjoint and gap-free from its first event to its last, and the totals by state
  /// and level are their sums.
  public func brokenInvariants() -> [String] {
    var byTrack: [Int: [Interval]] = [:]
    for (interval, _) in intervals { byTrack[interval.vcpu, default: []].append(interval) }
    var broken: [String] = []
    for (number, track) in tracker.tracks.enumerated() where track.hasRun {
      let name = "vCPU \(track.identity)"
      let mine = byTrack[number] ?? []
      broken += mine.timelineFaults(from: track.begin, to: track.end).map { "\(name): \($0)" }
      for state in VCPUState.allCases {
        for level in GuestLevel.allCases {
          let matching = mine.filter { $0.state == state && $0.level == level }
          let time = matching.reduce(UInt64(0)) { $0 + $1.end - $1.begin }
          if time != track.stateTotals.time(state, level)
            || UInt64(matching.count) != track.stateTotals.count(state, level)
          {
            broken.append("\(name): totals of \(state.name) \(level.name) are not the intervals'")
          }
        }
      }
      let counted = track.exits.rows.reduce(UInt64(0)) { $0 + $1.count }
      if counted != track.counters.exits {
        broken.append("\(name): \(counted) exits by reason, \(track.counters.exits) in all")
      }
    }
    return broken
  }
}

extension [Interval] {
  /// What keeps the intervals of one vCPU from covering `begin` to `end` exactly once, in order.
  public func timelineFaults(from begin: UInt64, to end: UInt64) -> [String] {
    var faults: [String] = []
    var at = begin
    for interval in self {
      if interval.begin != at { faults.append("begins at \(interval.begin), not at \(at)") }
      if interval.end <= interval.begin { faults.append("is empty at \(interval.begin)") }
      at = interval.end
    }
    if at != end { faults.append("ends at \(at), not at \(end)") }
    return faults
  }
}
