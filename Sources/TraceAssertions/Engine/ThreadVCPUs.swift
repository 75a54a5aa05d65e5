import KVMTimeline

/// Which vCPU a thread drives at a moment.
struct ThreadVCPUs {
  private var spans: [Int32: [(span: ClosedRange<UInt64>, vcpu: Int)]] = [:]
  /// By CPU, the last answer: events of one thread come in runs there.
  private var last: [Answer]

  private struct Answer: BitwiseCopyable {
    var thread: Int32 = 0
    var vcpu = -1
    /// None is in it at the begin.
    var first: UInt64 = 1
    var end: UInt64 = 0
  }

  init(_ vcpus: [RuleSubject.VCPU], streams: Int) {
    last = Array(repeating: Answer(), count: streams)
    for (number, vcpu) in vcpus.enumerated() {
      spans[vcpu.identity.thread, default: []].append((vcpu.span, number))
    }
    for thread in spans.keys {
      spans[thread]?.sort { $0.span.lowerBound < $1.span.lowerBound }
    }
  }

  /// The vCPU; -1: none.
  @inline(__always)
  mutating func vcpu(of thread: Int32, at time: UInt64, stream: Int) -> Int {
    let known = last[stream]
    if known.thread == thread, time >= known.first, time <= known.end { return known.vcpu }
    let answer = find(thread, time)
    last[stream] = answer
    return answer.vcpu
  }

  @inline(never)
  private func find(_ thread: Int32, _ time: UInt64) -> Answer {
    guard let own = spans[thread] else {
      // It never drives any.
      return Answer(thread: thread, vcpu: -1, first: 0, end: .max)
    }
    // Where one ends as the next begins, the next one counts.
    guard let found = own.last(where: { $0.span.contains(time) }) else {
      return Answer(thread: thread, vcpu: -1, first: time, end: time)
    }
    // Another one may begin inside this span: then nothing can be kept.
    let overlaps = own.contains { $0.vcpu != found.vcpu && $0.span.overlaps(found.span) }
    return Answer(
      thread: thread, vcpu: found.vcpu, first: overlaps ? time : found.span.lowerBound,
      end: overlaps ? time : found.span.upperBound)
  }
}
