import KVMEvents
import KVMTimeline

/// `l1-invalid-state-emulation`: KVM emulates L1 for invalid state.
struct L1InvalidStateEmulationCheck: Check {
  let about = CheckDescription(
    id: "l1-invalid-state-emulation", group: .emulation, severity: .note,
    title: "KVM emulated L1 because its state was invalid",
    meaning: [
      """
      Without "unrestricted guest" Intel hardware runs neither real mode nor the odd states on the way out of it. For \
      a guest of its own KVM steps in and emulates, instruction by instruction: so every boot goes on such hosts. It \
      is legitimate, and slow.
      """
    ],
    pattern: [
      "kvm_emulate_insn    f0000:e05b: … (real)",
      "kvm_emulate_insn    f0000:e062: … (real)  <--  no kvm_exit asked for it",
      "",
      "5.8 to 5.10: a kvm_entry that no kvm_exit answers comes first.",
    ],
    guards: [
      "The first instruction behind an exit of L1 is what the exit asked for.",
      "Only where an exit has proved that it is L1 that runs; VMX only.",
    ],
    advice: [
      "Nothing, while the guest boots. Later: look at what left its segments in a state that hardware refuses.",
      "Check /sys/module/kvm_intel/parameters/unrestricted_guest.",
    ])
  let needs: [EventKind] = [.exit, .emulateInstruction]
  let isNested = false

  /// One note per vCPU.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    guard needs.allSatisfy(evidence.records.contains) else { return }
    for track in evidence.tracks {
      let emulated = track.invalidStateEmulation
      guard emulated.count > 0 else { continue }
      let what = emulated.count == 1 ? "one instruction" : "\(emulated.count) instructions"
      judgement.findings.append(
        Finding(
          check: id, severity: .note, trace: evidence.trace, identity: track.identity,
          cpu: emulated.cpu, level: .l1, begin: emulated.begin, end: emulated.end,
          message: "KVM emulated \(what) of L1 that no exit asked for: its state was invalid",
          count: emulated.count))
    }
  }
}
