import KVMEvents
import KVMTimeline
import Testing
import TimelineTestSupport

/// Which vCPU an event is about.
struct AttributionTests {
  static let table: [Sequence] = [
    Sequence(
      "two vCPUs in one thread, in turn",
      """
      v0 tsc 0; v1 tsc 0; v0 load; entry 100; exit CPUID 100; pio; user IO
      v1 load; entry 500; exit CPUID 500; pio; user IO
      v0 load; pio; entry 102; exit HLT 102; pio
      """,
      "100/0: unknown L1 20, host L1 10, guest L1 10, host L1 20, userspace L1 60, host L1 20, "
        + "guest L1 10, host L1 10 | "
        + "100/1: unknown L1 60, host L1 10, guest L1 10, host L1 20, userspace L1 50"),
    Sequence(
      "two threads with the same vcpu_id are two VMs",
      """
      t7 exit CPUID 100; t8 exit CPUID 900; t7 entry 102; t8 entry 902
      """,
      "7/0: host L1 20 | 8/0: host L1 20"),
    Sequence(
      "a new VM on an old thread: a new incarnation",
      """
      exit CPUID 100; entry 102; exit CPUID 102; user IO; tsc 0; load; entry 100
      exit CPUID 100; pio
      """,
      "100/0: host L1 10, guest L1 10, host L1 10, userspace L1 10 | "
        + "100/0.1: unknown L1 10, host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "a new life that only kvm_track_tsc shows",
      "exit CPUID 100; entry 102; exit CPUID 102; user IO; track; load; entry 100; exit HLT 100; pio",
      "100/0: host L1 10, guest L1 10, host L1 10, userspace L1 10 | "
        + "100/0.1: unknown L1 10, host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "kvm_track_tsc inside KVM_RUN: the guest wrote its TSC",
      "exit MSR_WRITE 100; track; entry 102; exit CPUID 102; pio",
      "host L1 20, guest L1 10, host L1 10"),
    Sequence(
      "a TSC offset that is changed is no new vCPU",
      "exit CPUID 100; pio; user IO; tsc 5; load; entry 102; exit CPUID 102; pio",
      "host L1 20, userspace L1 20, host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "another program on the thread",
      "exit CPUID 100; entry 102; exit CPUID 102; pio; user IO; exec 100; load; entry 100; other",
      "100/0: host L1 10, guest L1 10, host L1 20, userspace L1 10 | 100/0.1: host 10, unknown 10"),
    Sequence(
      "a thread id that is used again",
      "exit CPUID 100; pio; user IO; gone 100; fork 100; load; entry 100; exit CPUID 100; pio",
      "100/0: host L1 20, userspace L1 10 | 100/0.1: host L1 10, guest L1 10, host L1 10"),
    Sequence(
      "a thread of a host that emulates everything",
      "load; emul 100 2; emul 102 2; unload; user IO; load; emul 104 2",
      "host 40, userspace 10, host 10"),
  ]

  @Test("whose events", arguments: table)
  func attribution(_ sequence: Sequence) {
    let replay = sequence.replay
    #expect(replay.words == sequence.expected)
    #expect(replay.brokenInvariants().isEmpty)
  }

  @Test("a new incarnation closes the open exit without a duration and forgets L2 and SMM")
  func incarnation() throws {
    let replay = Replay(
      Script.log(
        """
        exit HLT 1000; twin HLT 1000; smm in; exit IO_INSTRUCTION 8000; user IO; tsc 0
        load; entry 100; exit CPUID 100; pio
        """))
    let old = try #require(replay.tracks.first)
    #expect(old.exits.rows.allSatisfy { $0.answered == 0 })
    #expect(old.counters.exits == 2)
    let new = try #require(replay.tracks.last)
    #expect(new.identity.incarnation == 1)
    #expect(replay.intervals(of: new.identity).allSatisfy { $0.level != .l2 && !$0.isSMM })
  }

  @Test("a vCPU that was created and never ran has no intervals")
  func created() {
    let replay = Replay(Script.log("tsc 0; track; v1 tsc 0; track; t9 other"))
    #expect(replay.tracker.tracks.count == 2)
    #expect(replay.tracks.isEmpty)
    #expect(replay.words.isEmpty)
  }
}
