import KVMEvents
public import KVMTimeline

extension VCPUSummary {
  /// Sums up one vCPU.
  public init(trace: Int, track: VCPUTrack, comm: String?) {
    self.init(trace: trace, identity: track.identity)
    self.comm = comm
    isa = track.isa
    begin = track.begin
    end = track.end
    let counters = track.counters
    entries = counters.entries
    entriesFailed = counters.entriesFailed
    exits = counters.exits
    l2Exits = counters.l2Exits
    l2ExitsReflected = counters.l2ExitsReflected
    l2ExitsSynthesized = counters.l2ExitsSynthesized
    nestedEntries = counters.nestedEntries
    if counters.roundTrips > 0 {
      exitMultiplication = Double(counters.roundTripExits) / Double(counters.roundTrips)
    }
    for state in VCPUState.allCases {
      for level in GuestLevel.allCases where track.stateTotals.count(state, level) > 0 {
        states.append(
          StateTotal(
            state: state, level: level, count: track.stateTotals.count(state, level),
            total: track.stateTotals.time(state, level)))
      }
    }
    exitReasons = track.exits.rows.map(ExitStatistics.init(row:))
    exitReasons.sort { Self.order($0) < Self.order($1) }
  }

  private static func order(_ row: ExitStatistics) -> (UInt64, UInt8, UInt64, UInt8) {
    (
      UInt64.max - (row.handling?.total ?? 0), row.level.rawValue, row.exit.code,
      row.handledBy.rawValue
    )
  }
}

extension ExitStatistics {
  init(row: ExitRow) {
    let handling = DurationStatistics([row.undisturbed, row.disturbed])
    // Where nothing took the vCPU off its CPU both are the same.
    let onCPU =
      row.disturbed.count == 0
      ? handling : DurationStatistics([row.undisturbed, row.disturbedOnCPU])
    self.init(
      level: row.level, exit: row.exit, handledBy: row.isReflected ? .l1 : .l0, count: row.count,
      answered: row.answered, handling: handling, handlingOnCPU: onCPU)
  }
}

extension DurationStatistics {
  /// Percentiles of all that was counted in several places; nil when nothing was.
  init?(_ parts: [DurationTotals]) {
    let parts = parts.filter { $0.count > 0 }
    let count = parts.reduce(0) { $0 + $1.count }
    guard count > 0 else { return nil }
    let total = parts.reduce(UInt64(0)) { sum, part in
      let (next, overflow) = sum.addingReportingOverflow(part.total)
      return overflow ? .max : next
    }
    let longest = parts.reduce(0) { Swift.max($0, $1.max) }
    let percentiles = DurationPercentiles(parts.map(\.histogram))
    self.init(
      total: total, min: parts.reduce(.max) { Swift.min($0, $1.min) },
      mean: Double(total) / Double(count), p50: Swift.min(percentiles.value(at: 50), longest),
      p90: Swift.min(percentiles.value(at: 90), longest),
      p99: Swift.min(percentiles.value(at: 99), longest),
      p999: Swift.min(percentiles.value(at: 99.9), longest), max: longest,
      squares: parts.reduce(0) { $0 + $1.squares })
  }
}
