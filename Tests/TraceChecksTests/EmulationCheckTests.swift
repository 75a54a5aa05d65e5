import KVMEvents
import KVMTimeline
import Testing
import TimelineTestSupport
import TraceChecks

/// `l2-emulation` and `missing-triple-fault`: what is the bug, and what only looks like it.
struct EmulationCheckTests {
  private static func bug(_ count: Int) -> String {
    "l2-emulation ×\(count), missing-triple-fault ×\(count)"
  }

  static let bugsTable: [CheckCase] = [
    CheckCase(
      "5.11 and later, after the VMM",
      Given.vmm + "load; pio; emul 1001 1; emul 1002 1; unload; user INTERNAL_ERROR", bug(2), .fail),
    CheckCase(
      "one instruction is one too many",
      Given.vmm + "load; pio; emul 1001 1; unload; user INTERNAL_ERROR",
      "l2-emulation, missing-triple-fault", .fail),
    CheckCase(
      "an exit that an entry has answered explains no instruction",
      Given.vmm
        + "load; pio; entry 1001; exit HLT 1001; twin HLT 1001; entry 1001; emul 1001 1; emul 1002 1; user INTR",
      bug(2), .fail),
    CheckCase(
      "5.8 to 5.10: kvm_entry and no kvm_exit",
      Given.oldVMM
        + "load; pio; entry 1001; emul 1001 1; emul 1002 1; entry 1003; emul 1003 1; user INTR",
      bug(3), .fail),
    CheckCase(
      "up to 5.7: a stale exit instead of the missing one",
      Given.oldVMM
        + """
        load; pio; entry 1001; exit IO_INSTRUCTION 1001; emul 1001 1; emul 1002 1
        entry 1003; exit IO_INSTRUCTION 1003; emul 1003 1; user INTR
        """,
      bug(3), .fail),
    CheckCase(
      "up to 5.7 in its layout: no vcpu_id in exits",
      "entry 1; old " + Given.oldVMM
        + "load; pio; entry 1001; exit IO_INSTRUCTION 1001; emul 1001 1; emul 1002 1; user INTR",
      bug(2), .fail),
    CheckCase(
      "after RSM, 5.15", Given.rsm + "vmenter 8004 1001; emul 1001 5; emul 1006 2; user INTR",
      bug(2), .fail),
    CheckCase(
      "after RSM, 5.10",
      Given.rsm + "entry 1001; emul 1001 5; emul 1006 2; entry 1008; emul 1008 1",
      bug(3), .fail),
    CheckCase(
      "after KVM_SET_NESTED_STATE",
      "exit CPUID 100; user IO; vmenter 1000 1000; load; emul 1000 1; emul 1001 1; user INTR",
      bug(2), .fail),
    CheckCase(
      "more than the one instruction that an exit asked for",
      "exit EPT_MISCONFIG 1000; twin EPT_MISCONFIG 1000; emul 1000 2; emul 1002 2; entry 1004",
      "l2-emulation, missing-triple-fault", .fail),
    CheckCase(
      "the episode goes on behind the VMM and a preemption",
      Given.vmm
        + "load; emul 1001 1; user IO; out S; in; load; pio; emul 1002 1; out R; in; emul 1003 1",
      bug(3), .fail),
    CheckCase(
      "the VMM repairs the state and L2 goes on: the emulation is all there is",
      Given.vmm
        + "load; emul 1001 1; emul 1002 1; user IO; load; entry 1003; exit HLT 1003; twin HLT 1003; pio",
      bug(2), .fail),
    CheckCase(
      "two episodes are two findings of each check",
      Given.vmm
        + """
        load; emul 1001 1; emul 1002 1; user IO; load; entry 1003; exit IO_INSTRUCTION 1003
        twin IO_INSTRUCTION 1003; user IO; load; emul 1004 1; emul 1005 1; user INTR
        """,
      bug(2) + ", " + bug(2), .fail),
    CheckCase(
      "the second event of an instruction that failed does not count",
      Given.vmm + "load; emul 1001 1; emul 1002 2; emul 1002 2 fail; user INTERNAL_ERROR", bug(2),
      .fail),
    CheckCase(
      "L1 is told in the end: emulated all the same, but nothing is missing",
      Given.vmm + "load; emul 1001 1; emul 1002 1; inject TRIPLE_FAULT; entry 300",
      "l2-emulation ×2, synthesized-triple-fault", .fail),
    CheckCase(
      "another inject is not what L1 must be told",
      Given.vmm + "load; emul 1001 1; emul 1002 1; inject EXTERNAL_INTERRUPT; entry 300", bug(2),
      .fail),
    CheckCase(
      "SMM ends the episode", Given.vmm + "load; emul 1001 1; emul 1002 1; smm in; emul 8000 1",
      bug(2), .fail),
    CheckCase(
      "the trace ends in the middle", Given.vmm + "load; emul 1001 1; emul 1002 1", bug(2), .fail),
    CheckCase(
      "a loss behind it takes nothing back",
      Given.vmm + "load; emul 1001 1; emul 1002 1; lost; +100 entry 300; exit CPUID 300; pio",
      bug(2), .fail),
    CheckCase(
      "the vCPU is gone before the end", Given.vmm + "load; emul 1001 1; emul 1002 1; gone 100",
      bug(2), .fail),
    CheckCase(
      "a livelock: the same instruction again and again",
      Given.vmm + "load; emul 1001 3; emul 1001 3; emul 1001 3; user INTR", bug(3), .fail),
    CheckCase(
      "the bug on one vCPU beside others",
      "t7 exit CPUID 100; entry 102; t100 " + Given.vmm
        + "load; emul 1001 1; t8 exit HLT 100; t100 emul 1002 1; t7 exit CPUID 102; t8 pio",
      bug(2), .fail),
  ]

  static let harmlessTable: [CheckCase] = [
    CheckCase(
      "MMIO of L2",
      """
      exit EPT_MISCONFIG 1000; twin EPT_MISCONFIG 1000; emul 1000 2; mmio; unload; user MMIO
      load; mmio; entry 1002; exit EPT_MISCONFIG 1002; twin EPT_MISCONFIG 1002; emul 1002 2; entry 1004
      """),
    CheckCase(
      "#UD of L2", "exit EXCEPTION_NMI 1000; twin EXCEPTION_NMI 1000; emul 1000 2; exc; entry 1000"),
    CheckCase(
      "a forced emulation prefix: five bytes on",
      "exit EXCEPTION_NMI 1000; twin EXCEPTION_NMI 1000; emul 1005 2; entry 1007"),
    CheckCase(
      "string I/O of L2, in rounds",
      """
      exit IO_INSTRUCTION 1000; twin IO_INSTRUCTION 1000; emul 1000 2; pio; user IO; load; pio
      entry 1000; exit IO_INSTRUCTION 1000; twin IO_INSTRUCTION 1000; emul 1000 2; pio; entry 1002
      """),
    CheckCase(
      "an instruction of L2 that cannot be emulated",
      "exit EXCEPTION_NMI 1000; twin EXCEPTION_NMI 1000; emul 1000 2; emul 1000 2 fail; exc; entry 1000"
    ),
    CheckCase(
      "the handler of SMM, entered from L2, on a host that must emulate it",
      "exit HLT 1000; twin HLT 1000; smm in; emul 8000 2; emul 8002 2; user IO; load; pio; emul 8004 2"
    ),
    CheckCase(
      "L1 in real mode without unrestricted guest",
      "exit VMLAUNCH 200; entry 203; exit CPUID 203; entry 205; emul 205 2; emul 207 2; entry 209"),
    CheckCase(
      "L1 that is told of an exit and then emulated",
      "exit CPUID 1000; twin CPUID 1000; inject CPUID; emul 300 2; emul 302 2; entry 304"),
    CheckCase(
      "L1 whose VMLAUNCH failed, and then emulated",
      "exit VMLAUNCH 200; vmenter 200 1000; vmfail; emul 203 2; emul 205 2; entry 207"),
    CheckCase(
      "userspace resets the vCPU while in L2: real mode at the reset vector",
      Given.vmm + "load; emul fff0 5 real; emul e05b 2 real; entry 100; exit CPUID 100; pio"),
    CheckCase(
      "a new vCPU on the thread of one that died in L2",
      Given.vmm + "tsc 0; load; emul fff0 5 real; emul e05b 2 real; entry 100; exit CPUID 100; pio"),
    CheckCase(
      "a new vCPU that is emulated from the start beside one that was in L2",
      Given.vmm + "tsc 0; load; emul 1001 1; emul 1002 1; user IO"),
    CheckCase(
      "VMX: SMM entered right behind an interrupt for L1, and L1 is emulated afterwards",
      """
      exit HLT 1000; twin HLT 1000; inject EXTERNAL_INTERRUPT; smm in; entry 8000
      exit EXCEPTION_NMI 8000; emul 8000 2; smm out; emul 300 2; emul 302 2; entry 304
      """),
    CheckCase(
      "AMD: VMRUN is emulated before L2 is entered",
      """
      svm exit vmrun 200; emul 200 3; vmenter 200 1000; entry 1000; exit excp_UD 1000
      twin excp_UD 1000; emul 1000 3; entry 1000
      """),
    CheckCase(
      "AMD has no such bug: emulation to skip instructions",
      "svm exit msr 1000; twin msr 1000; emul 1000 2; emul 1002 2; entry 1004"),
    CheckCase(
      "AMD after the VMM",
      "svm exit io 1000; twin io 1000; user IO; load; emul 1001 1; emul 1002 1; entry 1003"),
    CheckCase(
      "exits in pairs without entries, 5.8 to 5.10",
      "exit MSR_WRITE 100; exit MSR_WRITE 102; exit VMLAUNCH 200; entry 203; exit PREEMPTION_TIMER 203"
    ),
    CheckCase(
      "a wait for the timer between exit and twin",
      "exit EPT_MISCONFIG 1000; mention; twin EPT_MISCONFIG 1000; emul 1000 2; entry 1002"),
    CheckCase(
      "a preemption between exit and twin, and before the instruction",
      "exit EPT_MISCONFIG 1000; out R; in; twin EPT_MISCONFIG 1000; out R; in; emul 1000 2; entry 1002"
    ),
    CheckCase(
      "the trace begins between the twin and the instruction: not known to be L2",
      "load; emul 1000 2; entry 1002; exit HLT 1002; twin HLT 1002; entry 1003"),
    CheckCase(
      "L1's own exit that repeats the last one of L2",
      """
      exit IO_INSTRUCTION 1000; twin IO_INSTRUCTION 1000; inject IO_INSTRUCTION; entry 300
      exit IO_INSTRUCTION 300; emul 300 2; entry 302
      """),
    CheckCase("no nested guest at all", "exit CPUID 100; entry 102; emul 102 1; emul 103 1"),
    CheckCase(
      "no nested guest, kvm_nested_vmexit not recorded",
      "exit CPUID 100; entry 102; exit HLT 102; pio",
      without: [.nestedExit, .nestedExitInject]),
  ]

  static let undecidedTable: [CheckCase] = [
    CheckCase(
      "emulated elsewhere after the VMM had the vCPU: L2, or L1 after a reset",
      Given.vmm + "load; emul 5000 1; emul 5001 1; entry 5002", "", .inconclusive),
    CheckCase(
      "restored in SMM with a nested guest: RSM returns nobody knows where, and that is emulated",
      """
      exit CPUID 100; user IO; vmenter 1000 1000; smm in; load; entry 8000
      exit EXCEPTION_NMI 8000; emul 8000 2; smm out; emul 1001 1; emul 1002 1; user INTR
      """,
      "", .inconclusive),
    CheckCase(
      "kvm_nested_vmexit was not recorded",
      "exit VMLAUNCH 200; vmenter 200 1000; entry 1000; exit IO_INSTRUCTION 1000; user IO", "",
      .inconclusive, without: [.nestedExit]),
    CheckCase(
      "kvm_emulate_insn was not recorded",
      Given.vmm + "load; entry 1001; exit HLT 1001; twin HLT 1001",
      "", .inconclusive, without: [.emulateInstruction]),
    CheckCase(
      "lost while in L2", Given.vmm + "lost; +100 entry 300; exit CPUID 300; pio", "", .inconclusive
    ),
    CheckCase(
      "lost while in L1, which was in L2 before",
      "exit CPUID 1000; twin CPUID 1000; inject CPUID; entry 300; exit HLT 300; pio; lost; +100 entry 301",
      "", .inconclusive),
    CheckCase(
      "lost on a vCPU of which nothing is known",
      "load; lost; +100 exit VMLAUNCH 200; entry 203; exit CPUID 203; pio", "", .inconclusive),
    CheckCase(
      "lost right behind VMLAUNCH",
      "exit CPUID 100; entry 102; exit VMLAUNCH 200; lost; +100 entry 300",
      "", .inconclusive),
  ]

  static let decidedTable: [CheckCase] = [
    CheckCase(
      "lost on a vCPU that never was in L2",
      "exit CPUID 100; pio; entry 102; exit CPUID 102; pio; lost; +100 entry 104; exit HLT 104; pio"
    ),
    CheckCase(
      "lost on another CPU than that of the vCPU in L2",
      "t7 c1 exit HLT 100; pio; t100 c0 " + Given.vmm
        + "c1 lost; c0 load; entry 1001; exit HLT 1001; twin HLT 1001"),
    CheckCase(
      "lost while the vCPU in L2 sleeps",
      """
      exit HLT 1000; twin HLT 1000; out S; other; lost; +100 in; wake 90 1; entry 1001
      exit HLT 1001; twin HLT 1001; pio
      """),
    CheckCase("the trace ends in L2", Given.vmm),
    CheckCase(
      "the trace begins in L2",
      "exit HLT 1000; twin HLT 1000; entry 1001; exit CPUID 1001; twin CPUID 1001"),
  ]

  @Test("the bug", arguments: bugsTable) func bugs(_ item: CheckCase) { item.check() }

  @Test("false alarms stay silent", arguments: harmlessTable) func harmless(_ item: CheckCase) {
    item.check()
  }

  @Test("not judged, and said so", arguments: undecidedTable) func undecided(_ item: CheckCase) {
    item.check()
  }

  @Test("judged in spite of gaps and ends", arguments: decidedTable) func decided(_ item: CheckCase)
  {
    item.check()
  }

  @Test("the span is that of the first and the last instruction")
  func span() throws {
    let replay = Replay(
      Script.log(
        Given.vmm + "load; @5000 emul 1001 1; @5500 emul 1002 1; @7000 emul 1003 1; user INTR"))
    for check in ["l2-emulation", "missing-triple-fault"] {
      let finding = try #require(replay.finding(check))
      #expect(finding.begin == 5000)
      #expect(finding.end == 7000)
      #expect(finding.count == 3)
      #expect(finding.level == .l2)
      #expect(finding.severity == .error)
      #expect(finding.identity?.thread == 100)
    }
  }

  @Test("one instruction alone is a warning of l2-emulation")
  func single() throws {
    let replay = Replay(Script.log(Given.vmm + "load; emul 1001 1; user INTERNAL_ERROR"))
    #expect(try #require(replay.finding("l2-emulation")).severity == .warning)
    #expect(try #require(replay.finding("missing-triple-fault")).severity == .error)
  }
}
