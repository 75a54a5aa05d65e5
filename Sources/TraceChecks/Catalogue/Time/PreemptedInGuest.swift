import KVMEvents
import KVMTimeline

/// `preempted-in-guest`: time stolen from a vCPU.
struct PreemptedInGuestCheck: Check {
  static let share = CheckOption(
    "share", .share, 20, "Part of the vCPU's span, at least")
  static let time = CheckOption("time", .duration, 100_000_000, "Time, at least")
  let about = CheckDescription(
    id: "preempted-in-guest", group: .time, severity: .note,
    title: "A vCPU wanted to run, and others had its CPU",
    meaning: [
      """
      The vCPU's thread was runnable, and another one had its CPU: steal time, as the guest calls it. Locks that the \
      guest held went on being held.
      """
    ],
    pattern: [
      "sched_switch   vCPU (R) ==> another   <--  preempted",
      "sched_switch   another ==> vCPU",
    ],
    guards: ["Needs sched_switch."],
    options: [share, time],
    advice: [
      "See who ran instead: sched_switch events on that CPU. Pin vCPUs, or give the host more CPUs.",
      "Look at the quota of the VM's control group.",
    ])
  let needs: [EventKind] = [.schedSwitch]
  let isNested = false

  /// One note per vCPU.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    guard needs.allSatisfy(evidence.records.contains), evidence.facts.timeUnit == .nanoseconds
    else {
      return
    }
    let (share, least) = (evidence.value(Self.share, of: self), evidence.value(Self.time, of: self))
    for track in evidence.tracks where track.hasRun {
      let stolen = GuestLevel.allCases.reduce(UInt64(0)) {
        $0 + track.stateTotals.time(.preempted, $1)
      }
      let times = GuestLevel.allCases.reduce(UInt64(0)) {
        $0 + track.stateTotals.count(.preempted, $1)
      }
      let span = evidence.span(of: track)
      let length = span.upperBound - span.lowerBound
      guard times > 0, stolen >= least, Double(stolen) * 100 >= Double(length) * Double(share)
      else {
        continue
      }
      judgement.findings.append(
        evidence.finding(
          self, .note, about: track,
          "runnable but off its CPU for \(milliseconds(stolen)) of \(milliseconds(length))",
          count: times))
    }
  }
}
