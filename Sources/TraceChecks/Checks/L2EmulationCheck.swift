public import KVMEvents
import KVMTimeline

/// `l2-emulation`: KVM emulated L2 because its state was invalid.
public struct L2EmulationCheck: Check {
  /// See ``Check/about``.
  public let about = CheckDescription.l2Emulation
  /// See ``Check/needs``.
  public let needs: [EventKind] = [
    .entry, .exit, .nestedExit, .nestedExitInject, .emulateInstruction,
  ]
  /// See ``Check/isDecisive``.
  public let isDecisive = true

  /// Makes the check.
  public init() {}

  /// SVM leaves invalid state to the hardware: there is no such emulation.
  public func applies(to isa: ISA?) -> Bool { isa != .svm }

  /// One finding per episode; a single instruction is a warning.
  public func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    for fact in evidence.timelineFacts {
      guard case .emulatedL2(let first, let last, _) = fact.kind else { continue }
      let what =
        fact.count == 1
        ? "KVM emulated one instruction of L2 (rip \(hex(first))) that no exit asked for"
        : "KVM emulated \(fact.count) instructions of L2 (rip \(hex(first)) to \(hex(last))) that no exit asked for"
      let why = ": L2's state was invalid"
      judgement.findings.append(
        evidence.finding(self, fact.count == 1 ? .warning : .error, fact, what + why))
    }
  }
}

/// `missing-triple-fault`: L2's state was invalid and L1 was never told.
public struct MissingTripleFaultCheck: Check {
  /// See ``Check/about``.
  public let about = CheckDescription.missingTripleFault
  /// See ``Check/needs``.
  public let needs: [EventKind] = L2EmulationCheck().needs
  /// See ``Check/isDecisive``.
  public let isDecisive = true

  /// Makes the check.
  public init() {}

  /// See ``L2EmulationCheck``.
  public func applies(to isa: ISA?) -> Bool { isa != .svm }

  /// One finding per episode of emulation that did not end in a TRIPLE_FAULT for L1.
  public func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    for fact in evidence.timelineFacts {
      guard case .emulatedL2(_, _, toldL1: false) = fact.kind else { continue }
      judgement.findings.append(
        evidence.finding(
          self, .error, fact,
          "L2's state was invalid and KVM did not synthesize TRIPLE_FAULT for L1: it emulated L2 instead"
        ))
    }
  }
}
