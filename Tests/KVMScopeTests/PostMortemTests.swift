import KVMEvents
import KVMScope
import KVMTimeline
import Testing
import TraceChecks
import TraceTestSupport

/// What is shown of a vCPU whose end a finding tells of.
struct PostMortemTests {
  @Test("the last states are the timeline's, up to the end")
  func lastStates() throws {
    let path = Fixture.path("trace-dat/vmx-6.1-unfixed/vmx_invalid_nested_guest_state.dat")
    let finding = try #require(
      Analysis.check([path]).checks.findings.first { $0.check == "terminal-exit" })
    var intervals: [Interval] = []
    _ = try Analysis.timeline(path) { interval, _ in intervals.append(interval) }
    let end = try #require(finding.end)
    #expect(finding.lastStates == intervals.filter { $0.begin < end }.suffix(8))
    #expect(finding.lastStates.last?.end == end)
    #expect(finding.lastStates.last?.detail == ExitDetail(.port, 0x2000))
    #expect(finding.evidence.count == 17)
  }

  @Test("a VM that is closed while in L2")
  func closed() throws {
    let path = Fixture.path("trace-dat/vmx-6.1-fixed/vmx_close_while_nested_test.dat")
    var options = AnalysisOptions()
    try options.checks.enable("stopped-in-l2")
    let checks = try Analysis.check([path], options).checks
    #expect(checks.verdict == .pass)
    let finding = try #require(checks.findings.first { $0.check == "stopped-in-l2" })
    // No event of KVM comes at the very end: those before it are shown.
    #expect(finding.evidence.last?.event == "kvm_userspace_exit")
    #expect(finding.evidence.count == 16)
    #expect(finding.lastStates.map(\.state).suffix(3) == [.guest, .host, .userspace])
    #expect(finding.lastStates.last?.end == checks.traces[0].end)
    #expect(finding.lastStates.allSatisfy { $0.level == .l2 })
  }

  @Test("two ends of one vCPU have states of their own")
  func severalEnds() throws {
    let path = Fixture.path("trace-dat/vmx-6.1-unfixed/smp-mixed-invalid-and-normal.dat")
    let findings = try Analysis.check([path]).checks.findings
    for finding in findings where finding.tellsOfEnd {
      #expect(finding.lastStates.last?.end == finding.end)
      #expect(!finding.lastStates.isEmpty && finding.lastStates.count <= 8)
    }
    #expect(findings.filter { !$0.tellsOfEnd }.allSatisfy { $0.lastStates.isEmpty })
  }
}
