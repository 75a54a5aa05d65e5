import Histogram
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
    (UInt64.max - (row.handling?.total ?? 0), row.level.rawValue, row.exit.code, row.handledBy.rawValue)
  }
}

extension ExitStatistics {
  init(row: ExitRow) {
    self.init(
      level: row.level, exit: row.exit, handledBy: row.isReflected ? .l1 : .l0, count: row.count,
      answered: row.handling.count, handling: DurationStatistics(row.handling),
      handlingOnCPU: DurationStatistics(row.handlingOnCPU))
  }
}

extension DurationStatistics {
  /// Percentiles of what was counted; nil when nothing was.
  init?(_ totals: DurationTotals) {
    guard totals.count > 0 else { return nil }
    // The counts' buckets are those of this histogram, so nothing is lost on the way.
    var histogram = Histogram<UInt64>(numberOfSignificantValueDigits: .two)
    totals.histogram.forEach { value, count in histogram.record(value, count: count) }
    // The library caps a percentile at the highest value it was given, and a bucket's lowest may lie below the maximum.
    histogram.record(totals.max, count: 0)
    self.init(
      total: totals.total, min: totals.min, mean: Double(totals.total) / Double(totals.count),
      p50: histogram.valueAtPercentile(50), p90: histogram.valueAtPercentile(90),
      p99: histogram.valueAtPercentile(99), p999: histogram.valueAtPercentile(99.9), max: totals.max)
  }
}
