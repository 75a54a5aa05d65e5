import KVMEvents
import KVMTimeline

/// `lost-events`: the recording has gaps.
public struct LostEventsCheck: Check {
  /// See ``Check/about``.
  public let about = CheckDescription.lostEvents
  /// See ``Check/isNested``.
  public let isNested = false

  /// Makes the check.
  public init() {}

  /// One note per trace.
  public func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    guard evidence.facts.lostGaps > 0 else { return }
    let gaps = evidence.facts.lostGaps == 1 ? "one gap" : "\(evidence.facts.lostGaps) gaps"
    let events =
      evidence.facts.lostEvents.map { "\($0) events were lost" }
      ?? "an unknown number of events was lost"
    judgement.findings.append(
      Finding(
        check: id, severity: .note, trace: evidence.trace, identity: nil, cpu: nil, level: nil,
        begin: nil,
        end: nil, message: "\(events) in \(gaps): record with larger buffers (trace-cmd record -b)",
        count: evidence.facts.lostGaps))
  }
}

/// `missing-events`: what a verdict would need was not recorded.
public struct MissingEventsCheck: Check {
  /// See ``Check/about``.
  public let about = CheckDescription.missingEvents
  /// See ``Check/isNested``.
  public let isNested = false
  private let checks: [any Check]

  /// Makes the check.
  ///
  /// - Parameter checks: those whose needs are looked at.
  public init(checks: [any Check]) { self.checks = checks }

  /// One note per trace, and only where a nested guest ran: elsewhere nothing is missed.
  public func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    guard evidence.isNested || evidence.mayHideNesting else { return }
    var missing: [String] = []
    let decisive = checks.filter { $0.isDecisive && evidence.configuration.isOn($0.id) }
    for kind in decisive.flatMap(\.needs) where !evidence.records.contains(kind) {
      // Whether it was not recorded, or did not happen, nobody knows: a sound KVM need not emulate anything.
      if kind == .emulateInstruction && evidence.recordsAreInferred { continue }
      let name = EventSchema.all.first { $0.kind == kind }?.names.first ?? "\(kind)"
      if !missing.contains(name) { missing.append(name) }
    }
    guard !missing.isEmpty else { return }
    let list = missing.joined(separator: ", ")
    judgement.findings.append(
      Finding(
        check: id, severity: .note, trace: evidence.trace, identity: nil, cpu: nil, level: nil,
        begin: nil,
        end: nil, message: "not recorded, but needed for a verdict on nested guests: \(list)",
        count: UInt64(missing.count)))
  }
}

/// `unknown-thread`: events of a vCPU on a thread that never showed one.
public struct UnknownThreadCheck: Check {
  /// See ``Check/about``.
  public let about = CheckDescription.unknownThread
  /// See ``Check/isNested``.
  public let isNested = false

  /// Makes the check.
  public init() {}

  /// One note per trace.
  public func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    let unattributed = evidence.unattributed
    guard unattributed.count > 0 else { return }
    judgement.findings.append(
      Finding(
        check: id, severity: .note, trace: evidence.trace,
        identity: VCPUIdentity(vcpu: nil, thread: unattributed.thread, incarnation: 0), cpu: nil,
        level: nil,
        begin: unattributed.first, end: unattributed.first,
        message:
          "events of a vCPU on threads that showed none; the first is thread \(unattributed.thread)",
        count: unattributed.count))
  }
}

/// `clock-backwards`: time did not run forward.
public struct ClockBackwardsCheck: Check {
  /// See ``Check/about``.
  public let about = CheckDescription.clockBackwards
  /// See ``Check/isNested``.
  public let isNested = false

  /// Makes the check.
  public init() {}

  /// One note per trace.
  public func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    let back = evidence.clockBackwards
    guard back.count > 0 else { return }
    judgement.findings.append(
      Finding(
        check: id, severity: .note, trace: evidence.trace, identity: nil, cpu: nil, level: nil,
        begin: back.first, end: back.first,
        message:
          "the trace clock ran backwards within a CPU's events: order and durations there are uncertain",
        count: back.count))
  }
}

/// `damaged`: a part of the input could not be read.
public struct DamagedCheck: Check {
  /// See ``Check/about``.
  public let about = CheckDescription.damaged
  /// See ``Check/isNested``.
  public let isNested = false

  /// Makes the check.
  public init() {}

  /// One note per trace; the list of damages stands with the trace.
  public func judge(_ evidence: TraceEvidence, into judgement: inout Judgement) {
    guard let first = evidence.facts.damage.first else { return }
    let more = evidence.facts.damage.count - 1
    let rest = more > 0 ? " (and \(more) more)" : ""
    judgement.findings.append(
      Finding(
        check: id, severity: .note, trace: evidence.trace, identity: nil, cpu: nil, level: nil,
        begin: nil,
        end: nil, message: "at offset \(first.offset): \(first.what)\(rest)",
        count: UInt64(evidence.facts.damage.count)))
  }
}
