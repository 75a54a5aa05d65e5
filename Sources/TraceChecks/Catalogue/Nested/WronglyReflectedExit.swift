import KVMEvents
import KVMTimeline

/// `wrongly-reflected-exit`: an exit that only L0 may see was reflected.
struct WronglyReflectedExitCheck: Check {
  let about = CheckDescription(
    id: "wrongly-reflected-exit", group: .nested, severity: .warning,
    title: "An exit that only L0 may see was reflected to L1",
    meaning: [
      """
      Some exits come from controls that KVM uses for itself and offers to no L1: PML_FULL by hardware (an L1 that \
      logs pages has its log emulated), BUS_LOCK and NOTIFY. Here hardware left L2 for such a reason and L1 was told \
      of it at once, word for word. L1 does not know the reason and does the wrong thing with it.
      """
    ],
    pattern: [
      "kvm_exit                  BUS_LOCK        L2 locks the bus; L0 asked for the exit",
      "kvm_nested_vmexit         BUS_LOCK",
      "kvm_nested_vmexit_inject  BUS_LOCK   <--  L1 never asked",
    ],
    guards: [
      """
      PREEMPTION_TIMER is left out: L1's own timer, which KVM emulates, may run out while KVM uses hardware's to get \
      the vCPU back, and the two look alike.
      """,
      "ENCLS is left out: where SGX is virtualized L1 may ask for it.",
      "PML_FULL that answers an EPT_VIOLATION is L1's log being full: legal.",
    ],
    commits: [
      KernelCommit("24a996ade34d", "5.15: nVMX: handle bus lock VM exits of L2 in L0")
    ],
    advice: [
      "Look for a fix of the reason's handling in nested_vmx_l0_wants_exit() that the host's kernel lacks.",
      "Until then turn the feature off on the host (split_lock_detect=, kvm_intel.pml=0, no KVM_CAP_X86_NOTIFY_VMEXIT).",
    ])
  let needs: [EventKind] = [.exit, .nestedExit, .nestedExitInject]

  /// One warning per exit.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    for fact in evidence.timelineFacts {
      guard case .reflectedL0Exit(let exit) = fact.kind else { continue }
      judgement.findings.append(
        evidence.finding(
          self, .warning, fact,
          "L1 was told of an exit \(ExitReasonTable.name(of: exit)) of L2, which only L0 may see"))
    }
  }
}
