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
    roundTrips = counters.roundTrips
    roundTripExits = counters.roundTripExits
    roundTripStatistics = RoundTripStatistics(track.roundTrips, isa: track.isa)
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

  /// Rows by their time, longest first; then by what they are.
  static func order(_ row: ExitStatistics) -> (UInt64, UInt8, UInt64, UInt8, Int) {
    (
      UInt64.max - (row.handling?.total ?? 0), row.level.rawValue, row.exit.code,
      row.handledBy.rawValue, row.exit.isFailedEntry ? 1 : 0
    )
  }
}

extension RoundTripStatistics {
  /// Sums up round trips; nil when there is none.
  init?(_ trips: RoundTrips, isa: ISA?) {
    self.init(DurationDistribution([trips.times]), exits: trips.exits(of: isa))
  }
}

extension ExitStatistics {
  init(row: ExitRow) {
    var handling = DurationDistribution([row.undisturbed])
    // Where nothing took the vCPU off its CPU both are the same.
    var onCPU = handling
    if row.disturbed.count > 0 {
      handling.add(DurationDistribution([row.disturbed]))
      onCPU.add(DurationDistribution([row.disturbedOnCPU]))
    }
    self.init(
      level: row.level, exit: row.exit, handledBy: row.isReflected ? .l1 : .l0, count: row.count,
      answered: row.answered, handling: handling, handlingOnCPU: onCPU)
  }
}

extension DurationStatistics {
  /// Percentiles of all that was counted in several places; nil when nothing was.
  init?(_ parts: [DurationTotals]) {
    guard let statistics = DurationDistribution(parts).statistics else { return nil }
    self = statistics
  }
}
