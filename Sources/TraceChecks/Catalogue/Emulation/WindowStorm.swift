import KVMEvents
import KVMTimeline

/// `window-storm`: interrupt or NMI windows dominate.
struct WindowStormCheck: Check {
  static let count = CheckOption(
    "count", .count, 10_000, "Window exits of a vCPU, at least")
  static let share = CheckOption("share", .share, 50, "Their part of all its exits, at least")
  let about = CheckDescription(
    id: "window-storm", group: .emulation, severity: .warning,
    title: "Most exits of a vCPU are interrupt or NMI windows",
    meaning: [
      """
      When KVM has an interrupt for a guest that does not take any at the moment, it asks hardware for an exit as \
      soon as the guest would: a window. One per interrupt is the price. When windows are most of what happens, KVM \
      asks again and again without getting rid of what it has.
      """
    ],
    pattern: [
      "kvm_exit   INTERRUPT_WINDOW          <--  AMD: vintr; NMI_WINDOW, iret",
      "kvm_entry",
      "kvm_exit   INTERRUPT_WINDOW          <--  more than half of all exits",
    ],
    options: [count, share],
    advice: [
      "Look at kvm_inj_virq between the windows: without it nothing is ever delivered.",
      "Look at the guest's TPR and at APICv (/sys/module/kvm_intel/parameters/enable_apicv).",
    ])
  let needs: [EventKind] = [.exit]
  let isNested = false

  /// One warning per vCPU.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    let least = max(1, evidence.value(Self.count, of: self))
    let share = evidence.value(Self.share, of: self)
    for track in evidence.tracks where track.hasRun {
      let windows = track.exits.rows.filter { $0.exit.isWindow }.reduce(UInt64(0)) { $0 + $1.count }
      let all = track.counters.exits
      guard windows >= least, Double(windows) * 100 >= Double(all) * Double(share) else { continue }
      judgement.findings.append(
        evidence.finding(
          self, .warning, about: track,
          "\(windows) of \(all) exits are interrupt or NMI windows", count: windows))
    }
  }
}
