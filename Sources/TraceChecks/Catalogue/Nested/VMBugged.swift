import KVMEvents
import KVMTimeline

/// `vm-bugged`: KVM declared the VM bugged.
struct VMBuggedCheck: Check {
  let about = CheckDescription(
    id: "vm-bugged", group: .nested, severity: .error,
    title: "KVM declared the VM bugged: KVM_RUN fails at once",
    meaning: [
      """
      When KVM finds itself in a state that its own code rules out (KVM_BUG_ON), it gives the VM up: every KVM_RUN \
      ends with EIO from then on and nothing is entered any more. The check wants to see that twice: a second \
      KVM_RUN of one vCPU that ends with errno -5 without any kvm_entry.
      """
    ],
    pattern: [
      "kvm_userspace_exit  errno -5              KVM_BUG_ON: the VM is given up",
      "kvm_userspace_exit  errno -5         <--  tried again: no kvm_entry in between",
      "",
      "Where errno is below zero, the event's reason is a leftover and means nothing.",
    ],
    guards: [
      """
      Most kernels refuse further KVM_RUNs of the vCPU before they trace anything: then only the first EIO shows, and \
      no verdict is made of it (but see invalid-l2-refused).
      """,
      "EINTR (-4) and EAGAIN (-11) mean nothing.",
    ],
    commits: [
      KernelCommit("0b8f11737cff", "5.15: KVM_BUG_ON: a VM that is bugged is not run any more"),
      KernelCommit("f4d316537059", "5.16: a VM that is dead refuses all ioctls"),
    ],
    advice: [
      "Look for WARNING in the host's kernel log at the time of the first EIO: it names file and line.",
      "Start the VM anew: this one never runs again.",
    ])
  let needs: [EventKind] = [.entry, .userspaceExit]
  let isNested = false

  /// One error per row.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    guard needs.allSatisfy(evidence.records.contains) else { return }
    for fact in evidence.timelineFacts where fact.kind == .bugged {
      judgement.findings.append(
        evidence.finding(
          self, .error, fact,
          "\(fact.count) KVM_RUNs in a row failed with EIO, without an entry from the second on: the VM is bugged"
        ))
    }
  }
}
