internal import KVMEvents

/// Who runs on each CPU, for lines that name no thread: the one that was switched to last.
///
/// That holds where every switch of a CPU is in the log. A log of a few threads has the switches away
/// from them alone; what follows one of these is nobody's, and lines without a thread are given to
/// their CPU from then on.
struct TextRunningThreads {
  /// By CPU; below zero while unknown.
  private var threads: [Int32] = []
  private var areKnown = true

  /// The thread that runs on a CPU: a number below zero that only this CPU has where it is not known.
  @inline(__always)
  func thread(on cpu: Int) -> Int32 {
    guard areKnown, cpu < threads.count else { return Self.nobody(cpu) }
    return threads[cpu]
  }

  private static func nobody(_ cpu: Int) -> Int32 { -1 - Int32(truncatingIfNeeded: cpu) }

  /// A line without a thread tells of a switch.
  ///
  /// - Parameters:
  ///   - fields: of the switch.
  ///   - cpu: where.
  ///   - thread: whom the line belongs to; corrected.
  /// - Returns: whether lines before it were given to the wrong thread.
  @inline(never)
  mutating func switched(_ fields: TextFields, on cpu: Int, from thread: inout Int32) -> Bool {
    let guess = thread
    thread = Int32(truncatingIfNeeded: fields.values[SchedSwitchField.previousThread])
    guard areKnown else { return false }
    while threads.count <= cpu { threads.append(Self.nobody(threads.count)) }
    threads[cpu] = Int32(truncatingIfNeeded: fields.values[SchedSwitchField.nextThread])
    guard guess >= 0, guess != thread else { return false }
    areKnown = false
    return true
  }
}
