import KVMTimeline

/// Whose events the user asked for.
///
/// An event belongs to the vCPU that its thread drives at that moment: which one that is takes a
/// walk of its own.
struct ThreadSelection {
  private let threads: Set<Int32>?
  /// By thread: the spans of the vCPUs that were asked for; nil: every thread.
  private let spans: [Int32: [ClosedRange<UInt64>]]?

  init(_ options: AnalysisOptions, tracks: [VCPUTrack]?) {
    threads = options.threads
    guard let tracks else {
      spans = nil
      return
    }
    let selection = VCPUSelection(options)
    var spans: [Int32: [ClosedRange<UInt64>]] = [:]
    for track in tracks where track.hasRun && selection.selects(track.identity) {
      spans[track.identity.thread, default: []].append(track.begin...max(track.begin, track.end))
    }
    self.spans = spans
  }

  func selects(_ thread: Int32, at time: UInt64) -> Bool {
    if let threads, !threads.contains(thread) { return false }
    guard let spans else { return true }
    return spans[thread]?.contains { $0.contains(time) } ?? false
  }
}
