import KVMTimeline
public import RingBuffer
import TraceChecks

/// What is not a record: gaps, faults and the end.
extension RuleWalk {
  /// See ``RecordConsumer/lost(_:stream:after:)``.
  public mutating func lost(_ loss: Loss, stream: Int, after time: UInt64?) {
    sequences.lose()
    for rule in machines.indices where machines[rule] != nil {
      for thread in waiting.keys {
        guard let last = waiting[thread]?.last else { continue }
        guard waitingCount < Self.mostWaiting else {
          waitedTooLong = true
          break
        }
        waiting[thread]?.append(
          Waiting(match: last.match, rule: Int32(rule), vcpu: last.vcpu, isLoss: true))
        waitingCount += 1
      }
      machines[rule]?.lose()
    }
  }

  /// See ``RecordConsumer/damaged(_:at:stream:)``.
  public mutating func damaged(_ what: String, at offset: UInt64, stream: Int) {
    lost(.uncounted, stream: stream, after: nil)
  }

  /// See ``RecordConsumer/clockWentBack(to:from:stream:)``.
  public mutating func clockWentBack(to time: UInt64, from: UInt64, stream: Int) {}

  /// See ``RecordConsumer/progressed(bytes:)``.
  public mutating func progressed(bytes: Int) -> Bool {
    if !progress(bytes) { wasStopped = true }
    return !wasStopped
  }

  /// The trace has ended.
  public mutating func finish() {
    scopes.finish()
    let end = subject.facts.end ?? 0
    let vcpus = subject.vcpus
    sequences.finish { vcpu in vcpu.map { vcpus[$0].span.upperBound } ?? end }
    for rule in machines.indices {
      machines[rule]?.finish { key in
        guard set.rules[rule].isPerVCPU else { return (end, nil) }
        let vcpu = Int(key)
        return (vcpus[vcpu].span.upperBound, vcpu)
      }
    }
  }
}

extension Rule {
  /// Whether a sequence's key is a vCPU.
  fileprivate var isPerVCPU: Bool {
    if case .sequence(let sequence) = statement { sequence.key == .vcpu } else { false }
  }
}
