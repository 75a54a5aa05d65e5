public import TraceChecks

/// What the checks found: the report of `check`.
public struct CheckReport {
  let results: CheckResults
  /// What gave the results, as test systems show it.
  let subject: String

  /// Prepares the report; nothing is written yet.
  ///
  /// - Parameters:
  ///   - results: what was found.
  ///   - subject: what gave the results, as test systems show it.
  public init(_ results: CheckResults, subject: String = "kvmscope check") {
    self.results = results
    self.subject = subject
  }

  /// Whether several inputs were given: then each is named where its results are.
  var isOfSeveral: Bool { results.traces.count + results.unreadable.count != 1 }

  func unit(of trace: Int) -> TimeUnit {
    results.traces.indices.contains(trace) ? results.traces[trace].timeUnit : .nanoseconds
  }

  func path(of trace: Int) -> String? {
    results.traces.indices.contains(trace) ? results.traces[trace].path : nil
  }
}
