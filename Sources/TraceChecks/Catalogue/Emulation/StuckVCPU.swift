import KVMEvents
import KVMTimeline

/// `stuck-vcpu`: exits without progress.
struct StuckVCPUCheck: Check {
  static let count = CheckOption(
    "count", .count, 1000, "Exits in a row at one address, without progress"
  )
  let about = CheckDescription(
    id: "stuck-vcpu", group: .emulation, severity: .warning,
    title: "A vCPU exits again and again and gets no further",
    meaning: [
      """
      The guest executes an instruction, leaves for KVM, is put back to the very same instruction, and leaves again \
      with the same reason and the same details. KVM believes that it has done what was needed; it has not. A few in \
      a row are normal (a page that is in use elsewhere is tried again); a thousand are not.
      """
    ],
    pattern: [
      "kvm_exit        EPT_VIOLATION rip 0x40e390 info 184 0",
      "kvm_page_fault  address 10a000",
      "kvm_entry       rip 0x40e390              back to where it was",
      "kvm_exit        EPT_VIOLATION rip 0x40e390 info 184 0  <--  and again",
    ],
    guards: [
      "HLT, MWAIT, PAUSE, single steps, exceptions and all that comes from outside (interrupts, timers, windows).",
      "Another page: with kvm_page_fault its address is looked at; without it EPT_VIOLATION is not judged.",
      "A userspace exit, an injected exception, and an entry at another address are progress.",
      "MMIO (EPT_MISCONFIG), whose address the exit does not name.",
    ],
    options: [count],
    advice: [
      "Look at the page of the fault: is it being migrated, write-protected, or shared with a device?",
      "Look at the host's kernel log, and at kvm:kvm_try_async_get_page and mmu events in a wider recording.",
    ])
  let needs: [EventKind] = [.entry, .exit]
  let isNested = false

  func configure(_ limits: inout WatchLimits, _ configuration: CheckConfiguration) {
    limits.stuckExits = max(2, configuration.value(of: Self.count, in: id))
  }

  /// One warning per row.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    for fact in evidence.timelineFacts {
      guard case .repeatedExit(let exit, let rip) = fact.kind else { continue }
      judgement.findings.append(
        evidence.finding(
          self, .warning, fact,
          "\(fact.count) exits \(ExitReasonTable.name(of: exit)) in a row at \(hex(rip)), each put back to where it was: no progress"
        ))
    }
  }
}
