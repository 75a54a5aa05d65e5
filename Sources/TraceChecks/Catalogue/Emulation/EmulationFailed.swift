import KVMEvents
import KVMTimeline

/// `emulation-failed`: KVM could not emulate an instruction.
struct EmulationFailedCheck: Check {
  let about = CheckDescription(
    id: "emulation-failed", group: .emulation, severity: .warning,
    severityNote: "error when KVM_RUN ended with KVM_EXIT_INTERNAL_ERROR for it",
    title: "KVM could not emulate an instruction",
    meaning: [
      """
      KVM's emulator knows a part of the instruction set. Where an exit, or invalid state, makes it emulate one that \
      it does not know, or cannot finish, it gives the guest an exception, or gives up: KVM_RUN then ends with \
      KVM_EXIT_INTERNAL_ERROR and the VMM mostly stops the guest.
      """
    ],
    pattern: [
      "kvm_emulate_insn    0:401e68: c5 fd 6f 06 (prot64)          the instruction",
      "kvm_emulate_insn    0:401e68: c5 fd 6f 06 (prot64) FAIL <-- the same, failed",
      "kvm_userspace_exit  KVM_EXIT_INTERNAL_ERROR (17)            then it is an error",
    ],
    guards: [
      "failed=1 is a second event for the same instruction; one finding per address in a row."
    ],
    advice: [
      "Disassemble the bytes of the event: SIMD instructions on MMIO are the usual case.",
      "In L2 look for l2-emulation: then the emulator ought not to run at all.",
    ])
  let needs: [EventKind] = [.emulateInstruction]
  let isNested = false

  /// One finding per row of failures at one address.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    for fact in evidence.timelineFacts {
      guard case .failedEmulation(let rip, let endedRun) = fact.kind else { continue }
      let times = fact.count == 1 ? "" : ", \(fact.count) times in a row"
      let end = endedRun ? ", and gave up: KVM_EXIT_INTERNAL_ERROR" : ""
      judgement.findings.append(
        evidence.finding(
          self, endedRun ? .error : .warning, fact,
          "KVM could not emulate the instruction at \(hex(rip))\(times)\(end)"))
    }
  }
}
