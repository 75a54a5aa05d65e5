internal import TraceBytes

/// The names that threads had last, so that nothing is looked up for lines that tell nothing new.
struct TextNameCache {
  private static let count = 1024

  private struct Name {
    var thread = Int32.min
    var low: UInt64 = 0
    var high: UInt64 = 0
  }

  private var names = [Name](repeating: Name(), count: count)

  /// Takes what a line calls a thread.
  ///
  /// - Parameters:
  ///   - bytes: what the name lies in; readable behind its end.
  ///   - name: may be empty.
  ///   - thread: who is called so.
  /// - Returns: whether this may be news.
  @inline(__always)
  mutating func isNews(_ bytes: RawSpan, _ name: Range<Int>, of thread: Int32) -> Bool {
    guard !name.isEmpty else { return false }
    let (low, high) = TextKey.packed(bytes, name.lowerBound, min(name.count, 16))
    let at = Int(truncatingIfNeeded: UInt32(bitPattern: thread)) & (Self.count - 1)
    let known = names[at]
    if known.thread == thread, known.low == low, known.high == high { return false }
    names[at] = Name(thread: thread, low: low, high: high)
    return true
  }
}
