public import KVMEvents
import KVMTimeline

/// `synthesized-triple-fault`: KVM told L1 of a triple fault that no hardware exit reported, as it
/// should for invalid state.
public struct SynthesizedTripleFaultCheck: Check {
  /// See ``Check/about``.
  public let about = CheckDescription.synthesizedTripleFault
  /// See ``Check/needs``.
  public let needs: [EventKind] = [.exit, .nestedExitInject]

  /// Makes the check.
  public init() {}

  /// One note per inject.
  public func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    for fact in evidence.timelineFacts {
      guard case .synthesizedTripleFault(let cause) = fact.kind else { continue }
      let name = evidence.isSVM(fact) ? "shutdown" : "TRIPLE_FAULT"
      judgement.findings.append(
        evidence.finding(
          self, .note, fact,
          "KVM synthesized \(name) for L1 without a hardware exit of that reason (cause: \(cause.rawValue))"
        ))
    }
  }
}

/// `l2-triple-fault`: L2 shut down by itself and L1 was told.
public struct L2TripleFaultCheck: Check {
  /// See ``Check/about``.
  public let about = CheckDescription.l2TripleFault
  /// See ``Check/needs``.
  public let needs: [EventKind] = [.exit, .nestedExit, .nestedExitInject]

  /// Makes the check.
  public init() {}

  /// One note per exit.
  public func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    for fact in evidence.timelineFacts where fact.kind == .reflectedTripleFault {
      judgement.findings.append(
        evidence.finding(self, .note, fact, "L2 shut down by itself, and L1 was told"))
    }
  }
}

/// `triple-fault-escaped`: L2's triple fault reached userspace instead of L1.
public struct TripleFaultEscapedCheck: Check {
  /// See ``Check/about``.
  public let about = CheckDescription.tripleFaultEscaped
  /// See ``Check/needs``.
  public let needs: [EventKind] = [.exit, .nestedExit, .nestedExitInject, .userspaceExit]
  /// See ``Check/isDecisive``.
  public let isDecisive = true

  /// Makes the check.
  public init() {}

  /// An error, unless L1 on SVM may have left SHUTDOWN to L0.
  public func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    for fact in evidence.timelineFacts {
      guard case .escapedTripleFault(let isIntercepted) = fact.kind else { continue }
      let severity: Severity
      let message: String
      switch (evidence.isSVM(fact), isIntercepted) {
      case (true, false):
        severity = .note
        message =
          "L2 shut down and its VMM was told: L1 does not intercept SHUTDOWN, so this is legal"
      case (true, nil):
        severity = .note
        message =
          "L2 shut down and its VMM was told: legal if L1 does not intercept SHUTDOWN, which the trace does not show"
      case (true, true):
        severity = .error
        message = "L2 shut down and its VMM was told, though L1 intercepts SHUTDOWN"
      case (false, _):
        severity = .error
        message = "L2's triple fault reached userspace instead of L1"
      }
      judgement.findings.append(evidence.finding(self, severity, fact, message))
    }
  }
}

/// `invalid-l2-refused`: KVM refused to run an invalid L2.
public struct InvalidL2RefusedCheck: Check {
  /// See ``Check/about``.
  public let about = CheckDescription.invalidL2Refused
  /// See ``Check/needs``.
  public let needs: [EventKind] = [.entry, .userspaceExit]

  /// Makes the check.
  public init() {}

  /// One warning per refusal.
  public func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    for fact in evidence.timelineFacts {
      guard case .refusedL2(let errno, let isBehindL1) = fact.kind else { continue }
      let how: String
      switch errno {
      case nil: how = "KVM_RUN failed"
      case let errno? where errno < 0: how = "KVM_RUN failed with errno \(errno)"
      default: how = "KVM_RUN ended in KVM_EXIT_INTERNAL_ERROR"
      }
      // Straight behind L1's instruction the state has passed KVM's checks: what fails then as a rule are the
      // pages that it points to.
      let why =
        isBehindL1
        ? "a page that L1's control block names is not there, or L2's state is invalid"
        : "its state was invalid"
      judgement.findings.append(
        evidence.finding(
          self, .warning, fact, "KVM refused to run L2: \(how) before L2 was entered; \(why)"))
    }
  }
}
