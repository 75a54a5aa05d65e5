public import TraceChecks

/// What the checks found: the report of `check`.
public struct CheckReport {
  let results: CheckResults

  /// Prepares the report; nothing is written yet.
  public init(_ results: CheckResults) { self.results = results }

  /// Whether several inputs were given: then each is named where its results are.
  var isOfSeveral: Bool { results.traces.count + results.unreadable.count != 1 }

  func unit(of trace: Int) -> TimeUnit {
    results.traces.indices.contains(trace) ? results.traces[trace].timeUnit : .nanoseconds
  }

  func path(of trace: Int) -> String? {
    results.traces.indices.contains(trace) ? results.traces[trace].path : nil
  }
}
