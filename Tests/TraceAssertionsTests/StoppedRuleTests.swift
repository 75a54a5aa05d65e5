import KVMScope
import Testing
import TraceChecks
import TraceTestSupport

@testable import TraceAssertions

/// Rules on a trace of which only a first part was read, for the user had no more patience.
@Suite struct StoppedRuleTests {
  private func answer(_ rule: String, stopsAt share: Double) throws -> (Verdict, String) {
    let rules = try RuleFile.read("rules:\n  - {name: a, \(rule)}\n", path: "r.yaml")
    var options = AnalysisOptions()
    options.progress = { done, total in Double(done) < Double(total) * share }
    let results = try Analysis.assert(
      rules, [Fixture.path("trace-dat/svm-6.1/svm-smm_test.dat")], options)
    #expect(results.wasStopped == (share <= 1))
    return (results.checks.cases[0].outcome, results.checks.cases[0].reason)
  }

  @Test func halfATraceIsNoPass() throws {
    for rule in [
      "never: \"kvm_exit: exit_reason == 0x7f\"", "eventually: kvm_entry",
      "metric: exits, at_least: 1",
      "check: l2-emulation",
    ] {
      let (outcome, reason) = try answer(rule, stopsAt: 0.2)
      #expect(outcome == .inconclusive, "\(rule)")
      #expect(reason.contains("stopped before the end"), "\(rule): \(reason)")
    }
  }

  @Test func tooMuchStaysTooMuch() throws {
    let rule = "never: kvm_exit"
    #expect(try answer(rule, stopsAt: 9).0 == .fail)
    #expect(try answer(rule, stopsAt: 0.9).0 == .fail)
    #expect(try answer("eventually: kvm_exit, at_least: 100000000", stopsAt: 9).0 == .fail)
    let (outcome, reason) = try answer("eventually: kvm_exit, at_least: 100000000", stopsAt: 0.9)
    #expect(outcome == .inconclusive)
    #expect(reason.contains("up to there"))
  }
}
