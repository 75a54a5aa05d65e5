import KVMEvents
import Testing
import TimelineTestSupport
import TraceChecks

/// "Nested correctness": each check fires on its pattern, and each of its guards keeps it silent.
struct NestedCheckTests {
  /// L2 runs, and that is proved.
  private static let l2 = """
    exit VMLAUNCH 200; vmenter 200 1000; entry 1000; exit HLT 1000; twin HLT 1000; entry 1001;
    """
  /// L2 had an exit, and L1 runs after it was told.
  private static let l1 = l2 + "exit HLT 1001; twin HLT 1001; inject HLT; entry 300;"
  private static let next = "exit HLT 1002; twin HLT 1002; inject HLT; entry 300"

  private static func nested(
    _ what: String, _ script: String, _ findings: String = "", _ verdict: Verdict = .pass,
    without: Set<EventKind> = []
  ) -> CheckCase {
    CheckCase(
      what, script, findings, verdict, without: without, checks: .groups([.nested, .trace]))
  }

  static let reflectionTable: [CheckCase] = [
    nested(
      "CPUID is kept", l2 + "exit CPUID 1001; twin CPUID 1001; entry 1003; " + next,
      "unreflected-exit", .fail),
    nested(
      "Hyper-V refuses a hypercall of L2 that is not at CPL 0",
      l2 + "exit VMCALL 1001; twin VMCALL 1001; exc 6; entry 1001; " + next),
    nested(
      "and the next thing of L2 is an inject",
      l2 + "exit CPUID 1001; twin CPUID 1001; entry 1003; virq; inject EXTERNAL_INTERRUPT",
      "unreflected-exit", .fail),
    nested(
      "a triple fault is kept",
      l2 + "exit TRIPLE_FAULT 1001; twin TRIPLE_FAULT 1001; entry 1001; " + next,
      "unreflected-exit", .fail),
    nested(
      "AMD: VMRUN of L2 is kept",
      """
      svm exit vmrun 200; vmenter 200 1000; entry 1000; exit vmrun 1000; twin vmrun 1000
      entry 1003; exit hlt 1003; twin hlt 1003
      """,
      "unreflected-exit", .fail),
    nested("CPUID is reflected", l2 + "exit CPUID 1001; twin CPUID 1001; inject CPUID; entry 300"),
    nested("RDMSR may be kept", l2 + "exit MSR_READ 1001; twin MSR_READ 1001; entry 1003; " + next),
    nested("VMREAD may be kept", l2 + "exit VMREAD 1001; twin VMREAD 1001; entry 1004; " + next),
    nested(
      "answered on another CPU: a gap may not be told yet",
      l2 + "exit CPUID 1001; twin CPUID 1001; c1 entry 1003; " + next),
    nested(
      "the twin is not that of the exit before it",
      l1 + "exit VMRESUME 300; vmenter 300 1000; twin CPUID 1000; entry 1002; " + next),
    nested(
      "nobody sees who goes on", l2 + "exit CPUID 1001; twin CPUID 1001; entry 1003"),
    nested(
      "the VMM may have moved the vCPU",
      l2 + "exit CPUID 1001; twin CPUID 1001; user IO; load; entry 1003; " + next),
    nested(
      "SMM came between", l2 + "exit CPUID 1001; twin CPUID 1001; smm in; entry 8000; exit HLT 8000"
    ),
    nested(
      "the twin is that of an exit that was lost, on a CPU whose gap is not told yet",
      """
      load; svm exit vmrun 200; vmenter 200 1000; entry 1000; exit hlt 1000; twin hlt 1000; inject hlt
      entry 300; exit vmrun 300; vmenter 300 1000; c1 twin npf 1000; entry 1000; exit npf 1001; twin npf 1001
      """),
    nested(
      "the inject was lost, on a CPU whose gap is not told yet",
      l2 + "exit CPUID 1001; twin CPUID 1001; c1 entry 1003; " + next),
    nested(
      "SMM came behind the entry, which never reached the guest",
      l2 + "exit CPUID 1001; twin CPUID 1001; entry 1003; smm in; smm out; " + next),
    nested(
      "events were lost", l2 + "exit CPUID 1001; twin CPUID 1001; entry 1003; lost; " + next, "",
      .inconclusive),
    nested(
      "Hyper-V's TLB flush is L0's",
      l2 + "exit VMCALL 1001; twin VMCALL 1001; hv; entry 1004; " + next),
    nested(
      "an earlier hypercall of that kind says nothing",
      l2 + """
        exit VMCALL 1001; twin VMCALL 1001; hv; entry 1004
        exit VMCALL 1004; twin VMCALL 1004; entry 1007;
        """ + next, "unreflected-exit", .fail),
    nested(
      "without its event nobody knows",
      l2 + "exit VMCALL 1001; twin VMCALL 1001; entry 1004; " + next, without: [.hyperVHypercall]),
    nested(
      "BUS_LOCK is for L0",
      l2 + "exit BUS_LOCK 1001; twin BUS_LOCK 1001; inject BUS_LOCK; entry 300",
      "wrongly-reflected-exit"),
    nested(
      "PML_FULL by hardware is for L0",
      l2 + "exit PML_FULL 1001; twin PML_FULL 1001; inject PML_FULL; entry 300",
      "wrongly-reflected-exit"),
    nested(
      "L1's own log is full",
      l2 + "exit EPT_VIOLATION 1001; twin EPT_VIOLATION 1001; inject PML_FULL; entry 300"),
    nested(
      "L1's own timer",
      l2 + "exit PREEMPTION_TIMER 1001; twin PREEMPTION_TIMER 1001; inject PREEMPTION_TIMER"),
    nested(
      "another reason than the exit's", l2 + "exit CPUID 1001; twin CPUID 1001; inject VMCALL",
      "reflected-reason-mismatch"),
    nested(
      "a triple fault is told as something else",
      l2 + "exit TRIPLE_FAULT 1001; twin TRIPLE_FAULT 1001; inject HLT",
      "reflected-reason-mismatch"),
    nested(
      "the vCPU came to another CPU before: a gap may not be told yet",
      l2 + "exit TRIPLE_FAULT 1001; twin TRIPLE_FAULT 1001; c1 inject HLT"),
    nested(
      "the twin is not that of the exit before it",
      l1 + "exit VMRESUME 300; vmenter 300 1000; twin CPUID 1000; inject HLT"),
    nested(
      "what becomes due while L0 handles an exit of its own",
      l2 + "exit MSR_READ 1001; twin MSR_READ 1001; inject EXTERNAL_INTERRUPT; entry 300"),
    nested(
      "Hyper-V's synthetic exit behind a TLB flush",
      l2 + "exit VMCALL 1001; twin VMCALL 1001; hv; inject 0x10000031; entry 300"),
    nested(
      "the VMM came between",
      l2 + "exit CPUID 1001; twin CPUID 1001; user IO; load; inject TRIPLE_FAULT; entry 300"),
    nested(
      "an entry came between",
      l2 + "exit CPUID 1001; twin CPUID 1001; inject CPUID; entry 300; inject TRIPLE_FAULT"),
  ]

  static let levelTable: [CheckCase] = [
    nested(
      "L1 goes on and was told nothing",
      l2 + "exit HLT 1001; twin HLT 1001; entry 300; exit VMREAD 300; entry 303",
      "lost-inject", .fail),
    nested(
      "a vanished exit is not a kept one too, when L2 runs again",
      l2 + """
        exit CPUID 1001; twin CPUID 1001; entry 300; exit VMREAD 300; entry 303
        exit VMRESUME 303; vmenter 303 1003; entry 1003;
        """ + next, "lost-inject", .fail),
    nested(
      "the first event on another CPU is L1's: a gap may not be told yet",
      l2 + "exit HLT 1001; twin HLT 1001; entry 1002; c1 exit VMREAD 300; entry 303"),
    nested(
      "once L2 was seen there, it counts again",
      l2
        + "c1 exit HLT 1001; twin HLT 1001; entry 1002; exit HLT 1002; twin HLT 1002; entry 300; exit VMREAD 300; entry 303",
      "lost-inject", .fail),
    nested("L1 was told", l1 + "exit VMREAD 300; entry 303"),
    nested(
      "the VMM reset it",
      l2 + "exit HLT 1001; twin HLT 1001; user INTR; load; entry fff0; exit CPUID fff0; entry fff2"
    ),
    nested(
      "SMM took it",
      l2 + "exit HLT 1001; twin HLT 1001; smm in; entry 8000; exit CPUID 8000; entry 8002"),
    nested(
      "hardware refused the entry",
      l1 + "exit VMRESUME 300; vmenter 300 1002; entry 1002; vmfail; entry 303; exit CPUID 303",
      "vm-entry-failed"),
    nested(
      "an entry whose event says nothing of success",
      l1 + "exit VMRESUME 300; vmenter 300 1002; entry 310; exit VMREAD 310; entry 313"),
    nested(
      "AMD: INIT leaves L2 without a word",
      """
      svm exit vmrun 200; vmenter 200 1000; entry 1000; exit hlt 1000; twin hlt 1000; out S; in
      entry 0; exit io 5; entry 7
      """),
    nested(
      "AMD: no INIT",
      """
      svm exit vmrun 200; vmenter 200 1000; entry 1000; exit hlt 1000; twin hlt 1000
      entry 300; exit io 100005; entry 100007
      """, "lost-inject", .fail),
    nested(
      "a timer that was disabled is dropped early (6.9)",
      l2 + "exit PREEMPTION_TIMER 1001; entry 1001; " + next),
    nested(
      "a timer of L1, handled like any other exit",
      l2 + "exit PREEMPTION_TIMER 300; unload; load; entry 300; " + next, "l2-without-entry"),
    nested(
      "L1 halts just like L2 did, elsewhere",
      l2 + "exit HLT 1001; twin HLT 1001; entry 300; exit HLT 300; entry 302", "lost-inject", .fail),
    nested(
      "a gap on the CPU before, though nothing shows that the vCPU left it",
      l2
        + "exit CPUID 1001; twin CPUID 1001; c1 in; t100 entry 300; exit VMREAD 300; entry 303; t5 c0 lost; other",
      "", .inconclusive),
    nested(
      "the same where it was preempted before the gap",
      l2
        + "exit CPUID 1001; twin CPUID 1001; out R; c1 in; t100 entry 300; exit VMREAD 300; entry 303; t5 c0 lost; other",
      "", .inconclusive),
    nested(
      "and without the gap",
      l2
        + "exit CPUID 1001; twin CPUID 1001; out R; c1 in; t100 entry 300; exit VMREAD 300; entry 303; t5 c0 other",
      "lost-inject", .fail),
    nested(
      "preempted, and kept by L0 on the other side of the gap",
      l2 + "exit CPUID 1001; twin CPUID 1001; out R; c1 in; t100 entry 1003; " + next
        + "; t5 c0 lost; other",
      "", .inconclusive),
    nested(
      "preempted, and nothing is odd: L2 may have run in the gap",
      l2
        + "exit CPUID 1001; twin CPUID 1001; out R; c1 in; t100 inject CPUID; entry 300; t5 c0 lost; other",
      "", .inconclusive),
    nested(
      "AMD: INIT and SIPI, and the first exit is far from there",
      """
      svm exit vmrun 200; vmenter 200 1000; entry 1000; exit hlt 1000; twin hlt 1000
      entry 0; exit io 100005; entry 100007
      """),
    nested(
      "a stale exit (up to 5.7)",
      l2 + "exit HLT 1001; twin HLT 1001; entry 1002; exit HLT 1002; entry 1002"),
    nested(
      "without the events of SMM nobody knows",
      l2 + "exit HLT 1001; twin HLT 1001; entry 300; exit VMREAD 300; entry 303",
      without: [.smmTransition]),
    nested(
      "L2 without an entry", l1 + "exit VMREAD 300; entry 303; exit HLT 1002; twin HLT 1002",
      "l2-without-entry"),
    nested(
      "the trace begins", "exit HLT 1002; twin HLT 1002; inject HLT; entry 300"),
    nested(
      "KVM_SET_NESTED_STATE on AMD",
      """
      svm exit vmrun 200; vmenter 200 1000; entry 1000; exit hlt 1000; twin hlt 1000; inject hlt
      entry 300; exit io 300; user IO; load; entry 1000; exit hlt 1000; twin hlt 1000
      """),
    nested(
      "RSM with what SMM was entered from unknown",
      l1 + "exit CPUID 300; smm in; smm in; smm out; entry 1001; exit HLT 1001; twin HLT 1001"),
    nested(
      "RSM into L2 though SMM was entered from L1: what SMRAM says counts",
      l1 + "exit CPUID 300; smm in; smm out; entry 1001; exit HLT 1001; twin HLT 1001"),
    nested(
      "before 6.1, L2 begins right behind VMLAUNCH",
      l1 + "exit VMRESUME 300; entry 303; exit HLT 303; twin HLT 303"),
    nested(
      "events were lost",
      l1 + "exit VMREAD 300; entry 303; lost; exit HLT 1002; twin HLT 1002; inject HLT", "",
      .inconclusive),
    nested(
      "RSM comes back to L1",
      l2 + "exit HLT 1001; twin HLT 1001; smm in; smm out; entry 300; exit VMREAD 300; entry 303",
      "smm-lost-l2"),
    nested(
      "RSM comes back to L2",
      l2 + "exit HLT 1001; twin HLT 1001; smm in; smm out; entry 1002; " + next),
    nested(
      "behind RSM L1 is told",
      l2
        + "exit HLT 1001; twin HLT 1001; smm in; smm out; inject EXTERNAL_INTERRUPT; entry 300; exit VMREAD 300"
    ),
    nested(
      "the VMM behind RSM",
      l2
        + "exit HLT 1001; twin HLT 1001; smm in; smm out; user INTR; load; entry 300; exit VMREAD 300"
    ),
  ]

  static let entryTable: [CheckCase] = [
    nested(
      "a check failed",
      l1 + "exit VMRESUME 300; vmenter 300 1002; vmfail; entry 303; exit CPUID 303",
      "nested-entry-failed"),
    nested(
      "AMD: the entry is refused behind its event",
      "svm exit vmrun 200; vmenter 200 1000; inject ERR; entry 203", "nested-entry-failed"),
    nested(
      "failures without an entry of L2 between are one",
      l1 + "exit VMRESUME 300; vmfail; entry 303; exit VMRESUME 300; vmfail; entry 303",
      "nested-entry-failed ×2"),
    nested(
      "an entry of L2 parts them",
      l1 + """
        exit VMRESUME 300; vmfail; entry 303; exit VMRESUME 303; vmenter 303 1002; entry 1002
        exit HLT 1002; twin HLT 1002; inject HLT; entry 300; exit VMRESUME 300; vmfail; entry 303
        """, "nested-entry-failed, nested-entry-failed"),
    nested(
      "hardware refused L2, and L1 was told",
      "exit VMLAUNCH 200; vmenter 200 1000; entry 1000; exit FAILED_ENTRY 1000; twin FAILED_ENTRY 1000; inject FAILED_ENTRY; entry 300",
      "vm-entry-failed"),
    nested(
      "hardware refused L1",
      "exit VMLAUNCH 200; entry 203; exit FAILED_ENTRY 203; user FAIL_ENTRY", "vm-entry-failed",
      .fail),
    nested(
      "AMD: hardware refused L1", "svm exit io 200; entry 202; exit ERR 202; user FAIL_ENTRY",
      "vm-entry-failed", .fail),
    nested(
      "AMD, behind VMRUN",
      "svm exit vmrun 200; entry 203; exit ERR 203; user FAIL_ENTRY", "vm-entry-failed", .fail),
    nested(
      "hardware refused the instruction",
      "exit CPUID 200; entry 202; user FAIL_ENTRY", "vm-entry-failed", .fail),
    nested("an exit is no refusal", "exit CPUID 200; entry 202; exit HLT 202; user INTR"),
    nested(
      "the VM is bugged",
      "exit CPUID 200; entry 202; exit HLT 202; user INTR -5; load; user INTR -5",
      "vm-bugged ×2", .fail),
    nested(
      "and stays so",
      "exit CPUID 200; entry 202; exit HLT 202; user IO -5; user IO -5; user IO -5; user IO -5",
      "vm-bugged ×4", .fail),
    nested("once is not enough", "exit CPUID 200; entry 202; exit HLT 202; user INTR -5"),
    nested(
      "an entry in between",
      "exit CPUID 200; entry 202; exit HLT 202; user INTR -5; load; entry 203; exit HLT 203; user INTR -5"
    ),
    nested("a signal", "exit CPUID 200; entry 202; exit HLT 202; user INTR -4; user INTR -4"),
    nested(
      "another end in between",
      "exit CPUID 200; entry 202; exit HLT 202; user INTR -5; user INTR -4; user INTR -5"),
  ]

  @Test("reflection", arguments: reflectionTable) func reflection(_ item: CheckCase) {
    item.check()
  }

  @Test("levels", arguments: levelTable) func levels(_ item: CheckCase) { item.check() }

  @Test("entries", arguments: entryTable) func entries(_ item: CheckCase) { item.check() }

  static let waitTable: [(script: String, findings: String)] = [
    ("t7 c1 accept 0 49; t100 c0 +2000 exit HLT 1001; twin HLT 1001", "stuck-in-l2"),
    // Once for each wait.
    (
      "t7 c1 accept 0 49; t100 c0 +2000 exit HLT 1001; twin HLT 1001; entry 1002; +2000 exit HLT 1002; twin HLT 1002",
      "stuck-in-l2"
    ),
    ("t7 c1 accept 0 49; t100 c0 +500 exit HLT 1001; twin HLT 1001", ""),
    ("t7 c1 accept 1 49; t100 c0 +2000 exit HLT 1001; twin HLT 1001", ""),
    (
      "t7 c1 accept 0 49; t100 c0 virq 49; +2000 exit HLT 1001; twin HLT 1001", ""
    ),
    (
      "t7 c1 accept 0 49; t100 c0 exit EXTERNAL_INTERRUPT 1001; twin EXTERNAL_INTERRUPT 1001; inject EXTERNAL_INTERRUPT; entry 300; +2000 exit VMRESUME 300; vmenter 300 1001; entry 1001; exit HLT 1001; twin HLT 1001",
      ""
    ),
    (
      "t7 c1 accept 0 49; t100 c0 exit IO_INSTRUCTION 1001; twin IO_INSTRUCTION 1001; user IO; +2000 load; entry 1002; exit HLT 1002; twin HLT 1002",
      ""
    ),
    // Accepted while L1 ran.
    (
      "exit HLT 1001; twin HLT 1001; inject HLT; entry 300; t7 c1 accept 0 49; t100 c0 exit VMRESUME 300; vmenter 300 1001; entry 1001; +2000 exit HLT 1001; twin HLT 1001",
      ""
    ),
    // Two VMs have a vCPU 0.
    ("t7 c1 v0 load; entry 1; accept 0 49; t100 c0 +2000 exit HLT 1001; twin HLT 1001", ""),
  ]

  @Test("an interrupt waits while L2 runs", arguments: waitTable)
  func waits(_ script: String, _ findings: String) {
    let replay = Replay(
      Script.log(Self.l2 + script), configuration: .only(["stuck-in-l2"], ["stuck-in-l2.wait=1us"]))
    #expect(replay.findings == findings)
    #expect(Replay(Script.log(Self.l2 + script)).finding("stuck-in-l2") == nil)
  }

  @Test("two VMs have a vCPU of that number: nobody knows whose interrupt it is")
  func waitsOfTwoVMs() {
    for first in ["t7 c1 v0 load; entry 1; t100 c0 ", "t7 c1 v1 load; entry 1; t100 c0 v0 "] {
      let replay = Replay(
        Script.log(
          first + Self.l2 + "t7 c1 accept 0 49; t100 c0 +2000 exit HLT 1001; twin HLT 1001"),
        configuration: .only(["stuck-in-l2"], ["stuck-in-l2.wait=1us"]))
      #expect(replay.findings == (first.contains("v1") ? "stuck-in-l2" : ""))
    }
  }

  @Test("a storm is long and fast")
  func storm() {
    func findings(_ count: Int, _ step: Int, _ settings: [String] = []) -> String {
      let script =
        Self.l1
        + String(repeating: "exit VMRESUME 300; +\(step) vmfail; entry 303;", count: count)
      return Replay(
        Script.log(script), configuration: .only(["nested-entry-storm"], settings)
      ).findings
    }
    #expect(findings(1000, 100) == "nested-entry-storm ×1000")
    #expect(findings(999, 100) == "")
    #expect(findings(1000, 2_000_000) == "")
    #expect(findings(10, 100, ["nested-entry-storm.count=10"]) == "nested-entry-storm ×10")
    #expect(
      findings(10, 100, ["nested-entry-storm.count=10", "nested-entry-storm.within=500ns"]) == "")
  }
}
