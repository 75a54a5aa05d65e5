import KVMTimeline
import TraceChecks

/// Phrases that several reports share.
enum Words {
  /// `vCPU 0 · tid 355 invalid_l2`: the vCPU as a person looks for it.
  static func vcpu(_ identity: VCPUIdentity, comm: String? = nil) -> String {
    var text = identity.vcpu.map { "vCPU \($0)" } ?? "vCPU ?"
    if let vm = identity.vm { text += " of VM \(vm)" }
    text += " · tid \(identity.thread)"
    if let comm { text += " " + Printable.escaped(comm) }
    if identity.incarnation > 0 { text += " · incarnation \(identity.incarnation)" }
    return text
  }

  /// What a recording is, in one or two lines below its path.
  static func facts(_ facts: TraceFacts) -> String {
    var parts = [facts.container]
    if let clock = facts.clock {
      parts.append("clock " + clock + (facts.timeUnit == .ticks ? " (ticks)" : ""))
    }
    if let kernel = facts.kernel { parts.append(kernel) }
    parts.append(Quantity.counted(UInt64(max(0, facts.cpus)), "CPU"))
    return Printable.escaped(parts.joined(separator: " · "))
  }

  /// How much was recorded, and how much was not.
  static func extent(_ facts: TraceFacts) -> String {
    var text = Quantity.counted(facts.events, "event")
    if let begin = facts.begin, let end = facts.end {
      let unit = facts.timeUnit == .ticks ? " ticks" : ""
      text += " in " + Quantity.duration(end &- begin, facts.timeUnit) + unit
      text += ", from " + Quantity.moment(begin, facts.timeUnit)
      text += " to " + Quantity.moment(end, facts.timeUnit)
    }
    return text
  }

  /// What was lost; nil when nothing was.
  static func loss(_ facts: TraceFacts) -> String? {
    guard facts.lostGaps > 0 || facts.lostEvents != 0 else { return nil }
    let gaps = Quantity.counted(facts.lostGaps, "gap")
    guard let events = facts.lostEvents else {
      return "events lost, nobody knows how many, in \(gaps)"
    }
    return Quantity.counted(events, "event") + " lost in \(gaps)"
  }

  /// `missing.dat could not be read: no such file`: one paragraph for an input that gave nothing.
  static func unreadable(_ trace: UnreadableTrace) -> String {
    Printable.escaped("\(trace.path) could not be read: \(trace.reason)")
  }

  /// `fail: 2 errors, 1 note` as counted.
  static func counts(_ findings: [Finding]) -> String {
    counts(FindingCounts(findings).bySeverity)
  }

  /// The same of numbers by severity.
  static func counts(_ severities: [Severity: UInt64]) -> String {
    let parts = Severity.allCases.reversed().compactMap { severity -> String? in
      let count = severities[severity] ?? 0
      return count == 0 ? nil : Quantity.counted(count, severity.name)
    }
    return parts.isEmpty ? "no findings" : parts.joined(separator: ", ")
  }
}
