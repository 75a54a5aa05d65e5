import KVMEvents
import KVMTimeline

/// `immediate-exit-loop`: entries that leave at once.
struct ImmediateExitLoopCheck: Check {
  static let count = CheckOption("count", .count, 64, "Entries in a row that leave at once")
  static let guest = CheckOption(
    "guest", .duration, 10_000, "Time in the guest that is still at once")
  let about = CheckDescription(
    id: "immediate-exit-loop", group: .emulation, severity: .warning,
    title: "A vCPU is entered and leaves at once, repeatedly",
    meaning: [
      """
      KVM enters the guest, and is back before one instruction is done: by an interrupt, its own preemption timer or \
      a window that it asked for. Now and then it wants that (it has an event to inject that the entry itself must \
      come before); in a row it means that what it waits for never becomes true, and the guest stands still while its \
      CPU is busy.
      """
    ],
    pattern: [
      "kvm_entry  rip 0x401d5b",
      "kvm_exit   PREEMPTION_TIMER rip 0x401d5b  <--  not one instruction; 64 times in a row",
      "kvm_entry  rip 0x401d5b",
    ],
    guards: [
      "Each exit lies at the address of its entry, and came within a few microseconds.",
      "An exit for any other reason begins anew. Not judged where the clock counts ticks.",
    ],
    options: [count, guest],
    advice: [
      "Look at what KVM wants to inject: kvm_inj_virq, kvm_inj_exception, kvm_apic_accept_irq around the loop.",
      "With nested guests look at nested_run_pending: an event for L1 waits until L2 has been entered.",
    ])
  let needs: [EventKind] = [.entry, .exit]
  let isNested = false

  func configure(_ limits: inout WatchLimits, _ configuration: CheckConfiguration) {
    limits.immediateExits = max(2, configuration.value(of: Self.count, in: id))
    limits.immediateTime = configuration.value(of: Self.guest, in: id)
  }

  /// One warning per row.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    for fact in evidence.timelineFacts {
      guard case .immediateExits(let exit, let rip) = fact.kind else { continue }
      judgement.findings.append(
        evidence.finding(
          self, .warning, fact,
          "\(fact.count) entries in a row at \(hex(rip)) left at once (\(ExitReasonTable.name(of: exit)))"
        ))
    }
  }
}
