import KVMEvents
import KVMTimeline

/// `reflected-reason-mismatch`: L1 was told another reason than the exit had.
struct ReflectedReasonMismatchCheck: Check {
  let about = CheckDescription(
    id: "reflected-reason-mismatch", group: .nested, severity: .warning,
    title: "L1 was told another reason than the exit of L2 had",
    meaning: [
      """
      An exit that L1 must always get (CPUID, INVD, XSETBV, TASK_SWITCH, a triple fault, VMX instructions, a refused \
      entry; on AMD VMRUN and a refused entry) is handed to L1 at once and as it is: nothing else can come first. \
      Here another reason was injected in its place.
      """,
      """
      Exits that L0 may keep are not looked at: while L0 handles one, anything may become due for L1 (an interrupt, a \
      timer, an exception, what an emulated instruction runs into), and is told as a synthesized exit.
      """,
    ],
    pattern: [
      "kvm_exit                  CPUID",
      "kvm_nested_vmexit         CPUID",
      "kvm_nested_vmexit_inject  VMCALL     <--  must be CPUID",
    ],
    guards: [
      """
      Allowed morphs: EPT_VIOLATION and EPT_MISCONFIG into one another or into PML_FULL (the walk of L1's tables \
      decides), VMCALL into Hyper-V's synthetic exit behind a TLB flush (0x10000031).
      """,
      "Only while no kvm_entry, userspace exit or SMM transition stands between the exit and the inject.",
    ],
    advice: [
      "Look at what L1 does next: it handles an exit that its guest never had.",
      "Compare the exit fields of both events: a stale vmx->exit_reason is a likely cause.",
    ])
  let needs: [EventKind] = [.exit, .nestedExit, .nestedExitInject]

  /// One warning per inject.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    for fact in evidence.timelineFacts {
      guard case .toldAnother(let exit, let told) = fact.kind else { continue }
      let (had, said) = (ExitReasonTable.name(of: exit), ExitReasonTable.name(of: told))
      judgement.findings.append(
        evidence.finding(
          self, .warning, fact, "L2 had an exit \(had), and L1 was told of \(said) instead"))
    }
  }
}
