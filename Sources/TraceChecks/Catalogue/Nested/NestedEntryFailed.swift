import KVMEvents
import KVMTimeline

/// `nested-entry-failed`: a nested VM-entry failed its checks.
struct NestedEntryFailedCheck: Check {
  let about = CheckDescription(
    id: "nested-entry-failed", group: .nested, severity: .note,
    title: "A nested VM-entry failed KVM's checks",
    meaning: [
      """
      L1 asked to enter L2 with controls, host state or guest state that break the rules of VM entry, and KVM told it \
      so, as hardware would. That is L1's mistake, or L1's intention: the selftests do it on purpose. A restore \
      (KVM_SET_NESTED_STATE) that is refused shows the same event.
      """,
      """
      Failures without a successful entry between them are one finding. The event's text, in the evidence, is the \
      condition that failed, in the words of the kernel's source.
      """,
    ],
    pattern: [
      "kvm_exit                   VMLAUNCH",
      "kvm_nested_vmenter                        (6.1 and later; not for failures of controls)",
      "kvm_nested_vmenter_failed  …         <--  the condition that failed",
      "kvm_entry                                 L1 goes on",
      "",
      "SVM: kvm_nested_vmenter, then an inject of invalid_guest_state without an exit.",
    ],
    guards: [
      "Before 6.1 some failures on AMD leave no trace at all.",
      "Failures while an MSR is loaded or a table of pages is read leave none on Intel.",
    ],
    advice: [
      "Read the condition in the evidence and look it up in arch/x86/kvm/vmx/nested.c.",
      "Correct the VMCS that L1 sets up, or the state that the VMM restores.",
    ])
  let needs: [EventKind] = [.nestedEntryFailed]

  /// One note per row of failures.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    for fact in evidence.timelineFacts where fact.kind == .failedNestedEntries {
      let what =
        fact.count == 1
        ? "a nested VM-entry failed KVM's checks"
        : "\(fact.count) nested VM-entries in a row failed KVM's checks"
      judgement.findings.append(evidence.finding(self, .note, fact, what))
    }
  }
}

/// `nested-entry-storm`: nested VM-entries fail fast and without end.
struct NestedEntryStormCheck: Check {
  static let count = CheckOption(
    "count", .count, 1000, "Failures in a row, with no successful entry between")
  static let within = CheckOption(
    "within", .duration, 1_000_000_000, "So many of them in this time, on average")
  let about = CheckDescription(
    id: "nested-entry-storm", group: .nested, severity: .warning,
    title: "Nested VM-entries fail again and again",
    meaning: [
      """
      L1 tries to enter L2, is refused, and tries again at once, for a long time: it does not understand the answer, \
      or does not look at it. Each try costs L0 all its checks; L2 never runs.
      """
    ],
    pattern: [
      "kvm_exit                   VMRESUME",
      "kvm_nested_vmenter_failed  …",
      "kvm_entry",
      "kvm_exit                   VMRESUME  <--  and so on, more than a thousand times a second",
    ],
    guards: ["Where the clock counts ticks, the number alone decides."],
    options: [count, within],
    advice: ["See nested-entry-failed: its evidence has the condition that L1 breaks."])
  let needs: [EventKind] = [.nestedEntryFailed]

  /// One warning per row of failures that is long and fast enough.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    let count = max(1, evidence.value(Self.count, of: self))
    let within = evidence.value(Self.within, of: self)
    for fact in evidence.timelineFacts where fact.kind == .failedNestedEntries {
      guard fact.count >= count else { continue }
      let allowed = Double(within) / Double(count) * Double(fact.count)
      if evidence.facts.timeUnit == .nanoseconds, Double(fact.end - fact.begin) > allowed {
        continue
      }
      judgement.findings.append(
        evidence.finding(
          self, .warning, fact,
          "\(fact.count) nested VM-entries in a row failed KVM's checks: L1 tries again at once"))
    }
  }
}
