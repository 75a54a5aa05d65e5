import KVMEvents
import KVMTimeline

/// `smm-lost-l2`: SMM was entered from L2 and L2 never came back.
struct SMMLostL2Check: Check {
  let about = CheckDescription(
    id: "smm-lost-l2", group: .nested, severity: .warning,
    title: "SMM was entered from L2, and L2 never came back",
    meaning: [
      """
      A system management interrupt takes a vCPU out of L2, and the RSM that ends its handler must bring it back \
      there. Here the next exit behind RSM is one of L1, and L1 was told of no exit: its nested guest is gone.
      """,
      "The state that RSM loads lies in memory of L1, whose handler may have changed it: so this is a warning.",
    ],
    pattern: [
      "kvm_exit            HLT                   L2",
      "kvm_nested_vmexit   HLT",
      "kvm_smm_transition  entering SMM",
      "kvm_smm_transition  leaving SMM           RSM: back to L2",
      "kvm_entry",
      "kvm_exit            VMREAD           <--  no kvm_nested_vmexit behind it: this is L1",
    ],
    guards: [
      "An inject behind RSM tells L1 of an exit: then L2 is not lost.",
      "A userspace exit in between: the VMM may have reset the vCPU.",
      "SMM that was restored (KVM_SET_VCPU_EVENTS, KVM_SET_NESTED_STATE): nobody knows what it returns to.",
    ],
    commits: [
      KernelCommit("759cbd59674a", "5.17, 5.16.y, 5.15.y: RSM into L2 sets nested_run_pending")
    ],
    advice: [
      "Look at what L1's SMM handler writes to SMRAM.",
      "Look for fixes of enter_smm and leave_smm with nested guests that the host's kernel lacks.",
    ])
  let needs: [EventKind] = [.entry, .exit, .nestedExit, .nestedExitInject]
  let alsoNeeds: [EventKind] = [.smmTransition, .userspaceExit]

  /// One warning per RSM.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    for fact in evidence.timelineFacts where fact.kind == .lostAfterSMM {
      judgement.findings.append(
        evidence.finding(
          self, .warning, fact,
          "SMM was entered from L2, but after RSM L1 goes on, which was told of no exit"))
    }
  }
}
