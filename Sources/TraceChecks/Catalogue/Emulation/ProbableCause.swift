import KVMEvents
import KVMTimeline

/// Why a KVM_RUN ended for good, as far as the events before it tell.
struct ProbableCause {
  /// How sure it is.
  enum Confidence: String {
    /// The events say so.
    case high
    /// The usual cause of what the events show.
    case medium
    /// One of several.
    case low
  }

  let text: String
  let confidence: Confidence

  init(_ text: String, _ confidence: Confidence) {
    self.text = text
    self.confidence = confidence
  }

  init(_ end: EndOfRun, _ fact: TimelineFact, isSVM: Bool) {
    switch end.reason {
    case 8: self = Self.shutdown(end, fact, isSVM: isSVM)
    case 9: self = Self.failedEntry(end)
    default: self = Self.internalError(end, fact)
    }
  }

  private static func shutdown(
    _ end: EndOfRun, _ fact: TimelineFact, isSVM: Bool
  ) -> ProbableCause {
    if let exit = end.exit, exit.isShutdown {
      switch fact.level {
      case .l2 where isSVM:
        return ProbableCause("L2 shut down, which L1 does not seem to intercept", .high)
      case .l2: return ProbableCause("L2 shut down, and L1 was not told", .high)
      case .l1: return ProbableCause("the guest shut down by itself: a triple fault of L1", .high)
      case .unknown: return ProbableCause("the guest shut down by itself: a triple fault", .high)
      }
    }
    if end.isNearSMM { return ProbableCause("RSM could not load the state saved by SMM", .medium) }
    if !end.exceptions.vectors.isEmpty {
      return ProbableCause("an exception could not be delivered: a triple fault", .medium)
    }
    return ProbableCause("KVM or the VMM asked for a triple fault", .low)
  }

  private static func failedEntry(_ end: EndOfRun) -> ProbableCause {
    if end.endsInEntry {
      return ProbableCause("hardware refused the instruction that enters the guest", .high)
    }
    guard let exit = end.exit, exit.isFailedEntry || exit.code == .max else {
      return ProbableCause("hardware refused an entry", .medium)
    }
    return ProbableCause(
      "hardware refused to enter the guest (\(ExitReasonTable.name(of: exit))): its state is invalid",
      .high)
  }

  private static func internalError(_ end: EndOfRun, _ fact: TimelineFact) -> ProbableCause {
    if let rip = end.failedRIP {
      return ProbableCause("KVM could not emulate the instruction at \(hex(rip))", .high)
    }
    if end.isInEpisode {
      return ProbableCause("KVM emulated L2 for invalid state, and could not go on", .high)
    }
    if end.isBehindL1 {
      return ProbableCause(
        "KVM could not enter L2: a page that L1's control block names is not there, or L2's state is invalid",
        .medium)
    }
    if end.didNothing && fact.level == .l2 {
      return ProbableCause("L2's state was invalid, and KVM refused to run it", .medium)
    }
    guard let exit = end.exit else {
      return ProbableCause("KVM could not run the guest: its state is invalid", .low)
    }
    let name = ExitReasonTable.name(of: exit)
    return ProbableCause("KVM could not handle an exit \(name)", .low)
  }
}

extension ExitCode {
  /// TRIPLE_FAULT (VMX) or shutdown (SVM).
  fileprivate var isShutdown: Bool {
    switch isa {
    case .vmx: code == 2 && !isFailedEntry
    case .svm: code == 0x7f
    case nil: false
    }
  }
}
