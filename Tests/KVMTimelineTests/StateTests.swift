import KVMEvents
import KVMTimeline
import Testing
import TimelineTestSupport

/// Each state, how it begins and how it ends.
struct StateTests {
  static let guestAndHostTable: [Sequence] = [
    Sequence(
      "an entry that an exit answers is guest time",
      "entry 100; exit CPUID 100; entry 102; exit CPUID 102; entry 104",
      "guest L1 10, host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "from the first exit on the state is known",
      "exit CPUID 100; entry 102; exit CPUID 102; mention",
      "host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "the trace ends in the guest: nobody knows whether it ran",
      "entry 100; exit CPUID 100; entry 102; other",
      "guest L1 10, host L1 10, unknown L1 10"),
    Sequence(
      "the trace ends in an exit: it left what the entry had entered",
      "entry 100; exit CPUID 100; entry 102; exit CPUID 102; other",
      "guest L1 10, host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "an entry that never reached the guest stays host from there",
      "exit CPUID 100; entry 102; emul 102 2; entry 104; exit CPUID 104; mention",
      "host L1 30, guest L1 10, host L1 10"),
    Sequence(
      "an entry that something of KVM's follows never reached the guest, whatever exits then",
      "exit CPUID 100; entry 102; virq; exit CPUID 104; mention", "host L1 40"),
    Sequence(
      "exit after exit: a fast path inside the run",
      "entry 100; exit MSR_WRITE 100; exit PREEMPTION_TIMER 104; entry 104",
      "guest L1 10, host L1 20"),
    Sequence(
      "interrupt events between entry and exit are no failure",
      "entry 100; irq; exit EXTERNAL_INTERRUPT 100; entry 100",
      "guest L1 20, host L1 10"),
    Sequence(
      "KVM_RUN that is refused after the entry",
      "load; entry 100; user FAIL_ENTRY; other",
      "host 20, userspace 10"),
  ]

  static let userspaceTable: [Sequence] = [
    Sequence(
      "userspace from the exit to the load",
      "exit IO_INSTRUCTION 100; unload; user IO; load; pio; entry 101",
      "host L1 20, userspace L1 10, host L1 20"),
    Sequence(
      "without kvm_fpu: up to the completion", "exit IO_INSTRUCTION 100; user IO; pio; entry 101",
      "host L1 10, userspace L1 10, host L1 10"),
    Sequence(
      "without anything: up to the entry",
      "exit IO_INSTRUCTION 100; user IO; entry 101; exit HLT 101",
      "host L1 10, userspace L1 10, guest L1 10"),
    Sequence(
      "up to an injection", "exit IO_INSTRUCTION 100; user IO; virq; entry 101",
      "host L1 10, userspace L1 10, host L1 10"),
    Sequence(
      "up to an exception", "exit IO_INSTRUCTION 100; user IO; exc; entry 101",
      "host L1 10, userspace L1 10, host L1 10"),
    Sequence(
      "up to an emulated instruction",
      "exit IO_INSTRUCTION 100; user IO; emul 101 1; entry 101",
      "host L1 10, userspace L1 10, host L1 10"),
    Sequence(
      "up to an exit on kernels that trace no entry",
      "exit IO_INSTRUCTION 100; user IO; exit CPUID 101; entry 103",
      "host L1 10, userspace L1 10, host L1 10"),
    Sequence(
      "ioctls do not end it",
      """
      exit IO_INSTRUCTION 100; user IO
      tsc 77; irq; other
      load; entry 101
      """,
      "host L1 10, userspace L1 40, host L1 10"),
    Sequence(
      "SMM restored by an ioctl does not end it",
      "exit IO_INSTRUCTION 100; user IO; smm in; load; entry 101",
      "host L1 10, userspace L1 10, userspace SMM 10, host SMM 10"),
    Sequence(
      "KVM_RUN that comes back at once",
      "exit IO_INSTRUCTION 100; user IO; user INTR -4; load; entry 101",
      "host L1 10, userspace L1 20, host L1 10"),
  ]

  static let schedulingTable: [Sequence] = [
    Sequence(
      "preempted: runnable off its CPU",
      "exit CPUID 100; out R; in; entry 102; exit CPUID 102; entry 104",
      "host L1 10, preempted L1 10, host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "preempted in the VMM", "exit IO_INSTRUCTION 100; user IO; out R; in; load; entry 101",
      "host L1 10, userspace L1 10, preempted L1 10, userspace L1 10, host L1 10"),
    Sequence(
      "asleep in the VMM is userspace",
      "exit IO_INSTRUCTION 100; user IO; out S; in; load; entry 101",
      "host L1 10, userspace L1 30, host L1 10"),
    Sequence(
      "asleep inside KVM_RUN without a HLT", "exit EPT_VIOLATION 100; out S; in; entry 100",
      "host L1 10, blocked L1 10, host L1 10"),
    Sequence(
      "asleep after HLT", "exit HLT 100; out S; in; entry 101",
      "host L1 10, halted L1 10, host L1 10"),
    Sequence(
      "asleep after MWAIT", "exit MWAIT 100; out S; in; entry 101",
      "host L1 10, halted L1 10, host L1 10"),
    Sequence(
      "asleep after AMD's HLT", "svm exit hlt 100; emul 100 1; out S; in; entry 101",
      "host L1 20, halted L1 10, host L1 10"),
    Sequence(
      "preempted after HLT is not halted", "exit HLT 100; out R; in; entry 101",
      "host L1 10, preempted L1 10, host L1 10"),
    Sequence(
      "asleep with another reason, and a wake-up that covers it: waiting for SIPI",
      "exit INIT_SIGNAL 100; out S; in; wake 25 1; entry 101",
      "host L1 5, polling L1 5, halted L1 10, host L1 20"),
    Sequence(
      "old kernels: preempted between entry and exit, in the guest",
      "exit CPUID 100; entry 102; out R; in; exit EXTERNAL_INTERRUPT 110; entry 110",
      "host L1 10, guest L1 10, preempted L1 10, guest L1 10, host L1 10"),
    Sequence(
      "preempted behind an entry that never reached the guest",
      "exit CPUID 100; entry 102; out R; in; emul 102 1; entry 103",
      "host L1 20, preempted L1 10, host L1 20"),
    Sequence(
      "migration: the thread goes on elsewhere",
      "exit CPUID 100; out R; c1 in; entry 102; exit CPUID 102; mention",
      "host L1 10, preempted L1 10, host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "switches of other threads mean nothing", "exit CPUID 100; t9 out S; in; t100 entry 102",
      "host L1 30"),
    Sequence(
      "the thread is gone while asleep", "exit HLT 100; emul 100 1; out S; gone 100",
      "host L1 20, halted L1 10"),
    Sequence(
      "without sched_switch nothing is preempted",
      "exit CPUID 100; out R; in; entry 102; exit CPUID 102", "host L1 30, guest L1 10",
      without: [.schedSwitch]),
  ]

  static let wakingTable: [Sequence] = [
    Sequence(
      "waited=0: all of it was polling", "exit HLT 100; +40 wake 30 0; entry 101",
      "host L1 10, polling L1 30, host L1 10"),
    Sequence(
      "waited=1: polling up to the first sleep, halted after",
      "exit HLT 100; +20 out S; in; wake 30 1; entry 101",
      "host L1 10, polling L1 10, halted L1 10, host L1 20"),
    Sequence(
      "waited=1 without sched_switch: all of it halted",
      "exit HLT 100; +40 wake 30 1; entry 101", "host L1 10, halted L1 30, host L1 10",
      without: [.schedSwitch]),
    Sequence(
      "waited=1 though nothing was switched: schedule() returned at once",
      "exit HLT 100; +40 wake 30 1; entry 101", "host L1 10, halted L1 30, host L1 10"),
    Sequence(
      "several sleeps and one wake-up at the end",
      "exit HLT 100; +20 out S; in; out S; in; wake 45 1; entry 101",
      "host L1 15, polling L1 5, halted L1 10, host L1 10, halted L1 10, host L1 20"),
    Sequence(
      "waited=0 with a preemption inside stays preempted there",
      "exit HLT 100; +20 out R; in; wake 30 0; entry 101",
      "host L1 10, polling L1 10, preempted L1 10, polling L1 10, host L1 10"),
    Sequence(
      "a wake-up longer than all before it ends at the exit",
      "entry 100; exit HLT 100; +10 wake 9999 0; entry 101",
      "guest L1 10, polling L1 10, host L1 10"),
    Sequence(
      "kvm_halt_poll_ns before the wake-up",
      "exit HLT 100; +20 out S; in; mention; wake 40 1; entry 101",
      "host L1 10, polling L1 10, halted L1 10, host L1 30"),
    Sequence(
      "a signal ends it",
      "exit HLT 100; out S; in; wake 15 1; unload; user INTR; other",
      "host L1 10, halted L1 10, host L1 30, userspace L1 10"),
  ]

  @Test("guest and host", arguments: guestAndHostTable) func guestAndHost(_ s: Sequence) {
    check(s)
  }

  @Test("userspace", arguments: userspaceTable) func userspace(_ s: Sequence) { check(s) }

  @Test("off the CPU", arguments: schedulingTable) func scheduling(_ s: Sequence) { check(s) }

  @Test("halted and polling", arguments: wakingTable) func waking(_ s: Sequence) { check(s) }

  private func check(_ sequence: Sequence) {
    let replay = sequence.replay
    #expect(replay.words == sequence.expected)
    #expect(replay.brokenInvariants().isEmpty)
  }
}
