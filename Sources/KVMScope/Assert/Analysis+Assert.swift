import EventFormat
import KVMTimeline
public import TraceAssertions
public import TraceChecks

/// What `assert` says.
public struct AssertResults: Sendable {
  /// The rules as cases, where they do not hold as findings, and the verdict.
  public var checks: CheckResults
  /// The analysis was stopped before the end of the input.
  public var wasStopped: Bool
}

extension Analysis {
  /// Whether rules hold in traces.
  ///
  /// Of several traces those that cannot be read are named in the results, and the others are judged.
  ///
  /// - Parameters:
  ///   - rules: the rules of a file.
  ///   - paths: the traces.
  ///   - options: what part of a trace a rule speaks of, it says itself; `begin`, `end`, `vcpus`, `vms` and `threads`
  ///     narrow that down. CPUs and events are not selected.
  /// - Returns: the rules as cases, and where they do not hold as findings.
  /// - Throws: when the only trace cannot be read.
  public static func assert(
    _ rules: RuleSet, _ paths: [String], _ options: AnalysisOptions = AnalysisOptions()
  ) throws(AnalysisError) -> AssertResults {
    let inputs = try TraceInputs(
      paths, options.input, namesUnreadable: options.namesUnreadable)
    let rules = rules.narrowed(to: options)
    var results = AssertResults(
      checks: CheckResults(
        traces: [], findings: [], notJudged: [], capabilities: [], verdict: .pass),
      wasStopped: false)
    results.checks.areRules = true
    results.checks.unreadable = inputs.unreadable
    var done: UInt64 = 0
    // Each trace is read for its timeline, then for the rules.
    let total = inputs.readable.reduce(0) { $0 &+ 2 &* $1.trace.byteCount }
    for (number, input) in inputs.readable.enumerated() {
      let session = AssertSession(rules, input.trace, number, options)
      session.judge(into: &results.checks, done: &done, total: total)
      if session.wasStopped {
        results.wasStopped = true
        break
      }
    }
    let outcomes = results.checks.cases.map(\.outcome)
    results.checks.verdict =
      outcomes.contains(.fail)
      ? .fail : outcomes.contains(.inconclusive) || outcomes.isEmpty ? .inconclusive : .pass
    return results
  }
}
