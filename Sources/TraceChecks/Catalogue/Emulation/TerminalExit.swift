import KVMEvents
import KVMTimeline

/// `terminal-exit`: the guest is at its end.
struct TerminalExitCheck: Check {
  let about = CheckDescription(
    id: "terminal-exit", group: .emulation, severity: .error,
    severityNote:
      "note when another finding or L2's own shutdown on AMD explains it, warning when that may be",
    title: "KVM_RUN ended, and the guest does not survive it",
    meaning: [
      """
      KVM_EXIT_SHUTDOWN, KVM_EXIT_FAIL_ENTRY and KVM_EXIT_INTERNAL_ERROR say that this vCPU cannot go on as it is. \
      The finding names the likely cause, how sure it is, and the exceptions injected just before; the evidence has \
      the last events of the vCPU.
      """,
      """
      A guest that shuts down by itself (a triple fault of L1) ends so too: some reboot in this way. The VMM decides \
      what becomes of it.
      """,
    ],
    pattern: [
      "kvm_inj_exception   #DF                   what could not be delivered",
      "kvm_entry",
      "kvm_exit            TRIPLE_FAULT",
      "kvm_userspace_exit  KVM_EXIT_SHUTDOWN    <--  or FAIL_ENTRY, INTERNAL_ERROR",
    ],
    guards: [
      "Where errno is below zero, the event's reason is a leftover and means nothing.",
      """
      What l2-emulation, missing-triple-fault, triple-fault-escaped, invalid-l2-refused, emulation-failed, \
      vm-entry-failed or emulation-livelock say of the same moment explains it: then it is a note.
      """,
    ],
    advice: [
      "Follow the finding that explains it, or the cause that this one names.",
      "`kvmscope timeline --pid TID` shows the last states, `kvmscope events --pid TID` all events.",
      "For INTERNAL_ERROR ask the VMM's log for the suberror and the instruction's bytes.",
    ])
  let needs: [EventKind] = [.userspaceExit]
  let isNested = false

  private static let explaining: Set<String> = [
    "l2-emulation", "missing-triple-fault", "triple-fault-escaped", "invalid-l2-refused",
    "emulation-failed", "vm-entry-failed", "emulation-livelock", "unreflected-exit", "lost-inject",
  ]

  /// One finding per exit.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    for fact in evidence.timelineFacts {
      guard case .endOfRun(let end) = fact.kind else { continue }
      let identity = evidence.tracks[fact.vcpu].identity
      let explanations = judgement.findings.filter {
        Self.explaining.contains($0.check) && $0.identity == identity
          && Self.leadsUp($0, to: fact, end)
      }
      var severity = Severity.error
      // Where L1 does not intercept SHUTDOWN, L2's own ends L1 too: legal, on AMD.
      if end.reason == 8 && evidence.tracks[fact.vcpu].isa != .vmx {
        if fact.level == .l2 { severity = .note }
        if fact.level == .unknown { severity = .warning }
      }
      let cause = ProbableCause(end, fact, isSVM: evidence.isSVM(fact))
      var text = "\(UserspaceExitReason.name(of: end.reason)): \(cause.text)"
      let chain = end.exceptions.vectors.map(ExceptionVector.name)
      if !chain.isEmpty { text += " after \(chain.joined(separator: ", "))" }
      text += " (confidence: \(cause.confidence.rawValue)"
      var names: [String] = []
      for explanation in explanations where !names.contains(explanation.check) {
        names.append(explanation.check)
      }
      text += names.isEmpty ? ")" : "; see \(names.joined(separator: ", ")))"
      var finding = evidence.finding(self, names.isEmpty ? severity : .note, fact, text)
      finding.tellsOfEnd = true
      judgement.findings.append(finding)
    }
  }

  /// Whether a finding of the same vCPU is why this run ended: it ends inside the last exit's
  /// handling, or is the emulation that went on up to here.
  private static func leadsUp(_ finding: Finding, to fact: TimelineFact, _ end: EndOfRun) -> Bool {
    guard let from = finding.begin, let to = finding.end, from <= fact.end else { return false }
    if end.isInEpisode
      && (finding.check == "l2-emulation" || finding.check == "missing-triple-fault")
    {
      return to <= fact.end && end.failedRIP != nil || to >= fact.begin || end.exit == nil
    }
    return to >= fact.begin && to <= fact.end
  }
}
