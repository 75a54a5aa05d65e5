import KVMEvents
import KVMTimeline

/// `vm-entry-failed`: hardware refused an entry.
struct VMEntryFailedCheck: Check {
  let about = CheckDescription(
    id: "vm-entry-failed", group: .nested, severity: .error,
    severityNote: "note when L2 was refused and L1 was told; warning when the level is not known",
    title: "Hardware refused a VM entry",
    meaning: [
      """
      The processor checks the state that it is to enter a guest with, and refuses what breaks the rules. KVM has \
      checked before, so for an entry of L1 this is a bug in KVM or state that the VMM made up; KVM_RUN ends with \
      KVM_EXIT_FAIL_ENTRY.
      """,
      """
      For an entry of L2 it may be L1's mistake that KVM leaves to hardware to find; L1 is told, as it must be, and \
      the finding is a note.
      """,
    ],
    pattern: [
      "kvm_entry",
      "kvm_exit   INVALID_STATE FAILED_VMENTRY  <--  bit 31 of the reason",
      "           SVM: invalid_guest_state      <--  -1",
      "",
      "A refused VMLAUNCH or VMRESUME (VMfail) has no exit at all:",
      "kvm_entry",
      "kvm_nested_vmenter_failed  hardware VM-instruction error: 7   (L2)",
      "kvm_userspace_exit         KVM_EXIT_FAIL_ENTRY (9)            (L1)",
    ],
    advice: [
      "Load kvm_intel with dump_invalid_vmcs=1: the kernel's log then shows the whole VMCS (AMD: dump_invalid_vmcb).",
      "Look at what wrote the state last: KVM_SET_SREGS, a restore, or KVM itself.",
    ])
  let needs: [EventKind] = [.exit]
  let isNested = false

  /// One finding per entry.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    for fact in evidence.timelineFacts {
      let what: String
      var severity: Severity
      switch (fact.kind, fact.level) {
      case (.refusedEntry(_, toldL1: true), _), (.refusedInstruction, .l2): severity = .note
      case (.refusedEntry(_, toldL1: false), .l1), (.refusedInstruction, .l1): severity = .error
      case (.refusedEntry, _), (.refusedInstruction, _): severity = .warning
      default: continue
      }
      switch fact.kind {
      case .refusedEntry(let exit, let toldL1):
        let name = ExitReasonTable.name(of: exit)
        what =
          toldL1
          ? "hardware refused an entry of L2 (\(name)), and L1 was told"
          : "hardware refused an entry of \(fact.level.name) (\(name))"
      default:
        what =
          fact.level == .l2
          ? "hardware refused the instruction that enters L2 (VMfail), and L1 was told"
          : "hardware refused the instruction that enters the guest: a kvm_entry without an exit"
      }
      judgement.findings.append(evidence.finding(self, severity, fact, what))
    }
  }
}
