import KVMEvents
import KVMTimeline

/// `unreflected-exit`: an exit that L1 must always get was kept by L0.
struct UnreflectedExitCheck: Check {
  let about = CheckDescription(
    id: "unreflected-exit", group: .nested, severity: .error,
    title: "L0 kept an exit of L2 that L1 must always get",
    meaning: [
      """
      Some exits of a nested guest belong to L1 whatever L1 asked for: CPUID, INVD, XSETBV, TASK_SWITCH, a triple \
      fault, a refused entry, and the instructions of VMX itself. L0 has no business handling them. Here L2 had such \
      an exit, L0 went back into L2, and L1 was never told.
      """,
      """
      On AMD the same holds for VMRUN, which L1 is bound to intercept, and for a refused entry (invalid_guest_state).
      """,
    ],
    pattern: [
      "kvm_exit            CPUID                 L2 executes CPUID",
      "kvm_nested_vmexit   CPUID",
      "                                     <--  kvm_nested_vmexit_inject CPUID belongs here",
      "kvm_entry                                 L0 goes on",
      "kvm_exit            …",
      "kvm_nested_vmexit   …                <--  and L2 it is that went on",
    ],
    guards: [
      "VMREAD and VMWRITE are L1's only where its bitmaps say so, which a trace does not show.",
      """
      A VMCALL that L0 handles as Hyper-V's TLB flush for an enlightened L2 (kvm_hv_hypercall) is legal; without that \
      event among those recorded a VMCALL is not judged.
      """,
      "The level behind the entry must be proved by the next exit or inject; userspace, SMM and lost events cancel.",
    ],
    advice: [
      "Compare nested_vmx_l1_wants_exit() and nested_vmx_l0_wants_exit() of the host's kernel with upstream.",
      "Look at what L1 misses: after a kept TRIPLE_FAULT it believes that L2 still runs.",
    ])
  let needs: [EventKind] = [.entry, .exit, .nestedExit, .nestedExitInject]
  let isDecisive = true

  /// One error per exit.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    for fact in evidence.timelineFacts {
      guard case .keptByL0(let exit) = fact.kind else { continue }
      let name = ExitReasonTable.name(of: exit)
      judgement.findings.append(
        evidence.finding(
          self, .error, fact,
          "L2 had an exit \(name), which L1 must always get; L0 kept it and L2 went on"))
    }
  }
}
