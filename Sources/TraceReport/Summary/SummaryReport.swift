public import TraceChecks

/// What the vCPUs of one or several traces did: the report of `summary`.
public struct SummaryReport {
  let results: CheckResults
  let vcpus: [VCPUSummary]

  /// Prepares the report; nothing is written yet.
  ///
  /// - Parameters:
  ///   - results: the traces' facts, the findings and the verdict.
  ///   - vcpus: in the order to show them.
  public init(_ results: CheckResults, vcpus: [VCPUSummary]) {
    self.results = results
    self.vcpus = vcpus
  }

  /// The time unit of the trace that a vCPU belongs to.
  func unit(of vcpu: VCPUSummary) -> TimeUnit {
    results.traces.indices.contains(vcpu.trace) ? results.traces[vcpu.trace].timeUnit : .nanoseconds
  }
}
