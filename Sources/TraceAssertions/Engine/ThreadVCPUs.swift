import KVMTimeline

/// Which vCPU a thread drives at a moment.
struct ThreadVCPUs {
  private var spans: [Int32: [(span: ClosedRange<UInt64>, vcpu: Int)]] = [:]
  /// The last answer: events of one thread come in runs.
  private var last: (thread: Int32, span: ClosedRange<UInt64>, vcpu: Int)?

  init(_ vcpus: [RuleSubject.VCPU]) {
    for (number, vcpu) in vcpus.enumerated() {
      spans[vcpu.identity.thread, default: []].append((vcpu.span, number))
    }
    for thread in spans.keys {
      spans[thread]?.sort { $0.span.lowerBound < $1.span.lowerBound }
    }
  }

  /// The vCPU; -1: none.
  @inline(__always)
  mutating func vcpu(of thread: Int32, at time: UInt64) -> Int {
    if let last, last.thread == thread, last.span.contains(time) { return last.vcpu }
    return find(thread, time)
  }

  @inline(never)
  private mutating func find(_ thread: Int32, _ time: UInt64) -> Int {
    guard let own = spans[thread] else {
      last = (thread, time...time, -1)
      return -1
    }
    // Where one ends as the next begins, the next one counts.
    guard let found = own.last(where: { $0.span.contains(time) }) else {
      last = (thread, time...time, -1)
      return -1
    }
    // Another one may begin inside this span: then nothing can be kept.
    let overlaps = own.contains { $0.vcpu != found.vcpu && $0.span.overlaps(found.span) }
    last = (thread, overlaps ? time...time : found.span, found.vcpu)
    return found.vcpu
  }
}
