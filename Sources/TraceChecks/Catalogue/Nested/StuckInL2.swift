import KVMEvents
import KVMTimeline

/// `stuck-in-l2`: L2 runs on while an interrupt for L1 waits.
struct StuckInL2Check: Check {
  static let wait = CheckOption("wait", .duration, 100_000_000, "Time that an interrupt may wait")
  let about = CheckDescription(
    id: "stuck-in-l2", group: .nested, severity: .warning, isOnByDefault: false,
    title: "L2 runs on while an interrupt for its vCPU waits",
    meaning: [
      """
      An interrupt that is accepted for a vCPU in L2 must either end L2 (L1 asked for that) or be delivered to L2 (L1 \
      did not). Here L2 kept running, with exits that would have been occasions, and neither happened for long.
      """,
      """
      Off by default: with APICv, AVIC or posted interrupts hardware delivers without an event, and what looks like \
      waiting has long been done.
      """,
    ],
    pattern: [
      "kvm_apic_accept_irq  apicid 1 vec 165     for vCPU 1, which is in L2",
      "kvm_exit             …",
      "kvm_nested_vmexit    …               <--  L2, long after; no inject, no kvm_inj_virq",
    ],
    guards: [
      "An inject, an injected interrupt, a userspace exit, an exit of L1 and lost events end the wait.",
      "The target is told by its number: where two VMs have such a vCPU, nothing is judged.",
      "Not judged where the clock counts ticks.",
    ],
    options: [wait],
    advice: [
      "Turn APICv off to see what is delivered: kvm_intel.enable_apicv=0, kvm_amd.avic=0.",
      "Look at vmx_check_nested_events() or svm_check_nested_events(): what keeps the event from L1?",
    ])
  let needs: [EventKind] = [.nestedExit, .nestedExitInject]
  let alsoNeeds: [EventKind] = [.acceptInterrupt, .injectInterrupt]

  func configure(_ limits: inout WatchLimits, _ configuration: CheckConfiguration) {
    limits.interruptWait = configuration.value(of: Self.wait, in: id)
  }

  /// One warning per wait.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    for fact in evidence.timelineFacts {
      guard case .interruptWaits(let vector) = fact.kind else { continue }
      judgement.findings.append(
        evidence.finding(
          self, .warning, fact,
          "L2 ran on for \(milliseconds(fact.end - fact.begin)) while interrupt \(hex(vector)) waited"
        ))
    }
  }
}
