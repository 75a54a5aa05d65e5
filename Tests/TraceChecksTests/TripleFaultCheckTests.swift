import KVMEvents
import Testing
import TimelineTestSupport
import TraceChecks

/// Triple faults of L2: by hardware, synthesized, escaped; and a run of L2 that is refused.
struct TripleFaultCheckTests {
  static let toldTable: [CheckCase] = [
    CheckCase(
      "by hardware",
      "exit TRIPLE_FAULT 1000; twin TRIPLE_FAULT 1000; inject TRIPLE_FAULT; entry 300",
      "l2-triple-fault"),
    CheckCase(
      "by hardware, AMD", "svm exit shutdown 1000; twin shutdown 1000; inject shutdown; entry 300",
      "l2-triple-fault"),
    CheckCase(
      "synthesized after the VMM", Given.vmm + "load; pio; inject TRIPLE_FAULT; entry 300",
      "synthesized-triple-fault"),
    CheckCase(
      "synthesized after RSM", Given.rsm + "vmenter 8004 1001; inject TRIPLE_FAULT; entry 300",
      "synthesized-triple-fault"),
    CheckCase(
      "synthesized out of a chain of exceptions",
      "exit EXCEPTION_NMI 1000; twin EXCEPTION_NMI 1000; exc; inject TRIPLE_FAULT; entry 300",
      "synthesized-triple-fault"),
    CheckCase(
      "synthesized, AMD",
      "svm exit io 1000; twin io 1000; user IO; load; inject shutdown; entry 300",
      "synthesized-triple-fault"),
    CheckCase(
      "a hardware exit that the VMM stands behind is not what the inject answers",
      """
      exit TRIPLE_FAULT 1000; twin TRIPLE_FAULT 1000; inject TRIPLE_FAULT; entry 300
      exit VMRESUME 300; vmenter 300 1000; entry 1000; exit IO_INSTRUCTION 1000
      twin IO_INSTRUCTION 1000; user IO; load; inject TRIPLE_FAULT; entry 300
      """,
      "l2-triple-fault, synthesized-triple-fault"),
    CheckCase(
      "L1's own triple fault is not L2's",
      "exit VMLAUNCH 200; entry 203; exit TRIPLE_FAULT 203; user SHUTDOWN"),
  ]

  static let escapedTable: [CheckCase] = [
    CheckCase(
      "VMX: never legal", "exit TRIPLE_FAULT 1000; twin TRIPLE_FAULT 1000; unload; user SHUTDOWN",
      "triple-fault-escaped", .fail),
    CheckCase(
      "the VMM had the vCPU meanwhile, and may have asked for it",
      "exit TRIPLE_FAULT 1000; twin TRIPLE_FAULT 1000; user INTR; load; user SHUTDOWN"),
    CheckCase(
      "SVM: L1 does not intercept SHUTDOWN",
      """
      svm exit vmrun 200; vmenter 200 1000; intercepts 3; entry 1000; exit shutdown 1000
      twin shutdown 1000; user SHUTDOWN
      """,
      "triple-fault-escaped"),
    CheckCase(
      "SVM: L1 intercepts SHUTDOWN",
      """
      svm exit vmrun 200; vmenter 200 1000; intercepts 0x80000003; entry 1000; exit shutdown 1000
      twin shutdown 1000; user SHUTDOWN
      """,
      "triple-fault-escaped", .fail),
    CheckCase(
      "SVM: nobody knows what L1 intercepts",
      "svm exit shutdown 1000; twin shutdown 1000; user SHUTDOWN", "triple-fault-escaped"),
    CheckCase(
      "told in time, and then the VMM is left for another cause",
      "exit TRIPLE_FAULT 1000; twin TRIPLE_FAULT 1000; inject TRIPLE_FAULT; user SHUTDOWN",
      "l2-triple-fault"),
    CheckCase(
      "KVM_RUN fails: its reason is an old one",
      "exit TRIPLE_FAULT 1000; twin TRIPLE_FAULT 1000; user SHUTDOWN -4; load; inject TRIPLE_FAULT",
      "synthesized-triple-fault"),
  ]

  static let refusedTable: [CheckCase] = [
    CheckCase(
      "the VM is bugged: -EIO after RSM", Given.rsm + "vmenter 8004 1001; unload; user IO -5",
      "invalid-l2-refused"),
    CheckCase(
      "once, be it said again and again",
      Given.rsm + "vmenter 8004 1001; unload; user IO -5; user IO -5; user IO -5",
      "invalid-l2-refused"),
    CheckCase(
      "6.15 and later: KVM_EXIT_INTERNAL_ERROR without an entry",
      Given.vmm + "load; pio; unload; user INTERNAL_ERROR", "invalid-l2-refused"),
    CheckCase("a signal is no refusal", Given.vmm + "load; unload; user INTR -4"),
    CheckCase("a request to try again is none", Given.vmm + "load; unload; user INTR -11"),
    CheckCase(
      "a stale reason is none", Given.vmm + "load; unload; user INTERNAL_ERROR -4"),
    CheckCase(
      "an entry was made",
      Given.vmm + "load; entry 1001; exit HLT 1001; twin HLT 1001; user INTERNAL_ERROR"),
    CheckCase(
      "an entry alone was made", Given.vmm + "load; entry 1001; user INTERNAL_ERROR"),
    CheckCase(
      "an exit tells of an entry that was not recorded",
      Given.vmm + "load; exit HLT 1001; twin HLT 1001; user INTERNAL_ERROR"),
    CheckCase(
      "L1 is refused",
      "exit VMLAUNCH 200; entry 203; exit HLT 203; user IO; load; user INTERNAL_ERROR"),
    CheckCase(
      "emulated before: that is the other bug",
      Given.vmm + "load; emul 1001 1; emul 1002 1; user INTERNAL_ERROR",
      "l2-emulation ×2, missing-triple-fault ×2", .fail),
  ]

  @Test("L1 is told", arguments: toldTable) func told(_ item: CheckCase) { item.check() }

  @Test("L1 is not told", arguments: escapedTable) func escaped(_ item: CheckCase) { item.check() }

  @Test("L2 is refused", arguments: refusedTable) func refused(_ item: CheckCase) { item.check() }

  @Test(
    "the cause of a synthesized triple fault",
    arguments: [
      (Given.vmm + "load; pio; inject TRIPLE_FAULT", "invalid-state-or-userspace"),
      (Given.rsm + "inject TRIPLE_FAULT", "invalid-state-or-userspace"),
      (
        "exit EXCEPTION_NMI 1000; twin EXCEPTION_NMI 1000; exc; inject TRIPLE_FAULT",
        "exception-chain"
      ),
      ("exit HLT 1000; twin HLT 1000; exc; inject TRIPLE_FAULT", "exception-chain"),
      ("exit HLT 1000; twin HLT 1000; inject TRIPLE_FAULT", "unknown"),
    ])
  func cause(_ script: String, _ cause: String) throws {
    let finding = try #require(Replay(Script.log(script)).finding("synthesized-triple-fault"))
    #expect(finding.message.contains("cause: \(cause)"))
    #expect(finding.severity == .note)
  }
}
