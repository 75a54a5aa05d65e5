import KVMEvents
import KVMTimeline

/// `emulation-livelock`: one instruction is emulated for ever.
struct EmulationLivelockCheck: Check {
  static let count = CheckOption(
    "count", .count, 1000, "Emulations in a row of one instruction, with no exit")
  /// A `rep movs` of L1 comes back every 1024 steps, and a `loop` may run 65,536 times.
  static let factorForL1: UInt64 = 100
  let about = CheckDescription(
    id: "emulation-livelock", group: .emulation, severity: .error,
    severityNote: "warning at L1, from a hundred times as many on",
    title: "The same instruction is emulated again and again",
    meaning: [
      """
      KVM emulates because the guest's state is invalid, and the instruction changes nothing: KVM comes back to it at \
      once, for ever. The guest makes no progress, and KVM_RUN need not even return: the VMM cannot help.
      """
    ],
    pattern: [
      "kvm_emulate_insn    0:401e70: 0f 01 c1",
      "kvm_emulate_insn    0:401e70: 0f 01 c1",
      "kvm_emulate_insn    0:401e70: 0f 01 c1   <--  and so on; no exit that asks, no injection",
    ],
    guards: [
      "An exit that accounts for the instruction, another address, or an injected event begins anew.",
      """
      L1 in real mode: a string instruction comes back every 1024 steps, a delay loop at every step. So at L1 it \
      takes a hundred times as many, and is a warning.
      """,
    ],
    options: [count],
    advice: [
      "For L2 see l2-emulation: KVM must not emulate it at all.",
      "A signal to the vCPU's thread ends the loop; the guest is lost.",
    ])
  let needs: [EventKind] = [.exit, .emulateInstruction]
  let isNested = false

  func configure(_ limits: inout WatchLimits, _ configuration: CheckConfiguration) {
    limits.emulations = max(2, configuration.value(of: Self.count, in: id))
  }

  /// One finding per row.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    guard needs.allSatisfy(evidence.records.contains) else { return }
    let limit = max(2, evidence.value(Self.count, of: self))
    for fact in evidence.timelineFacts {
      guard case .repeatedEmulation(let rip) = fact.kind else { continue }
      if fact.level != .l2 && fact.count / Self.factorForL1 < limit { continue }
      judgement.findings.append(
        evidence.finding(
          self, fact.level == .l2 ? .error : .warning, fact,
          "KVM emulated the instruction at \(hex(rip)) \(fact.count) times in a row: no progress"))
    }
  }
}
