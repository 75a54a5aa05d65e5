import KVMEvents
import KVMTimeline

/// `slow-exit`: handling of an exit over a budget.
struct SlowExitCheck: Check {
  static let budget = CheckOption(
    "budget", .duration, 100_000_000, "Time on the CPU, kvm_exit to kvm_entry, at most")
  let about = CheckDescription(
    id: "slow-exit", group: .time, severity: .warning,
    title: "Handling an exit took longer than the budget",
    meaning: [
      """
      From kvm_exit to the kvm_entry that answers it, without the time in userspace, halted, blocked or preempted: \
      what KVM itself worked on the exit while the guest waited. One finding per level and reason; its span is the \
      worst of them, and its count says how many there were.
      """
    ],
    pattern: [
      "kvm_exit   EPT_VIOLATION",
      "…                                         a long time, on the CPU",
      "kvm_entry                            <--  over the budget",
    ],
    guards: [
      "HLT and MWAIT: they wait, and may poll while they do.",
      "Not judged without sched_switch and kvm_userspace_exit, nor where the clock counts ticks.",
      "An exit that no kvm_entry answers has no duration.",
    ],
    options: [budget],
    advice: [
      "Look at what happened inside: `kvmscope events` over the span, with interrupts and mmu events recorded.",
      "A hypervisor below this one, or interrupts that were not recorded, may have taken the time.",
    ])
  let needs: [EventKind] = [.entry, .exit, .userspaceExit, .schedSwitch]
  let isNested = false

  func configure(_ limits: inout WatchLimits, _ configuration: CheckConfiguration) {
    limits.slowExit = configuration.value(of: Self.budget, in: id)
  }

  /// One warning per vCPU, level and reason.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    guard evidence.facts.timeUnit == .nanoseconds, needs.allSatisfy(evidence.records.contains)
    else {
      return
    }
    for track in evidence.tracks {
      for row in track.slowExits.rows {
        let name = ExitReasonTable.name(of: row.exit)
        let times = row.count == 1 ? "once" : "\(row.count) times"
        judgement.findings.append(
          Finding(
            check: id, severity: .warning, trace: evidence.trace, identity: track.identity,
            cpu: nil, level: row.level, begin: row.begin, end: row.end,
            message:
              "handling \(name) took longer than \(Self.budget.text(evidence.value(Self.budget, of: self))) on the CPU \(times), \(milliseconds(row.worst)) at worst",
            count: row.count))
      }
    }
  }
}

/// A time as milliseconds, for a sentence.
func milliseconds(_ nanoseconds: UInt64) -> String {
  let tenths = nanoseconds / 100_000 + (nanoseconds % 100_000 >= 50_000 ? 1 : 0)
  return "\(tenths / 10).\(tenths % 10) ms"
}
