import KVMEvents
import KVMTimeline

/// `halt-poll-waste`: polling that mostly ends in blocking.
struct HaltPollWasteCheck: Check {
  static let polls = CheckOption("polls", .count, 100, "Polls of a vCPU, at least")
  static let share = CheckOption(
    "share", .share, 50, "Part of the polling time that was wasted, at least")
  static let time = CheckOption(
    "time", .share, 1, "Part of the vCPU's span that it took, at least")
  let about = CheckDescription(
    id: "halt-poll-waste", group: .time, severity: .note,
    title: "Halt-polling mostly ends in blocking all the same",
    meaning: [
      """
      When a guest halts, KVM first spins for a while: if the wake-up comes soon, that saves a switch of threads. If \
      it does not, the spinning was for nothing and took the CPU from others. KVM adapts the time by itself; here it \
      keeps failing.
      """
    ],
    pattern: [
      "kvm_exit          HLT",
      "…                                    <--  polling, for nothing",
      "sched_switch                              the vCPU blocks",
      "kvm_vcpu_wakeup   wait time …, polling valid",
    ],
    guards: ["Without sched_switch polling cannot be told from blocking: not judged."],
    options: [polls, share, time],
    advice: [
      "Lower kvm.halt_poll_ns, or KVM_CAP_HALT_POLL for this VM.",
      "Or do nothing, if no other thread wants the CPU.",
    ])
  let needs: [EventKind] = [.vcpuWakeup, .schedSwitch]
  let isNested = false

  /// One note per vCPU.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    guard needs.allSatisfy(evidence.records.contains), evidence.facts.timeUnit == .nanoseconds
    else {
      return
    }
    let (polls, share, time) = (
      evidence.value(Self.polls, of: self), evidence.value(Self.share, of: self),
      evidence.value(Self.time, of: self)
    )
    for track in evidence.tracks where track.hasRun {
      let polling = track.polling
      let wasted = Double(polling.failedTime)
      let all = wasted + Double(polling.succeededTime)
      let span = evidence.span(of: track)
      guard polling.failed > 0, polling.failed + polling.succeeded >= polls,
        wasted * 100 >= all * Double(share),
        wasted * 100 >= Double(span.upperBound - span.lowerBound) * Double(time)
      else { continue }
      judgement.findings.append(
        evidence.finding(
          self, .note, about: track,
          "\(polling.failed) of \(polling.failed + polling.succeeded) polls ended in blocking; they took \(milliseconds(polling.failedTime))",
          count: polling.failed))
    }
  }
}
