import KVMTimeline
import TraceChecks

extension TraceEvidence {
  /// What a pass over a window of a trace found.
  init(
    _ pass: (tracker: TimelineTracker, statistics: WalkStatistics), of trace: OpenedTrace,
    number: Int, window: Range<UInt64>, leavingOut events: [String] = []
  ) {
    self.init(
      trace: number, facts: trace.facts(after: pass.statistics), tracks: pass.tracker.tracks,
      timelineFacts: pass.tracker.facts,
      records: trace.records(without: trace.events(leftOutBy: events)),
      unattributed: pass.tracker.unattributed, clockBackwards: pass.statistics.clockBackwards)
    self.window = window
    if trace.infersRecords { doubtRecords() }
    factsWereDropped = pass.tracker.factsWereDropped
  }
}

extension VCPUSummary {
  /// Sums up one vCPU within a window.
  init(_ track: VCPUTrack, of trace: OpenedTrace, number: Int, window: Range<UInt64>) {
    self.init(trace: number, track: track, comm: trace.comm(track.identity.thread))
    // The span ends where the window does, as the states' times do.
    begin = min(max(begin, window.lowerBound), window.upperBound)
    end = max(begin, min(end, window.upperBound))
  }
}
