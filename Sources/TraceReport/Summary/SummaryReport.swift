public import TraceChecks

/// What the vCPUs of one or several traces did: the report of `summary`.
public struct SummaryReport {
  let results: SummaryResults

  /// Prepares the report; nothing is written yet.
  public init(_ results: SummaryResults) { self.results = results }

  /// The time unit of the trace that a vCPU belongs to.
  func unit(of vcpu: VCPUSummary) -> TimeUnit {
    results.traces.indices.contains(vcpu.trace) ? results.traces[vcpu.trace].timeUnit : .nanoseconds
  }
}
