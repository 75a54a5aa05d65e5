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
    (
      UInt64.max - (row.handling?.total ?? 0), row.level.rawValue, row.exit.code,
      row.handledBy.rawValue
    )
  }
}

extension ExitStatistics {
  init(row: ExitRow) {
    self.init(
      level: row.level, exit: row.exit, handledBy: row.isReflected ? .l1 : .l0, count: row.count,
      answered: row.answered, handling: DurationStatistics([row.undisturbed, row.disturbed]),
      handlingOnCPU: DurationStatistics([row.undisturbed, row.disturbedOnCPU]))
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
    // The counts' buckets are those of this histogram, so nothing is lost on the way.
    // Made large enough at once: growing is the slow part of the library.
    var histogram = Histogram<UInt64>(
      highestTrackableValue: Swift.max(longest, 2), numberOfSignificantValueDigits: .two)
    histogram.autoResize = true
    for part in parts {
      part.histogram.forEach { value, count in histogram.record(value, count: count) }
    }
    // The library caps a percentile at the highest value it was given, and a bucket's lowest may
    // lie below the maximum.
    histogram.record(longest, count: 0)
    self.init(
      total: total, min: parts.reduce(.max) { Swift.min($0, $1.min) },
      mean: Double(total) / Double(count), p50: histogram.valueAtPercentile(50),
      p90: histogram.valueAtPercentile(90), p99: histogram.valueAtPercentile(99),
      p999: histogram.valueAtPercentile(99.9), max: longest)
  }
}
