import KVMScope
import KVMTimeline
import Testing
import TraceChecks
import TraceTestSupport

/// What was not asked for counts as not recorded.
struct EventSelectionTests {
  private let bug = Fixture.path("trace-dat/vmx-6.1-unfixed/vmx_invalid_nested_guest_state.dat")

  private func check(_ patterns: [String]) throws -> SummaryResults {
    var options = AnalysisOptions()
    options.events = patterns
    return try Analysis.check([bug], options)
  }

  @Test("all of KVM is enough for the verdict")
  func wholeSystem() throws {
    let results = try check(["kvm:*"])
    #expect(results.checks.verdict == .fail)
    let whole = try Analysis.check([bug]).checks
    let ids = results.checks.findings.map(\.check).filter { $0.contains("l2") }
    #expect(ids == whole.findings.map(\.check).filter { $0.contains("l2") })
    // Without sched_switch nobody is off a CPU.
    let states = results.vcpus.flatMap(\.states).filter { $0.count > 0 }.map(\.state)
    #expect(!states.contains(.preempted))
  }

  @Test("without the events of nested exits there is no verdict on nested guests")
  func tooFew() throws {
    let results = try check(["kvm_entry", "kvm_exit", "kvm_emulate_insn"])
    #expect(results.checks.verdict == .inconclusive)
    #expect(results.checks.findings.map(\.check).contains("missing-events"))
    #expect(!results.checks.findings.map(\.check).contains("l2-emulation"))
  }

  @Test("only what was asked for is counted")
  func counts() throws {
    let info = Analysis.info(try TraceInput(path: bug))
    let exits = try #require(info.events.first { $0.name == "kvm_exit" }).count
    #expect(try check(["kvm_exit"]).checks.traces.first?.events == exits)
    var options = AnalysisOptions()
    options.events = ["kvm_exit"]
    let narrow = Analysis.info(try TraceInput(path: bug), options)
    #expect(narrow.facts.events == exits)
    #expect(narrow.events.filter { $0.count > 0 }.map(\.name) == ["kvm_exit"])
  }

  @Test("a pattern that fits nothing gives no verdict")
  func nothing() throws {
    #expect(try check(["kvm_entri"]).checks.verdict == .inconclusive)
  }
}
