import KVMEvents
import KVMTimeline

/// `stopped-in-l2`: the last that is heard of a vCPU is L2.
struct StoppedInL2Check: Check {
  let about = CheckDescription(
    id: "stopped-in-l2", group: .emulation, severity: .note, isOnByDefault: false,
    title: "The events of a vCPU end while it is in L2",
    meaning: [
      """
      The recording has no more of this vCPU, and it was in its nested guest. The finding says what it did last, how \
      long before the recording's end, the likely cause and how sure it is; the evidence has its last events and \
      states. For a post-mortem: `kvmscope check --enable stopped-in-l2`.
      """,
      "Off by default: every recording that is stopped while nested guests run ends so.",
    ],
    pattern: [
      "kvm_nested_vmexit   …                    L2",
      "kvm_entry                           <--  and nothing after it",
    ],
    guards: [
      "Where the vCPU got another life, or ended in a terminal exit, it is silent.",
      "An end of the window (--end) is not the vCPU's.",
      "Where the level at the end is not proved, it is silent.",
    ],
    advice: [
      "Look at the VMM's log for the time of the last event: was the VM stopped, killed, migrated?",
      "Where other vCPUs of the VM go on, `kvmscope timeline --vm VM` from that time on shows who waits for whom.",
    ])
  let needs: [EventKind] = [.nestedExit, .nestedExitInject]

  /// One note per vCPU.
  func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    for track in evidence.tracks where track.hasRun {
      guard let ending = track.ending, ending.level == .l2, ending.cause != .incarnation,
        !ending.endedForGood, evidence.window.contains(track.end)
      else { continue }
      let silence = (evidence.facts.end ?? track.end) - min(track.end, evidence.facts.end ?? 0)
      let cause = ProbableCause(ending, silence: silence, evidence.facts.timeUnit)
      var text = "the events end at L2, \(Self.words(ending))"
      if silence > 0 {
        let length =
          evidence.facts.timeUnit == .ticks ? "\(silence) ticks" : milliseconds(silence)
        text += ", \(length) before the recording does"
      }
      text += ": \(cause.text)"
      let chain = ending.exceptions.vectors.map(ExceptionVector.name)
      if !chain.isEmpty { text += " after \(chain.joined(separator: ", "))" }
      text += " (confidence: \(cause.confidence.rawValue))"
      var finding = Finding(
        check: id, severity: .note, trace: evidence.trace, identity: track.identity, cpu: nil,
        level: .l2, begin: track.end, end: track.end, message: text, count: 1)
      finding.tellsOfEnd = true
      judgement.findings.append(finding)
    }
  }

  private static func words(_ ending: VCPUEnding) -> String {
    let exit = ending.exit.map { ExitReasonTable.name(of: $0) }
    switch ending.state {
    case .guest: return "in the guest"
    case .host where ending.exitIsOpen && exit != nil:
      return "in KVM, which handles \(exit ?? "")"
    case .host: return "in KVM"
    case .userspace where exit != nil: return "in the VMM, after \(exit ?? "")"
    default: return ending.state.name
    }
  }
}

extension ProbableCause {
  /// Why nothing more is heard of a vCPU in L2.
  init(_ ending: VCPUEnding, silence: UInt64, _ unit: TimeUnit) {
    if ending.isInEpisode {
      self.init("KVM was emulating L2 for invalid state", .high)
    } else if ending.runsFail {
      self.init("KVM_RUN failed with EIO: KVM does not run this guest any more", .high)
    } else if ending.cause == .thread {
      self.init("its thread ended, and the VM with it", .high)
    } else if unit == .nanoseconds && silence <= 10_000_000 {
      if ending.state == .userspace {
        self.init("the VMM did not run it again before the recording ended", .low)
      } else {
        self.init("the recording ended", .medium)
      }
    } else {
      switch ending.state {
      case .userspace: self.init("the VMM did not run it again: paused, closed or killed", .medium)
      case .halted, .blocked: self.init("it waits, and nothing woke it", .medium)
      case .preempted: self.init("it did not get a CPU again", .medium)
      case .guest:
        self.init("L2 runs without any exit, or the VM was killed while it ran", .low)
      default: self.init("KVM did not come back, or the VM was killed", .low)
      }
    }
  }
}
