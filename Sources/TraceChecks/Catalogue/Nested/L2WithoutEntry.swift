import KVMEvents
import KVMTimeline

/// `l2-without-entry`: an L2 exit though L2 was never entered.
struct L2WithoutEntryCheck: Check {
  let about = CheckDescription(
    id: "l2-without-entry", group: .nested, severity: .warning,
    title: "L2 exited though nothing had entered it",
    meaning: [
      """
      The vCPU was in L1 for certain, and did not execute VMLAUNCH, VMRESUME or VMRUN since; yet its next exit is one \
      of L2. KVM's idea of who runs is wrong, or the trace is not whole.
      """
    ],
    pattern: [
      "kvm_exit            CPUID                 L1",
      "kvm_entry",
      "kvm_exit            HLT",
      "kvm_nested_vmexit   HLT              <--  L2: who entered it?",
    ],
    guards: [
      "The trace's begin and lost events: the level must be proved before.",
      """
      RSM (an SMM transition in between) and KVM_SET_NESTED_STATE (a userspace exit in between) enter L2 without \
      an instruction of L1.
      """,
      "An L2 that begins right behind L1's VMLAUNCH looks like one that was refused, and stays silent.",
      "Not judged where kvm_smm_transition or kvm_userspace_exit were not recorded.",
    ],
    advice: [
      "Look at the file with `kvmscope info`: loss and damage are the likeliest cause.",
      "Look at the events before: what else could have put the vCPU into L2?",
    ])
  let needs: [EventKind] = [.entry, .exit, .nestedExit, .nestedExitInject]
  let alsoNeeds: [EventKind] = [.smmTransition, .userspaceExit]

  /// One warning per exit.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    for fact in evidence.timelineFacts {
      guard case .l2WithoutEntry(let exit) = fact.kind else { continue }
      judgement.findings.append(
        evidence.finding(
          self, .warning, fact,
          "an exit \(ExitReasonTable.name(of: exit)) of L2 while L1 ran, which had not entered L2"))
    }
  }
}
