import KVMEvents
import KVMTimeline

/// `lost-inject`: an exit of L2 vanished.
struct LostInjectCheck: Check {
  let about = CheckDescription(
    id: "lost-inject", group: .nested, severity: .error,
    title: "An exit of L2 vanished: L1 was told nothing",
    meaning: [
      """
      L1 can only go on after an exit of its nested guest that KVM tells it of. Here the vCPU was in L2 for certain, \
      and its next exit is one of L1, with no inject between: KVM left L2 without a word. L1 reads exit fields that \
      are not those of this exit.
      """
    ],
    pattern: [
      "kvm_exit            HLT                   L2",
      "kvm_nested_vmexit   HLT",
      "                                     <--  kvm_nested_vmexit_inject belongs here",
      "kvm_entry",
      "kvm_exit            VMREAD           <--  no kvm_nested_vmexit behind it: this is L1",
    ],
    guards: [
      """
      L2 may be left without an event by SMM, and by the VMM while it has the vCPU (reset, KVM_SET_NESTED_STATE, \
      KVM_SET_VCPU_EVENTS): a userspace exit or an SMM transition in between, a failed nested entry, lost events.
      """,
      "INIT on AMD: the vCPU goes on at a reset or start-up vector, below 64 KiB.",
      "An exit that repeats the last one of L2 to the letter is a stale one (up to 5.7).",
      "PREEMPTION_TIMER: from 6.9 on a timer that was disabled meanwhile is dropped before kvm_nested_vmexit.",
      "Not judged where kvm_smm_transition or kvm_userspace_exit were not recorded.",
    ],
    commits: [
      KernelCommit(
        "a80dfc025924",
        "5.16, 5.15.12: a stale vmx->fail sent a nested exit down the branch without an inject")
    ],
    advice: [
      "Look for a WARNING from nested.c in the host's kernel log at that moment.",
      "Take what L1 and L2 did after it as unreliable.",
    ])
  let needs: [EventKind] = [.entry, .exit, .nestedExit, .nestedExitInject]
  let alsoNeeds: [EventKind] = [.smmTransition, .userspaceExit]
  let isDecisive = true

  /// One error per exit.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    for fact in evidence.timelineFacts {
      guard case .vanishedExit(let exit) = fact.kind else { continue }
      judgement.findings.append(
        evidence.finding(
          self, .error, fact,
          "L1 went on after an exit \(ExitReasonTable.name(of: exit)) of L2 that it was not told of"
        ))
    }
  }
}
