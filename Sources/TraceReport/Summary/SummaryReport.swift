public import TraceChecks

/// What the vCPUs of one or several traces did: the report of `summary`.
public struct SummaryReport {
  let results: CheckResults
  let vcpus: [VCPUSummary]
  /// How many findings each check had, in the order to show them.
  let findings: [(check: String, count: UInt64)]
  /// How many findings there were by their severity.
  let severities: [Severity: UInt64]

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
    findings = CheckCounts.sorted(totals.findings)
    severities = totals.severities
  }

  /// Prepares the report; nothing is written yet.
  ///
  /// - Parameters:
  ///   - results: the traces' facts, the findings and the verdict.
  ///   - vcpus: in the order to show them.
  public init(_ results: CheckResults, vcpus: [VCPUSummary]) {
    self.results = results
    self.vcpus = vcpus
    findings = results.findings.byCheck
    var severities: [Severity: UInt64] = [:]
    for finding in results.findings { severities[finding.severity, default: 0] += 1 }
    self.severities = severities
  }

  /// Whether vCPUs of several traces were added up.
  var isMerged: Bool { vcpus.contains { $0.merged != nil } }

  /// The time unit of the trace that a vCPU belongs to.
  func unit(of vcpu: VCPUSummary) -> TimeUnit {
    results.traces.indices.contains(vcpu.trace) ? results.traces[vcpu.trace].timeUnit : .nanoseconds
  }
}
