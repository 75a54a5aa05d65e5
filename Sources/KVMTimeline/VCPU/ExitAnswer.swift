import KVMEvents

/// An exit as the reason for an interval.
struct IntervalReason {
  let code: ExitCode
  /// Which of the vCPU's exits, counted from 1; 0 where nobody wants to know.
  let number: UInt64
}

/// Who handled an exit, and what it was about.
struct ExitAnswer {
  var number: UInt64 = 0
  /// nil until it is known.
  var isReflected: Bool?
  var detail: ExitDetail?
}

/// The answers that intervals wait for, or came too late for.
///
///     past     … n-3 n-2 n-1     by number, modulo its length
///     current              n     the exit that was seen last
///     waiting                    intervals, until `current` is known
struct ExitAnswers {
  /// Of the exit that was seen last.
  var current = ExitAnswer()
  private var past: [ExitAnswer] = []
  /// Intervals in order of time, each with its exit's number; 0: it has all it needs.
  private(set) var waiting: [(interval: Interval, exit: UInt64)] = []

  /// As many as intervals may wait for the proof of their level.
  private static let mostPast = 2 * VCPUTrack.mostPending

  /// A new exit takes the place of the last one.
  mutating func begin(_ detail: ExitDetail?) {
    if past.isEmpty { past = Array(repeating: ExitAnswer(), count: Self.mostPast) }
    past[Int(truncatingIfNeeded: current.number) & (Self.mostPast - 1)] = current
    current = ExitAnswer(number: current.number &+ 1, isReflected: nil, detail: detail)
  }

  /// The answer of an exit; nil when that was too long ago.
  func answer(_ number: UInt64) -> ExitAnswer? {
    if number == current.number { return current }
    guard !past.isEmpty else { return nil }
    let answer = past[Int(truncatingIfNeeded: number) & (Self.mostPast - 1)]
    return answer.number == number ? answer : nil
  }

  /// Keeps an interval back.
  mutating func wait(_ interval: Interval, exit: UInt64) { waiting.append((interval, exit)) }

  /// Takes out all intervals that wait, with what is known by now.
  mutating func release() -> [Interval] {
    defer { waiting.removeAll(keepingCapacity: true) }
    return waiting.map { interval, exit in
      exit == 0 ? interval : filled(interval, exit)
    }
  }

  /// The interval with its exit's answer.
  func filled(_ interval: Interval, _ exit: UInt64) -> Interval {
    var interval = interval
    let answer = answer(exit)
    interval.isReflected = answer?.isReflected
    interval.detail = answer?.detail
    return interval
  }
}

/// What only receivers that ask for it get to know of exits.
extension VCPUTrack {
  /// A kvm_exit was seen.
  @inline(never)
  mutating func beginAnswer<Fields: EventFields & ~Copyable & ~Escapable>(
    _ fields: borrowing Fields
  ) {
    answers.begin(ExitDetail(of: exit.code, fields))
  }

  /// It is known now who handles the exit that was seen last.
  @inline(__always)
  mutating func decideHandler(isReflected: Bool, _ output: inout TimelineOutput) {
    if output.wantsDetails { decide(isReflected, &output) }
  }

  @inline(never)
  private mutating func decide(_ isReflected: Bool, _ output: inout TimelineOutput) {
    if answers.current.isReflected != nil { return }
    answers.current.isReflected = isReflected
    releaseWaiting(&output)
  }

  /// Nothing waits any longer.
  mutating func releaseWaiting(_ output: inout TimelineOutput) {
    if answers.waiting.isEmpty { return }
    for interval in answers.release() { output.receiver?.receive(interval, of: identity) }
  }

  /// An event tells what the open exit is about.
  @inline(never)
  mutating func noteDetail(_ kind: ExitDetail.Kind, _ value: UInt64) {
    guard exitIsOpen, answers.current.detail == nil, exit.code.detailKind == kind else { return }
    answers.current.detail = ExitDetail(kind, value)
  }

  /// Hands an interval out as soon as its exit's answer is known.
  @inline(never)
  mutating func handOut(_ interval: Interval, exit number: UInt64, _ output: inout TimelineOutput) {
    if number != 0, number == answers.current.number, answers.current.isReflected == nil {
      if answers.waiting.count >= Self.mostPending { releaseWaiting(&output) }
      return answers.wait(interval, exit: number)
    }
    let filled = number == 0 ? interval : answers.filled(interval, number)
    if answers.waiting.isEmpty {
      output.receiver?.receive(filled, of: identity)
    } else {
      answers.wait(filled, exit: 0)
    }
  }
}
