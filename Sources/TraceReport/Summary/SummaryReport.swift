public import TraceChecks

/// What the vCPUs of one or several traces did: the report of `summary`.
public struct SummaryReport {
  let results: CheckResults
  let vcpus: [VCPUSummary]
  /// How many findings there were, and how bad.
  let findings: FindingCounts

  /// Prepares the report of summaries that were added up.
  ///
  /// - Parameters:
  ///   - totals: the sum.
  ///   - unreadable: inputs that are not in it.
  public init(_ totals: SummaryTotals, unreadable: [UnreadableTrace] = []) {
    var results = CheckResults(
      traces: totals.traces, findings: [], notJudged: [], capabilities: [], verdict: totals.verdict)
    results.unreadable = unreadable
    self.results = results
    vcpus = totals.vcpus
    findings = totals.findings
  }

  /// Prepares the report; nothing is written yet.
  ///
  /// - Parameters:
  ///   - results: the traces' facts, the findings and the verdict.
  ///   - vcpus: in the order to show them.
  public init(_ results: CheckResults, vcpus: [VCPUSummary]) {
    self.results = results
    self.vcpus = vcpus
    findings = FindingCounts(results.findings)
  }

  /// Whether vCPUs of several traces were added up.
  var isMerged: Bool { vcpus.contains { $0.merged != nil } }

  /// The time unit of the trace that a vCPU belongs to.
  func unit(of vcpu: VCPUSummary) -> TimeUnit {
    results.traces.indices.contains(vcpu.trace) ? results.traces[vcpu.trace].timeUnit : .nanoseconds
  }
}
