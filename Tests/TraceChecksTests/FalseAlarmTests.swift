import Foundation
import KVMEvents
import KVMTimeline
import Testing
import TimelineTestSupport
import TraceChecks

/// What looks like trouble and is none: every check is on, and none says more than a note.
///
/// The list is that of the contract; recordings of each where there are any stand in ``GroundTruthTests`` and
/// ``LossTests``.
struct FalseAlarmTests {
  private static func times(_ count: Int, _ text: String) -> String {
    String(repeating: text + ";", count: count)
  }

  /// L2 runs, VMX 6.1.
  private static let l2 = """
    load; exit CPUID 100; entry 102; exit VMLAUNCH 200; vmenter 200 1000; entry 1000
    exit HLT 1000; twin HLT 1000; entry 1001;
    """
  /// L2 runs, SVM 6.1.
  private static let svm = """
    load; svm exit io 100; entry 102; exit vmrun 200; vmenter 200 1000; intercepts 3; entry 1000
    exit hlt 1000; twin hlt 1000; entry 1001;
    """

  static let table: [(what: String, script: String)] = [
    (
      "MMIO-heavy L2",
      l2
        + times(
          2000,
          "exit EPT_MISCONFIG 1001; twin EPT_MISCONFIG 1001; emul 1001 4; mmio; unload; user MMIO; load; mmio; entry 1005"
        )
    ),
    (
      "MMIO that the kernel handles, at one address",
      l2
        + times(
          2000, "exit EPT_MISCONFIG 1001; twin EPT_MISCONFIG 1001; emul 1001 4; mmio; entry 1005")
    ),
    (
      "UMIP", l2 + times(20, "exit 46 1001; twin 46 1001; emul 1001 3; entry 1004")
    ),
    (
      "string I/O at one address",
      l2
        + times(
          2000,
          "exit IO_INSTRUCTION 1001; twin IO_INSTRUCTION 1001; emul 1001 2; pio; unload; user IO; load; pio; entry 1001"
        )
    ),
    (
      "a guest that writes to a serial port, byte by byte",
      "load; " + times(3000, "exit IO_INSTRUCTION 100; unload; user IO; load; entry 101")
    ),
    (
      "memory touched page by page by one instruction",
      "load; "
        + (0..<3000).map {
          "exit EPT_VIOLATION 100; fault \(String(4096 * $0, radix: 16)); entry 100;"
        }.joined()
    ),
    (
      "#UD in L2, with the forced emulation prefix",
      l2
        + times(
          3,
          "exit EXCEPTION_NMI 1001; twin EXCEPTION_NMI 1001; emul 1006 3; entry 1009; exit EXCEPTION_NMI 1010; twin EXCEPTION_NMI 1010; emul 1010 2; exc 6; entry 1020"
        )
    ),
    (
      "#GP in L2: the backdoor of VMware",
      l2 + "exit EXCEPTION_NMI 1001; twin EXCEPTION_NMI 1001; emul 1001 1; entry 1002"
    ),
    (
      "a hypercall of Intel's patched on AMD",
      svm
        + "exit excp_UD 1001; twin excp_UD 1001; emul 1001 3; entry 1001; exit vmmcall 1001; twin vmmcall 1001; inject vmmcall; entry 300"
    ),
    (
      "Hyper-V as L1: L0 flushes for L2",
      l2 + times(50, "exit VMCALL 1001; twin VMCALL 1001; hv; entry 1004")
    ),
    (
      "SMM with a well-behaved RSM into L2",
      l2
        + "exit HLT 1001; twin HLT 1001; smm in; entry 8000; exit EXCEPTION_NMI 800b; emul 800b 2; smm out; vmenter 800b 1002; entry 1002; exit CPUID 1002; twin CPUID 1002; inject CPUID; entry 300"
    ),
    (
      "the same before 6.1",
      l2
        + "exit HLT 1001; twin HLT 1001; smm in; entry 8000; exit EXCEPTION_NMI 800b; emul 800b 2; smm out; entry 1002; exit CPUID 1002; twin CPUID 1002; inject CPUID; entry 300"
    ),
    (
      "SMM in L2 on AMD",
      svm
        + "exit io 1001; twin io 1001; inject SW; smm in; entry 8000; exit io 8000; entry 8002; smm out; vmenter 8002 1003; entry 1003; exit hlt 1003; twin hlt 1003"
    ),
    (
      "save and restore while in L2, Intel",
      l2
        + "exit IO_INSTRUCTION 1001; twin IO_INSTRUCTION 1001; unload; user IO; tsc 0; vmenter 1002 1002; load; entry 1002; exit CPUID 1002; twin CPUID 1002; inject CPUID; entry 300"
    ),
    (
      "save and restore while in L2, AMD",
      svm
        + "exit io 1001; twin io 1001; unload; user IO; tsc 0; load; entry 1002; exit hlt 1002; twin hlt 1002; inject hlt; entry 300"
    ),
    (
      "reset while in L2",
      l2
        + "exit IO_INSTRUCTION 1001; twin IO_INSTRUCTION 1001; unload; user IO; load; entry fff0; exit CPUID fff0; entry fff2"
    ),
    (
      "L3",
      l2
        + "exit VMRESUME 1001; twin VMRESUME 1001; inject VMRESUME; entry 300; exit VMRESUME 300; vmenter 300 2000; entry 2000; exit CPUID 2000; twin CPUID 2000; inject CPUID; entry 300"
    ),
    (
      "AMD without next RIP: instructions are skipped by emulating them",
      svm + times(20, "exit msr 1001; twin msr 1001; emul 1001 2; entry 1003")
    ),
    (
      "exits in pairs without entries, 5.8 to 5.10",
      "load; "
        + times(
          20, "exit MSR_WRITE 100; exit MSR_WRITE 110; exit PREEMPTION_TIMER 120; entry 120")
    ),
    (
      "L1 in real mode without unrestricted guest",
      "load; exit CPUID 100; entry 102; exit HLT 102; user INTR; load; "
        + (0..<500).map { "emul \(String(0x7c00 + 2 * $0, radix: 16)) 2 real;" }.joined()
        + "entry 200; exit CPUID 200; entry 202"
    ),
    (
      "waiting in a loop of one instruction: interrupts come, milliseconds apart",
      "load; " + times(200, "+4000000 exit EXTERNAL_INTERRUPT 100; entry 100")
    ),
    (
      "an interrupt for L1 leaves L2 that hardware's timer brought back",
      l2
        + "exit PREEMPTION_TIMER 1001; twin PREEMPTION_TIMER 1001; inject PREEMPTION_TIMER; entry 300"
    ),
    (
      "a nested entry that L1 gets wrong, as a test does",
      l2
        + "exit HLT 1001; twin HLT 1001; inject HLT; entry 300; exit VMRESUME 300; vmenter 300 0; vmfail; entry 303; exit CPUID 303; entry 305"
    ),
    (
      "halts of all lengths",
      "load; " + times(200, "exit HLT 100; out S; +5000000 in; wake 5000010 1; virq 48; entry 101")
    ),
  ]

  @Test("a false alarm of the list stays silent", arguments: table.indices)
  func list(_ at: Int) {
    let item = Self.table[at]
    let replay = Replay(Script.log(item.script), configuration: .all)
    let loud = replay.judgement.findings.filter { $0.severity > .note }
    #expect(loud.map { "\($0.check): \($0.message)" } == [], "\(item.what)")
    #expect(replay.verdict == .pass, "\(item.what)")
  }

  @Test(
    "what is no emulation of L2 is nothing else that is wrong with KVM",
    arguments: EmulationCheckTests.harmlessTable)
  func harmless(_ item: CheckCase) {
    let replay = Replay(Script.log(item.script, without: item.without), configuration: .all)
    #expect(replay.judgement.findings.filter { $0.severity == .error }.map(\.check) == [])
  }

  @Test("a second VM on the host has the bug: this one is clean")
  func neighbour() {
    let clean = "exit HLT 1001; twin HLT 1001; entry 1002"
    let replay = Replay(
      Script.log(
        "t100 c0 " + Self.l2 + "t7 c1 v0 " + Given.vmm + "t100 c0 " + clean
          + "; t7 c1 load; emul 1001 1; emul 1002 1; t100 c0 " + clean), configuration: .all)
    #expect(
      replay.judgement.findings.filter { $0.severity == .error }.map(\.check).contains(
        "l2-emulation"))
    #expect(
      replay.judgement.findings.allSatisfy {
        $0.identity?.thread == 7 || $0.check == "stopped-in-l2"
      })
  }

  /// Each begins like a signature of a check, and loses the event that it hangs on.
  static let gaps = [
    "exit CPUID 1001; twin CPUID 1001; lost; +100 entry 300; exit CPUID 300; entry 302",
    "exit CPUID 1001; twin CPUID 1001; entry 1003; lost; +100 exit HLT 1010; twin HLT 1010; entry 1011",
    "exit HLT 1001; twin HLT 1001; lost; +100 exit VMREAD 300; entry 303",
    "exit HLT 1001; twin HLT 1001; inject HLT; lost; +100 exit HLT 1010; twin HLT 1010",
    "exit HLT 1001; twin HLT 1001; smm in; smm out; lost; +100 exit VMREAD 300; entry 303",
    "exit HLT 1001; twin HLT 1001; user INTR -5; lost; +100 load; entry 1002; exit HLT 1002; user INTR -5",
  ]

  @Test("events are lost inside a signature, or the trace begins or ends there", arguments: gaps)
  func loss(_ script: String) throws {
    let lossy = Replay(Script.log(Self.l2 + script), configuration: .all)
    #expect(lossy.judgement.findings.filter { $0.severity > .note }.map(\.check) == [])
    #expect(lossy.verdict == .inconclusive)
    let parts = script.components(separatedBy: "lost;")
    let ends = Replay(Script.log(Self.l2 + parts[0]), configuration: .all)
    let begins = Replay(
      Script.log(parts[1].replacingOccurrences(of: "+100 ", with: "")), configuration: .all)
    for part in [ends, begins] {
      #expect(part.judgement.findings.filter { $0.severity > .note }.map(\.check) == [])
      #expect(part.verdict == .pass)
    }
  }
}
