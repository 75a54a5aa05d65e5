import KVMScope
import Testing
import TraceChecks
import TraceTestSupport

@testable import TraceAssertions

/// The rules that ship say of every recording what the built-in checks say.
@Suite struct ShippedRuleTests {
  static let recordings = Fixture.traceDatNames + Fixture.perfDataNames

  private func results(_ rules: String, _ path: String) throws -> CheckResults {
    let set = try RuleFile.read(Repository.text(of: "rules/\(rules).yaml"), path: rules)
    return try Analysis.assert(set, [path]).checks
  }

  @Test(arguments: recordings) func sequencesAgreeWithTheChecks(recording: String) throws {
    let path = Fixture.path(recording)
    let built = try Analysis.check([path]).checks
    let written = try results("missing-triple-fault", path)
    for name in ["l2-emulation", "missing-triple-fault"] {
      let item = try #require(built.cases.first { $0.name == name })
      let rule = try #require(written.cases.first { $0.name == name })
      #expect(item.outcome == rule.outcome, "\(name): \(rule.reason)")
      // The same episodes on the same vCPUs, and the same instructions.
      let episodes = built.findings.filter { $0.check == name }
      let found = written.findings.filter { $0.check == name }
      #expect(episodes.map(\.identity) == found.map(\.identity))
      if name == "l2-emulation" {
        #expect(episodes.map(\.count) == found.map(\.count))
        #expect(episodes.map(\.end) == found.map(\.end))
      }
    }
  }

  @Test(arguments: recordings) func theNestedRulesFindTheBugAndNothingElse(recording: String) throws
  {
    let path = Fixture.path(recording)
    let built = try Analysis.check([path]).checks
    let verdict = try #require(built.cases.first { $0.name == "l2-emulation" }).outcome
    let results = try results("nested", path)
    #expect(results.verdict == verdict, "\(results.cases.filter { $0.outcome != .pass })")
  }
}
