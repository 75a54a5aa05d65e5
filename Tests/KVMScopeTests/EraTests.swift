import KVMEvents
import KVMTimeline
import Testing
import TimelineTestSupport
import TraceChecks
import TraceTestSupport

/// One recording of the bug as kernels of every era would have written it: the finding stays the same.
///
/// The eras differ in what they trace around a round of emulation, in whether a nested entry has an event, and in the
/// fields of exits.
struct EraTests {
  static let recordings = [
    "vmx-6.1-unfixed/vmx_invalid_nested_guest_state", "vmx-6.1-unfixed/invalid_l2-mode2",
    "vmx-6.1-unfixed/invalid_l2-mode3", "vmx-6.1-unfixed/invalid_l2-mode4",
    "vmx-5.10/vmx_invalid_nested_guest_state", "vmx-5.10/invalid_l2-mode1",
    "vmx-5.10/invalid_l2-mode2",
  ]

  @Test(
    "every era's form of the bug is the same finding", arguments: recordings, EmulationEra.allCases)
  func eras(_ name: String, _ era: EmulationEra) throws {
    let log = try EventLog(fixture: "trace-dat/\(name).dat")
    let times = try #require(UnexplainedInstructions(log).byThread.values.first)
    for isOld in [false, true] {
      var form = log.rewritten(as: era)
      if isOld { form = form.withoutNestedEntries().inLayoutBefore510() }
      let replay = Replay(form, configuration: .core)
      #expect(replay.verdict == .fail)
      #expect(replay.brokenInvariants().isEmpty)
      #expect(replay.judgement.findings.map(\.check) == ["l2-emulation", "missing-triple-fault"])
      for finding in replay.judgement.findings {
        #expect(finding.begin == times.first)
        #expect(finding.end == times.last)
        #expect(finding.count == UInt64(times.count))
      }
    }
  }

  @Test(
    "what else the recording shows is the same in every era", arguments: recordings,
    EmulationEra.allCases)
  func otherChecks(_ name: String, _ era: EmulationEra) throws {
    let log = try EventLog(fixture: "trace-dat/\(name).dat")
    func findings(_ log: EventLog) -> [String] {
      Replay(log, configuration: .only(["emulation-failed", "emulation-livelock"]))
        .judgement.findings.map {
          "\($0.check) ×\($0.count) \($0.begin ?? 0) \($0.end ?? 0) \($0.severity.name)"
        }
    }
    #expect(findings(log.rewritten(as: era)) == findings(log))
  }

  @Test("what later kernels do instead of emulating", arguments: recordings)
  func answers(_ name: String) throws {
    let log = try EventLog(fixture: "trace-dat/\(name).dat")
    let first = try #require(UnexplainedInstructions(log).byThread.values.first?.first)
    for (answer, check) in [
      (InvalidStateAnswer.tripleFault, "synthesized-triple-fault"), (.bugged, "invalid-l2-refused"),
      (.internalError, "invalid-l2-refused"),
    ] {
      let replay = Replay(
        log.rewritten(as: .nothing).answered(by: answer), configuration: .core)
      #expect(replay.verdict == .pass)
      #expect(replay.judgement.findings.map(\.check) == [check])
      #expect(replay.judgement.findings.first?.begin == first)
    }
  }

  static let healthy = [
    "vmx-6.1-fixed/invalid_l2-mode0", "vmx-6.1-fixed/invalid_l2-mode2",
    "vmx-6.1-fixed/invalid_l2-mode5", "vmx-6.1-fixed/nested_mix-1v-full",
    "vmx-6.1-fixed/nested_exceptions_test", "vmx-6.1-fixed/two-vms-2v-full",
  ]

  @Test(
    "a healthy recording without events for nested entries, in the layout before 5.10",
    arguments: healthy)
  func healthyRecordings(_ name: String) throws {
    let log = try EventLog(fixture: "trace-dat/\(name).dat")
    let whole = Replay(log)
    let old = Replay(log.withoutNestedEntries().inLayoutBefore510())
    #expect(old.verdict == .pass)
    #expect(old.judgement.findings.map(\.check) == whole.judgement.findings.map(\.check))
    #expect(old.brokenInvariants().isEmpty)
    for (a, b) in zip(whole.tracks, old.tracks) {
      #expect(a.counters.exits == b.counters.exits)
      #expect(a.counters.l2Exits == b.counters.l2Exits)
      #expect(a.counters.l2ExitsReflected == b.counters.l2ExitsReflected)
      #expect(a.counters.nestedEntries == b.counters.nestedEntries)
    }
    // Whose code ran is the same at every moment; only what lies between a nested entry's event and kvm_entry moves.
    for state in [VCPUState.guest, .userspace, .halted] {
      for level in GuestLevel.allCases {
        let times = [whole, old].map { replay in
          replay.tracks.reduce(UInt64(0)) { $0 + $1.stateTotals.time(state, level) }
        }
        #expect(times[0] == times[1], "\(state) \(level)")
      }
    }
  }
}
