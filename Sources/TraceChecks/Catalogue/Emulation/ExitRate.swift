import KVMEvents
import KVMTimeline

/// `exit-rate`: exits per second over a budget.
struct ExitRateCheck: Check {
  static let budget = CheckOption(
    "budget", .count, 250_000, "Exits per second of a vCPU, level and reason")
  /// A shorter time says nothing about a rate.
  static let leastTime: UInt64 = 100_000_000
  let about = CheckDescription(
    id: "exit-rate", group: .emulation, severity: .warning,
    title: "A vCPU exits more often than the budget allows",
    meaning: [
      """
      Every exit costs the guest a microsecond and more. The check looks at the average over the vCPU's whole span \
      (or --begin to --end), for each level and reason. The default is a rate at which a CPU does little else.
      """
    ],
    pattern: ["kvm_exit  reason …   <--  250,000 times a second"],
    guards: ["A span of less than 100 ms is not judged, nor a trace whose clock counts ticks."],
    options: [budget],
    advice: [
      "See `kvmscope summary` for what the reason costs, and `timeline` for when it happens.",
      "Set the budget to what your guests are known to do: --set exit-rate.budget=20000.",
    ])
  let needs: [EventKind] = [.exit]
  let isNested = false

  /// One warning per vCPU, level and reason.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    guard evidence.facts.timeUnit == .nanoseconds else { return }
    let budget = Double(max(1, evidence.value(Self.budget, of: self)))
    for track in evidence.tracks where track.hasRun {
      let span = evidence.span(of: track)
      let time = span.upperBound - span.lowerBound
      guard time >= Self.leastTime else { continue }
      // An exit that L1 was told of counts with those of its reason that L0 kept.
      let rows = track.exits.rows
      var counts: [(row: Int, count: UInt64)] = []
      for row in rows.indices {
        if let at = counts.firstIndex(where: {
          rows[$0.row].exit == rows[row].exit && rows[$0.row].level == rows[row].level
        }) {
          counts[at].count += rows[row].count
        } else {
          counts.append((row, rows[row].count))
        }
      }
      for (row, count) in counts {
        let rate = Double(count) * 1e9 / Double(time)
        guard rate > budget else { continue }
        let name = ExitReasonTable.name(of: rows[row].exit)
        var finding = evidence.finding(
          self, .warning, about: track,
          "\(UInt64(rate)) exits \(name) per second, \(count) in all", count: count)
        finding.level = rows[row].level
        judgement.findings.append(finding)
      }
    }
  }
}
