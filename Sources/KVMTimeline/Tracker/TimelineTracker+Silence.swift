/// CPUs whose recording ends early, while that of others goes on.
extension TimelineTracker {
  /// Nothing is known of the CPU at a position from `time` on; nil: nothing at all.
  ///
  /// Called when the recording has come to its end.
  mutating func fellSilent(after time: UInt64?) {
    silentSince = min(silentSince ?? .max, time ?? 0)
  }

  /// Any vCPU that lived on may have been on a silent CPU, whatever it did before and after: what it did
  /// there matters where it may have been in L2.
  mutating func judgeSilence() {
    guard let silentSince else { return }
    for at in tracks.indices where tracks[at].end > silentSince && tracks[at].mayHideL2 {
      let begin = max(silentSince, tracks[at].begin)
      output.add(
        TimelineFact(
          kind: .lossMayHide, vcpu: at, begin: begin, end: begin, count: 1,
          cpu: Int(tracks[at].cpu),
          level: .unknown))
    }
  }
}
