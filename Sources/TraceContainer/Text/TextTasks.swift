internal import TraceBytes

/// The names of threads, and the processes that they belong to, as far as lines tell them.
public final class TextTasks {
  /// The most threads that are remembered.
  private static let mostThreads = 1 << 18
  private static let cached = 1024

  private struct Name {
    var thread = Int32.min
    var low: UInt64 = 0
    var high: UInt64 = 0
  }

  /// The names by thread.
  public private(set) var names: [Int32: String] = [:]
  private var processes: [Int32: Int32] = [:]
  /// The name that a thread had last, so that nothing is looked up for it again.
  private var cache = [Name](repeating: Name(), count: cached)

  init() {}

  /// The process that a thread belongs to; nil while unknown.
  public func process(of thread: Int32) -> Int32? { processes[thread] }

  /// A line says what a thread is called.
  ///
  /// Bytes behind the name must be readable.
  @inline(__always)
  func note(_ bytes: RawSpan, _ name: Range<Int>, of thread: Int32) {
    guard !name.isEmpty else { return }
    let (low, high) = TextKey.packed(bytes, name.lowerBound, min(name.count, 16))
    let at = Int(truncatingIfNeeded: UInt32(bitPattern: thread)) & (Self.cached - 1)
    let known = cache[at]
    if known.thread == thread, known.low == low, known.high == high { return }
    cache[at] = Name(thread: thread, low: low, high: high)
    learn(bytes.text(name), thread)
  }

  @inline(never)
  private func learn(_ name: String, _ thread: Int32) {
    // The printers' words for a thread without a name.
    if name == "<...>" || name == "<idle>" || name.hasPrefix(":") { return }
    guard names.count < Self.mostThreads || names[thread] != nil else { return }
    names[thread] = name
  }

  /// A line says which process a thread belongs to.
  func note(process: Int32, of thread: Int32) {
    guard processes[thread] != process,
      processes.count < Self.mostThreads || processes[thread] != nil
    else { return }
    processes[thread] = process
  }
}
