import KVMEvents
import KVMTimeline

/// `reinjection-storm`: one vector is reinjected again and again.
struct ReinjectionStormCheck: Check {
  static let count = CheckOption(
    "count", .count, 100, "Reinjections in a row of one vector")
  let about = CheckDescription(
    id: "reinjection-storm", group: .emulation, severity: .warning,
    title: "One vector is reinjected again and again",
    meaning: [
      """
      While hardware delivers an event to the guest, a fault on the way (the stack, the IDT) may cause an exit. KVM \
      mends the fault and injects the event anew; once or twice is normal. In a row the fault is never mended, and \
      the guest stands still on its way into a handler.
      """
    ],
    pattern: [
      "kvm_exit            EPT_VIOLATION         while an event is delivered",
      "kvm_inj_exception   #PF reinjected=1",
      "kvm_entry",
      "kvm_exit            EPT_VIOLATION",
      "kvm_inj_exception   #PF reinjected=1 <--  and so on",
    ],
    guards: [
      "Another vector, or an event that is injected for the first time, begins anew.",
      "Events before 6.0 do not say whether they are repeated: silent there.",
    ],
    options: [count],
    advice: [
      "Look at the guest's IDT, TSS and stacks, and at the address of the page faults between the injections.",
      "With nested paging look at kvm_page_fault: a page of L1's tables may be the one that is missing.",
    ])
  let needs: [EventKind] = [.injectException]
  let isNested = false

  func configure(_ limits: inout WatchLimits, _ configuration: CheckConfiguration) {
    limits.reinjections = max(2, configuration.value(of: Self.count, in: id))
  }

  /// One warning per row.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    for fact in evidence.timelineFacts {
      guard case .reinjections(let vector, let isException) = fact.kind else { continue }
      let name = isException ? ExceptionVector.name(of: vector) : "interrupt \(hex(vector))"
      judgement.findings.append(
        evidence.finding(
          self, .warning, fact, "\(name) was reinjected \(fact.count) times in a row"))
    }
  }
}
