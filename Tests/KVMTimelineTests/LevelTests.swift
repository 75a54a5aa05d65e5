import KVMEvents
import KVMTimeline
import Testing
import TimelineTestSupport

/// Whose code a vCPU is in: what enters L2, what leaves it, and what proves it.
struct LevelTests {
  static let vmxTable: [Sequence] = [
    Sequence(
      "6.1: an event for the entry, an inject for the exit",
      """
      exit CPUID 100; entry 102; exit VMLAUNCH 200; vmenter 200 1000; entry 1000
      exit CPUID 1000; twin CPUID 1000; inject CPUID; entry 300; exit HLT 300; pio
      """,
      "host L1 10, guest L1 10, host L1 10, host L2 10, guest L2 10, host L2 20, host L1 10, "
        + "guest L1 10, host L1 10"),
    Sequence(
      "before 6.1: the entry is known by its address, and proved by the first exit of L2",
      "exit VMLAUNCH 200; entry 1000; exit EPT_VIOLATION 1000; twin EPT_VIOLATION 1000; entry 1000",
      "host L1 10, guest L2 10, host L2 20"),
    Sequence(
      "before 6.1: VMfail, L1 goes on behind VMLAUNCH",
      "exit VMLAUNCH 200; entry 203; exit CPUID 203; pio", "host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "before 6.1: a failed entry that L1 gets to know at its host address",
      "exit VMLAUNCH 200; vmfail; entry 5000; exit CPUID 5000; pio",
      "host L1 20, guest L1 10, host L1 10"),
    Sequence(
      "before 6.1: the same without the event of the failure",
      "exit VMLAUNCH 200; entry 5000; exit CPUID 5000; pio",
      "host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "before 6.1: L2 happens to begin right behind L1's VMLAUNCH",
      "exit VMLAUNCH 200; entry 203; exit CPUID 203; twin CPUID 203; inject CPUID; entry 300",
      "host L1 10, guest L2 10, host L2 20, host L1 10"),
    Sequence(
      "before 6.1: preempted between the entry and its proof",
      """
      exit VMRESUME 200; entry 1000; out R; in; exit HLT 1000; twin HLT 1000; inject HLT; entry 300
      """,
      "host L1 10, guest L2 10, preempted L2 10, guest L2 10, host L2 20, host L1 10"),
    Sequence(
      "before 6.1: nothing proves the entry before the trace ends",
      "exit VMLAUNCH 200; entry 1000; other", "host L1 10, unknown 10"),
    Sequence(
      "6.1: an entry that fails its checks",
      "exit VMLAUNCH 200; vmenter 200 1000; vmfail; entry 203; exit CPUID 203; pio",
      "host L1 30, guest L1 10, host L1 10"),
    Sequence(
      "a failed entry with several messages",
      "exit VMLAUNCH 200; vmfail; vmfail; entry 203; exit CPUID 203; pio",
      "host L1 30, guest L1 10, host L1 10"),
    Sequence(
      "hardware refuses the entry",
      """
      exit VMLAUNCH 200; vmenter 200 1000; entry 1000; exit FAILED_ENTRY 1000
      twin FAILED_ENTRY 1000; inject FAILED_ENTRY; entry 203; exit CPUID 203; pio
      """,
      "host L1 10, host L2 10, guest L2 10, host L2 20, host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "L0 keeps an exit of L2",
      """
      exit EPT_VIOLATION 1000; twin EPT_VIOLATION 1000; entry 1000; exit HLT 1001; twin HLT 1001
      entry 1002
      """,
      "host L2 20, guest L2 10, host L2 20"),
    Sequence(
      "the twin comes after a preemption and a wait for the timer",
      "entry 1000; exit HLT 1000; mention; out R; in; twin HLT 1000; entry 1001",
      "guest L2 10, host L2 20, preempted L2 10, host L2 20"),
    Sequence(
      "L3 shows as L2, and its VMRESUME goes to L1",
      """
      exit VMRESUME 200; vmenter 200 1000; entry 1000; exit VMRESUME 1000; twin VMRESUME 1000
      inject VMRESUME; entry 300; exit VMRESUME 300; vmenter 300 2000; entry 2000
      exit CPUID 2000; twin CPUID 2000; pio
      """,
      "host L1 10, host L2 10, guest L2 10, host L2 20, host L1 10, guest L1 10, host L1 10, "
        + "host L2 10, guest L2 10, host L2 20"),
    Sequence(
      "INIT while in L2 is an inject",
      """
      exit HLT 1000; twin HLT 1000; out S; in; inject INIT_SIGNAL; entry 300; exit CPUID 300; pio
      """,
      "host L2 20, halted L2 10, host L2 10, host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "the layout of 5.9 and older",
      """
      entry 100; old exit VMRESUME 200; entry 1000; exit HLT 1000; twin HLT 1000; inject HLT
      entry 300
      """,
      "guest L1 10, host L1 10, guest L2 10, host L2 20, host L1 10"),
    Sequence(
      "a guest that L1 puts to sleep by its activity state",
      """
      exit VMLAUNCH 200; vmenter 200 1000; out S; in; wake 25 1; entry 1000
      exit HLT 1000; twin HLT 1000; pio
      """,
      "host L1 10, host L2 5, polling L2 5, halted L2 10, host L2 20, guest L2 10, host L2 20"),
  ]

  static let svmTable: [Sequence] = [
    Sequence(
      "VMRUN and a reflected exit, 6.1",
      """
      svm exit vmrun 200; emul 200 3; vmenter 200 1000; intercepts 3; entry 1000
      exit vmmcall 1000; twin vmmcall 1000; inject vmmcall; entry 203; exit cpuid 203; pio
      """,
      "host L1 20, host L2 20, guest L2 10, host L2 20, host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "VMRUN on 5.10",
      "svm exit vmrun 200; vmrun 200 1000; entry 1000; exit npf 1000; twin npf 1000; entry 1000",
      "host L1 10, host L2 10, guest L2 10, host L2 20"),
    Sequence(
      "VMRUN that is refused after its event",
      "svm exit vmrun 200; vmenter 200 1000; inject ERR; entry 203; exit cpuid 203; pio",
      "host L1 30, guest L1 10, host L1 10"),
    Sequence(
      "VMRUN that is refused without any event",
      "svm exit vmrun 200; entry 203; exit cpuid 203; pio",
      "host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "an interrupt for L1 wakes L2",
      """
      svm exit hlt 1000; twin hlt 1000; out S; in; wake 18 1; intr; inject interrupt; entry 300
      exit cpuid 300; pio
      """,
      "host L2 20, halted L2 10, host L2 30, host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "INIT takes L2 out without an event",
      "svm exit hlt 1000; twin hlt 1000; out S; in; entry fff0; exit npf fff0; pio",
      "host L2 20, halted L2 10, host L2 10, guest L1 10, host L1 10"),
    Sequence(
      "KVM_SET_NESTED_STATE puts L2 in without an event",
      "svm exit cpuid 100; user IO; load; entry 1000; exit npf 1000; twin npf 1000; pio",
      "host L1 10, userspace L1 10, host L1 10, guest L2 10, host L2 20"),
  ]

  static let userspaceTable: [Sequence] = [
    Sequence(
      "L2 survives its VMM",
      """
      exit IO_INSTRUCTION 1000; twin IO_INSTRUCTION 1000; user IO; load; pio; entry 1001
      exit HLT 1001; twin HLT 1001; pio
      """,
      "host L2 20, userspace L2 10, host L2 20, guest L2 10, host L2 20"),
    Sequence(
      "the VMM resets the vCPU: L1 from KVM_RUN on",
      """
      exit IO_INSTRUCTION 1000; twin IO_INSTRUCTION 1000; user IO; load; entry fff0
      exit EPT_VIOLATION fff0; pio
      """,
      "host L2 20, userspace L2 10, host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "KVM_SET_NESTED_STATE puts L2 in",
      """
      exit CPUID 100; user IO; vmenter 1000 1000; load; entry 1000; exit HLT 1000; twin HLT 1000
      pio
      """,
      "host L1 10, userspace L1 10, userspace L2 10, host L2 10, guest L2 10, host L2 20"),
    Sequence(
      "an inject after the VMM: L2 up to it",
      """
      exit IO_INSTRUCTION 1000; twin IO_INSTRUCTION 1000; user IO; load; pio; inject TRIPLE_FAULT
      entry 300
      """,
      "host L2 20, userspace L2 10, host L2 20, host L1 10"),
    Sequence(
      "the trace ends in the VMM while in L2",
      "exit IO_INSTRUCTION 1000; twin IO_INSTRUCTION 1000; user IO; other",
      "host L2 20, userspace L2 10"),
  ]

  static let smmTable: [Sequence] = [
    Sequence(
      "SMM from L1 and back",
      """
      exit CPUID 100; entry 102; exit EXTERNAL_INTERRUPT 102; smm in; entry 8000
      exit EXCEPTION_NMI 8000; emul 8000 2; smm out; entry 102; exit CPUID 102; pio
      """,
      "host L1 10, guest L1 10, host L1 10, host SMM 10, guest SMM 10, host SMM 20, host L1 10, "
        + "guest L1 10, host L1 10"),
    Sequence(
      "SMM from L2 and back, 6.1",
      """
      exit HLT 1000; twin HLT 1000; smm in; entry 8000; exit EXCEPTION_NMI 8000; emul 8000 2
      smm out; vmenter 8000 1001; entry 1001; exit HLT 1001; twin HLT 1001; pio
      """,
      "host L2 20, host SMM 10, guest SMM 10, host SMM 20, host L2 20, guest L2 10, host L2 20"),
    Sequence(
      "SMM from L2 and back, 5.10: no event for the way back",
      """
      exit HLT 1000; twin HLT 1000; smm in; entry 8000; exit EXCEPTION_NMI 8000; emul 8000 2
      smm out; entry 1001; exit HLT 1001; twin HLT 1001; pio
      """,
      "host L2 20, host SMM 10, guest SMM 10, host SMM 20, host L2 10, guest L2 10, host L2 20"),
    Sequence(
      "SMM from L2 on AMD: an inject of no exit",
      """
      svm exit hlt 1000; twin hlt 1000; inject SW; smm in; entry 8000; exit npf 8000; emul 8000 2
      smm out; vmenter 8000 1001; entry 1001; exit hlt 1001; twin hlt 1001; pio
      """,
      "host L2 20, host L1 10, host SMM 10, guest SMM 10, host SMM 20, host L2 20, guest L2 10, "
        + "host L2 20"),
    Sequence(
      "the VMM has the vCPU while in SMM",
      """
      exit HLT 1000; twin HLT 1000; smm in; entry 8000; exit IO_INSTRUCTION 8000; unload; user IO
      load; pio; entry 8002; exit EXCEPTION_NMI 8002; emul 8002 2; smm out; entry 1001
      exit HLT 1001; twin HLT 1001; pio
      """,
      "host L2 20, host SMM 10, guest SMM 10, host SMM 20, userspace SMM 10, host SMM 20, "
        + "guest SMM 10, host SMM 20, host L2 10, guest L2 10, host L2 20"),
    Sequence(
      "restored in SMM: what it returns to waits for proof, and is L1",
      """
      exit CPUID 100; user IO; smm in; load; entry 8000; exit EXCEPTION_NMI 8000; emul 8000 2
      smm out; entry 102; exit CPUID 102; pio
      """,
      "host L1 10, userspace L1 10, userspace SMM 10, host SMM 10, guest SMM 10, host SMM 20, "
        + "host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "restored in SMM: what it returns to waits for proof, and is L2",
      """
      exit CPUID 100; user IO; smm in; load; entry 8000; exit EXCEPTION_NMI 8000; emul 8000 2
      smm out; entry 1000; exit HLT 1000; twin HLT 1000; pio
      """,
      "host L1 10, userspace L1 10, userspace SMM 10, host SMM 10, guest SMM 10, host SMM 20, "
        + "host L2 10, guest L2 10, host L2 20"),
    Sequence(
      "entering SMM while in it is a restore too",
      """
      exit HLT 1000; twin HLT 1000; smm in; smm in; entry 8000; exit EXCEPTION_NMI 8000
      emul 8000 2; smm out; entry 102; exit CPUID 102; pio
      """,
      "host L2 20, host SMM 20, guest SMM 10, host SMM 20, host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "L2 is entered from the SMM handler's way back though it was L1 that SMM interrupted",
      """
      exit CPUID 100; smm in; entry 8000; exit EXCEPTION_NMI 8000; emul 8000 2; smm out
      vmenter 8000 1000; entry 1000; exit HLT 1000; twin HLT 1000; pio
      """,
      "host L1 10, host SMM 10, guest SMM 10, host SMM 20, host L1 10, host L2 10, guest L2 10, "
        + "host L2 20"),
  ]

  static let beginningsTable: [Sequence] = [
    Sequence(
      "the trace begins in L2's guest time",
      "exit HLT 1000; twin HLT 1000; entry 1001", "host L2 20"),
    Sequence(
      "the trace begins between an exit and its twin",
      "twin HLT 1000; entry 1001; exit HLT 1001; twin HLT 1001; pio",
      "host L2 10, guest L2 10, host L2 20"),
    Sequence(
      "the trace begins between a twin and its inject",
      "inject HLT; entry 300; exit CPUID 300; pio", "host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "the trace begins behind an inject: the first exit tells",
      "load; entry 300; exit CPUID 300; pio", "host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "the span begins with the first event that names the vCPU",
      "vmenter 200 1000; entry 1000; exit HLT 1000; twin HLT 1000; pio",
      "guest L2 10, host L2 20"),
    Sequence(
      "before 6.1 the trace begins between VMLAUNCH and the entry",
      "load; entry 1000; exit HLT 1000; twin HLT 1000; pio",
      "host L2 10, guest L2 10, host L2 20"),
    Sequence(
      "the trace begins in the VMM", "unload; user IO; load; entry 100; exit CPUID 100; pio",
      "host L1 10, userspace L1 10, host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "the trace ends between an exit of L2 and its twin",
      "exit HLT 1000; twin HLT 1000; entry 1001; exit HLT 1001; other",
      "host L2 20, guest L2 10, host L2 10"),
    Sequence(
      "without kvm_nested_vmexit an inject proves L1 all the same",
      "inject HLT; entry 300; exit CPUID 300; pio", "host L1 10, guest L1 10, host L1 10",
      without: [.nestedExit]),
  ]

  static let lossTable: [Sequence] = [
    Sequence(
      "lost up to the next proof of the state, and no level",
      "exit CPUID 100; entry 102; exit CPUID 102; pio; lost; +50 entry 104; exit CPUID 104; pio",
      "host L1 10, guest L1 10, host L1 10, lost 50, guest L1 10, host L1 10"),
    Sequence(
      "lost right after the entry: nobody knows whether it ran",
      "exit CPUID 100; entry 102; lost; +50 exit CPUID 104; entry 104",
      "host L1 10, lost 50, host L1 10"),
    Sequence(
      "asleep across the gap: nothing is lost",
      "exit HLT 100; emul 100 1; out S; other; lost; +50 in; entry 101",
      "host L1 20, halted L1 60, host L1 10"),
    Sequence(
      "asleep in the VMM across the gap: nothing is lost",
      "exit IO_INSTRUCTION 100; pio; user IO; out S; other; lost; +50 in; load; entry 101",
      "host L1 20, userspace L1 80, host L1 10"),
    Sequence(
      "preempted across the gap: it may have run",
      "exit CPUID 100; pio; out R; other; lost; +50 in; entry 101; exit CPUID 101; pio",
      "host L1 20, preempted L1 10, lost 60, guest L1 10, host L1 10"),
    Sequence(
      "a gap on another CPU", "exit CPUID 100; pio; c1 lost; c0 entry 102; exit CPUID 102; pio",
      "host L1 20, guest L1 10, host L1 10"),
    Sequence(
      "SMM is forgotten in a gap",
      "exit CPUID 100; smm in; entry 8000; lost; +50 entry 102; exit CPUID 102; pio",
      "host L1 10, host SMM 10, lost 50, guest L1 10, host L1 10"),
    Sequence(
      "L2 is forgotten in a gap",
      """
      exit HLT 1000; twin HLT 1000; entry 1001; exit HLT 1001; twin HLT 1001; lost
      +50 entry 102; exit CPUID 102; pio
      """,
      "host L2 20, guest L2 10, host L2 10, lost 50, guest L1 10, host L1 10"),
    Sequence(
      "the trace ends with a gap", "exit CPUID 100; entry 102; exit CPUID 102; pio; lost",
      "host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "the trace begins with a gap", "lost0; entry 100; exit CPUID 100; pio",
      "guest L1 10, host L1 10"),
  ]

  @Test("loss", arguments: lossTable) func loss(_ s: Sequence) { check(s) }

  @Test("VMX", arguments: vmxTable) func vmx(_ s: Sequence) { check(s) }

  @Test("SVM", arguments: svmTable) func svm(_ s: Sequence) { check(s) }

  @Test("the VMM", arguments: userspaceTable) func userspace(_ s: Sequence) { check(s) }

  @Test("SMM", arguments: smmTable) func smm(_ s: Sequence) { check(s) }

  @Test("beginnings and ends", arguments: beginningsTable) func ends(_ s: Sequence) { check(s) }

  private func check(_ sequence: Sequence) {
    let replay = sequence.replay
    #expect(replay.words == sequence.expected)
    #expect(replay.brokenInvariants().isEmpty)
  }
}
