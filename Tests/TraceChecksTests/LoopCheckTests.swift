import KVMEvents
import Testing
import TimelineTestSupport
import TraceChecks

/// "Emulation, loops, storms": each check fires on its pattern, and each of its guards keeps it silent.
struct LoopCheckTests {
  private static func loop(
    _ what: String, _ script: String, _ findings: String = "", _ verdict: Verdict = .pass,
    without: Set<EventKind> = []
  ) -> CheckCase {
    CheckCase(
      what, script, findings, verdict, without: without,
      checks: .only(
        CheckCatalogue.all.filter { $0.group == .emulation && $0.isOnByDefault }.map(\.id),
        [
          "stuck-vcpu.count=5", "immediate-exit-loop.count=5", "emulation-livelock.count=5",
          "reinjection-storm.count=5", "window-storm.count=4",
        ]))
  }

  private static func times(_ count: Int, _ text: String) -> String {
    String(repeating: text + ";", count: count)
  }

  static let emulationTable: [CheckCase] = [
    loop(
      "an instruction of MMIO that the emulator does not know",
      "exit EPT_MISCONFIG 100; emul 100 4; emul 100 4 fail; exc 6; entry 200", "emulation-failed"),
    loop(
      "again and again at one address",
      times(3, "exit EPT_MISCONFIG 100; emul 100 4; emul 100 4 fail; exc 6; entry 200"),
      "emulation-failed ×3"),
    loop(
      "it ends KVM_RUN",
      "exit CPUID 90; entry 92; exit EPT_MISCONFIG 100; emul 100 4; emul 100 4 fail; user INTERNAL_ERROR",
      "terminal-exit, emulation-failed", .fail),
    loop(
      "it ended before: this end has another cause",
      """
      exit CPUID 90; entry 92; exit EPT_MISCONFIG 100; emul 100 4; emul 100 4 fail; exc 6; entry 200
      exit CPUID 210; user INTERNAL_ERROR
      """, "emulation-failed, terminal-exit", .fail),
    loop(
      "L1 is emulated for its state",
      "exit CPUID 90; entry 92; exit HLT 92; user INTR; load; emul 100 2 real; emul 102 2 real",
      "l1-invalid-state-emulation ×2"),
    loop(
      "an exit asks for one instruction, not for two",
      "exit CPUID 90; entry 92; exit EPT_MISCONFIG 100; emul 100 2; emul 102 2; entry 104; exit HLT 104",
      "l1-invalid-state-emulation"),
    loop("each for an exit", times(4, "exit EPT_MISCONFIG 100; emul 100 2; entry 102")),
    loop(
      "AMD skips instructions by emulating them",
      "svm " + times(4, "exit msr 100; emul 100 2; emul 102 2; entry 104")),
    loop("nothing proves that it is L1", times(4, "emul 100 2; emul 102 2")),
    loop(
      "for ever in L2",
      Given.vmm + "load; pio; " + times(6, "emul 1001 3"), "emulation-livelock ×6", .fail),
    loop(
      "over several KVM_RUNs",
      Given.vmm + times(6, "load; emul 1001 3; user INTR"), "emulation-livelock ×6", .fail),
    loop("not for ever", Given.vmm + "load; pio; " + times(4, "emul 1001 3")),
    loop("on to the next", Given.vmm + "load; pio; " + times(4, "emul 1001 3; emul 1004 2")),
    loop(
      "an interrupt comes",
      Given.vmm + "load; pio; " + times(3, "emul 1001 3") + "virq 32;" + times(3, "emul 1001 3")),
    loop(
      "an exception comes",
      Given.vmm + "load; pio; " + times(3, "emul 1001 3") + "exc 13;" + times(3, "emul 1001 3")),
    loop(
      "exits ask for it",
      Given.vmm + "load; entry 1001;"
        + times(8, "exit EPT_MISCONFIG 1001; twin EPT_MISCONFIG 1001; emul 1001 3; entry 1001")),
    loop(
      "a string instruction of L1 in real mode",
      "exit CPUID 90; entry 92; exit HLT 92; user INTR; load; " + times(400, "emul 100 2 real"),
      "l1-invalid-state-emulation ×400"),
    loop(
      "L1 too may be stuck",
      "exit CPUID 90; entry 92; exit HLT 92; user INTR; load; " + times(500, "emul 100 2 real"),
      "l1-invalid-state-emulation ×500, emulation-livelock ×500"),
  ]

  static let exitTable: [CheckCase] = [
    loop(
      "a page fault that is never mended",
      times(6, "exit EPT_VIOLATION 100; fault a000; entry 100"), "stuck-vcpu ×5"),
    loop("some are normal", times(5, "exit EPT_VIOLATION 100; fault a000; entry 100")),
    loop(
      "page after page",
      (0..<10).map { "exit EPT_VIOLATION 100; fault a\($0)00; entry 100;" }.joined()),
    loop(
      "nobody knows which page", times(9, "exit EPT_VIOLATION 100; entry 100"),
      without: [.pageFault]),
    loop("AMD", "svm " + times(6, "exit npf 100 1; entry 100"), "stuck-vcpu ×5"),
    loop(
      "a string instruction that is emulated piece by piece",
      times(6, "exit IO_INSTRUCTION 100 1; emul 100 2; pio; entry 100")),
    loop(
      "with other details",
      times(
        4,
        "exit EPT_VIOLATION 100 1; fault a000; entry 100; exit EPT_VIOLATION 100 2; fault a000; entry 100"
      )),
    loop("the instruction is done each time", times(9, "exit IO_INSTRUCTION 100; entry 101")),
    loop("the guest gets an exception each time", times(9, "exit MSR_READ 100; exc 13; entry 100")),
    loop(
      "the VMM helps", times(9, "exit EPT_VIOLATION 100; fault a000; user MMIO; load; entry 100")),
    loop("HLT", times(9, "exit HLT 100; entry 100")),
    loop("PAUSE", times(9, "exit PAUSE 100; entry 100")),
    loop("MMIO", times(9, "exit EPT_MISCONFIG 100; entry 100")),
    loop(
      "other exits between",
      times(9, "exit EPT_VIOLATION 100; fault a000; entry 100; exit CPUID 80; entry 82")),
    loop(
      "KVM wants the vCPU back at once",
      times(8, "exit PREEMPTION_TIMER 100; entry 100"), "immediate-exit-loop ×5"),
    loop("now and then it does", times(7, "exit PREEMPTION_TIMER 100; entry 100")),
    loop("the guest had time", times(9, "+20000 exit PREEMPTION_TIMER 100; entry 100")),
    loop(
      "the guest got on",
      times(9, "exit PREEMPTION_TIMER 100; entry 100; exit PREEMPTION_TIMER 102; entry 102")),
    loop("entered elsewhere", times(9, "exit EXTERNAL_INTERRUPT 100; entry 200")),
    loop(
      "windows without end",
      times(4, "exit INTERRUPT_WINDOW 100; entry 200; exit INTERRUPT_WINDOW 102; entry 202"),
      "window-storm ×8"),
    loop(
      "AMD", "svm " + times(4, "exit vintr 100; entry 200; exit io 102; entry 104"),
      "window-storm ×4"),
    loop(
      "not most of them",
      times(
        4,
        "exit INTERRUPT_WINDOW 100; entry 200; exit CPUID 102; entry 104; exit CPUID 106; entry 108"
      )),
    loop("not many", "exit INTERRUPT_WINDOW 100; entry 200; exit INTERRUPT_WINDOW 102; entry 200"),
    loop(
      "one exception for ever", times(5, "exit EPT_VIOLATION 100; exc 14 again; entry 100"),
      "reinjection-storm ×5"),
    loop(
      "one interrupt for ever", times(5, "exit EPT_VIOLATION 100; virq 0x30 again; entry 100"),
      "reinjection-storm ×5"),
    loop("some are normal", times(4, "exit EPT_VIOLATION 100; exc 14 again; entry 100")),
    loop("another vector between", times(4, "exc 14 again; exc 13 again; entry 100")),
    loop(
      "a new one between", times(4, "virq 48 again; entry 100; exit HLT 100; virq 48; entry 100")),
  ]

  static let endTable: [CheckCase] = [
    loop(
      "a triple fault of L1",
      "exit CPUID 90; entry 92; exit TRIPLE_FAULT 92; user SHUTDOWN", "terminal-exit", .fail),
    loop("a signal", "exit CPUID 90; entry 92; exit TRIPLE_FAULT 92; user SHUTDOWN -4"),
    loop("I/O", "exit CPUID 90; entry 92; exit IO_INSTRUCTION 92; user IO"),
    loop(
      "L2's own shutdown on AMD",
      "svm exit vmrun 200; vmenter 200 1000; entry 1000; exit shutdown 1000; twin shutdown 1000; user SHUTDOWN",
      "terminal-exit"),
    loop(
      "L2's triple fault escaped: that is the error",
      "exit VMLAUNCH 200; vmenter 200 1000; entry 1000; exit TRIPLE_FAULT 1000; twin TRIPLE_FAULT 1000; user SHUTDOWN",
      "terminal-exit"),
  ]

  @Test("the emulator", arguments: emulationTable) func emulation(_ item: CheckCase) {
    item.check()
  }

  @Test("exits", arguments: exitTable) func exits(_ item: CheckCase) { item.check() }

  @Test("the end", arguments: endTable) func ends(_ item: CheckCase) { item.check() }

  @Test("severities of emulation that failed")
  func severities() throws {
    let tried = "exit CPUID 90; entry 92; exit EPT_MISCONFIG 100; emul 100 4; emul 100 4 fail;"
    let survived = Replay(Script.log(tried + "exc 6; entry 200"))
    #expect(survived.finding("emulation-failed")?.severity == .warning)
    let ended = Replay(Script.log(tried + "user INTERNAL_ERROR"))
    #expect(ended.finding("emulation-failed")?.severity == .error)
    #expect(ended.finding("terminal-exit")?.severity == .note)
  }

  @Test(
    "the likely cause",
    arguments: [
      (
        "exit CPUID 90; exc 14; exc 8; entry 92; exit TRIPLE_FAULT 92; user SHUTDOWN",
        "the guest shut down by itself: a triple fault of L1 after #PF, #DF (confidence: high)"
      ),
      (
        "exit CPUID 90; entry 92; exit FAILED_ENTRY 92; user FAIL_ENTRY",
        "hardware refused to enter the guest (INVALID_STATE FAILED_VMENTRY): its state is invalid (confidence: high; see vm-entry-failed)"
      ),
      (
        "exit CPUID 90; entry 92; user FAIL_ENTRY",
        "hardware refused the instruction that enters the guest (confidence: high; see vm-entry-failed)"
      ),
      (
        "exit CPUID 90; entry 92; exit EPT_MISCONFIG 100; emul 100 4; emul 100 4 fail; user INTERNAL_ERROR",
        "KVM could not emulate the instruction at 0x100 (confidence: high; see emulation-failed)"
      ),
      (
        Given.vmm + "load; emul 1001 1; user INTERNAL_ERROR",
        "KVM emulated L2 for invalid state, and could not go on (confidence: high; see l2-emulation, missing-triple-fault)"
      ),
      (
        Given.vmm + "load; pio; user INTERNAL_ERROR",
        "L2's state was invalid, and KVM refused to run it (confidence: medium; see invalid-l2-refused)"
      ),
      (
        "exit CPUID 90; entry 92; exit MSR_READ 92; user INTERNAL_ERROR",
        "KVM could not handle an exit MSR_READ (confidence: low)"
      ),
      (
        "exit CPUID 90; smm in; entry 8000; exit EXCEPTION_NMI 8000; emul 8000 2; user SHUTDOWN",
        "RSM could not load the state saved by SMM (confidence: medium)"
      ),
    ])
  func causes(_ script: String, _ cause: String) throws {
    let finding = try #require(Replay(Script.log(script)).finding("terminal-exit"))
    #expect(finding.message.hasSuffix(": " + cause), "\(finding.message)")
  }

  @Test(
    "events that end in L2, and why",
    arguments: [
      (
        "exit CPUID 1002; twin CPUID 1002",
        "in KVM, which handles CPUID: the recording ended (confidence: medium)"
      ),
      (
        "exit HLT 1002; twin HLT 1002; entry 1003",
        "in the guest: the recording ended (confidence: medium)"
      ),
      (
        "load; pio; entry 1001; t7 +2000000000 other",
        "in the guest, 2000.0 ms before the recording does: L2 runs without any exit, or the VM was killed"
          + " while it ran (confidence: low)"
      ),
      (
        "t7 +2000000000 other",
        "in the VMM, after IO_INSTRUCTION, 2000.0 ms before the recording does: the VMM did not run it again:"
          + " paused, closed or killed (confidence: medium)"
      ),
      (
        "out R; t7 +2000000000 other",
        "in the VMM, after IO_INSTRUCTION, 2000.0 ms before the recording does: the VMM did not run it again:"
          + " paused, closed or killed (confidence: medium)"
      ),
      (
        "load; pio; entry 1001; exit HLT 1001; twin HLT 1001; out S; t7 +2000000000 other",
        "halted, 2000.0 ms before the recording does: it waits, and nothing woke it (confidence: medium)"
      ),
      (
        "load; pio; entry 1001; exit CPUID 1001; twin CPUID 1001; out R; t7 +2000000000 other",
        "preempted, 2000.0 ms before the recording does: it did not get a CPU again (confidence: medium)"
      ),
      (
        "gone 100",
        "in the VMM, after IO_INSTRUCTION: its thread ended, and the VM with it (confidence: high)"
      ),
      (
        "load; pio; emul 1001 2; emul 1003 2",
        "in KVM, which handles IO_INSTRUCTION: KVM was emulating L2 for invalid state (confidence: high)"
      ),
      (
        "load; user 0 -5",
        "in the VMM, after IO_INSTRUCTION: KVM_RUN failed with EIO: KVM does not run this guest any more"
          + " (confidence: high)"
      ),
      (
        "load; pio; entry 1001; exit EXCEPTION_NMI 1001; twin EXCEPTION_NMI 1001; exc 14; exc 8",
        "in KVM, which handles EXCEPTION_NMI: the recording ended after #PF, #DF (confidence: medium)"
      ),
      // Silent: another end is told of, the vCPU is in L1, nobody knows where it is, or it lives on elsewhere.
      ("load; pio; user INTERNAL_ERROR", nil), ("load; pio; inject IO_INSTRUCTION; entry 203", nil),
      ("load; pio; lost; load", nil), ("tsc 0; load", nil), ("load; pio; smm in", nil),
    ] as [(String, String?)])
  func stops(_ script: String, _ end: String?) throws {
    let replay = Replay(
      Script.log(Given.vmm + script), configuration: .only(["stopped-in-l2"]))
    #expect(replay.finding("stopped-in-l2")?.message == end.map { "the events end at L2, \($0)" })
    #expect(replay.verdict == .pass || script.contains("lost"))
    #expect(Replay(Script.log(Given.vmm + script)).finding("stopped-in-l2") == nil)
  }

  @Test("the end of a window is not the vCPU's")
  func windowsEnd() {
    let log = Script.log(Given.vmm + "load; pio; entry 1001")
    let checks = CheckConfiguration.only(["stopped-in-l2"])
    #expect(Replay(log, window: 0..<1050, configuration: checks).findings == "")
    #expect(Replay(log, window: 1050..<5000, configuration: checks).findings == "stopped-in-l2")
  }

  @Test(
    "severities of an end",
    arguments: [
      ("exit CPUID 90; entry 92; exit TRIPLE_FAULT 92; user SHUTDOWN", Severity.error),
      ("svm exit io 90; entry 92; exit shutdown 92; user SHUTDOWN", .error),
      ("svm exit vmrun 90; entry 93; exit shutdown 93; user SHUTDOWN", .error),
      ("svm exit shutdown 92; twin shutdown 92; user SHUTDOWN", .note),
      ("svm exit io 90; entry 92; lost; load; user SHUTDOWN", .warning),
      ("exit CPUID 90; entry 92; lost; load; user SHUTDOWN", .error),
    ])
  func severitiesOfEnds(_ script: String, _ severity: Severity) throws {
    let finding = try #require(
      Replay(Script.log(script), configuration: .only(["terminal-exit"])).finding("terminal-exit"))
    #expect(finding.severity == severity)
  }

  @Test("an exception of long ago is not part of the chain")
  func oldExceptions() throws {
    let script =
      "load; exit CPUID 90; exc 14; entry 90;" + Self.times(4, "exit CPUID 90; entry 92")
      + "exit TRIPLE_FAULT 92; user SHUTDOWN"
    let finding = try #require(Replay(Script.log(script)).finding("terminal-exit"))
    #expect(!finding.message.contains("#PF"))
  }

  @Test("a rate is one of a time that is long enough")
  func rates() {
    func findings(_ count: Int, _ step: Int, _ budget: String) -> String {
      let script = (0..<count).map { _ in "+\(step) exit CPUID 100; entry 102;" }.joined()
      return Replay(
        Script.log(script), configuration: .only(["exit-rate"], ["exit-rate.budget=" + budget])
      ).findings
    }
    // 200 exits in 200 ms.
    #expect(findings(200, 1_000_000, "999") == "exit-rate ×200")
    #expect(findings(200, 1_000_000, "1010") == "")
    #expect(findings(200, 100_000, "999") == "")
  }
}
