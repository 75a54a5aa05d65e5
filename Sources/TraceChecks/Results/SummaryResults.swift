/// Everything that `summary` says of one or several traces.
public struct SummaryResults: Sendable {
  /// Facts, one per trace.
  public var traces: [TraceFacts]
  /// Sorted by trace, VM, thread, `vcpu_id`, incarnation.
  public var vcpus: [VCPUSummary]
  /// What the checks found; sorted as in `CheckResults`.
  public var findings: [Finding]
  /// `fail` beats `inconclusive` beats `pass`.
  public var verdict: Verdict

  /// Makes results.
  public init(
    traces: [TraceFacts], vcpus: [VCPUSummary], findings: [Finding], verdict: Verdict
  ) {
    self.traces = traces
    self.vcpus = vcpus
    self.findings = findings
    self.verdict = verdict
  }
}
