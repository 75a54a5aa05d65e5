/// A stretch of a list that several owners' items lie in: half the size of a range, and nothing that is counted.
struct Stretch: BitwiseCopyable {
  var start: Int32 = 0
  var end: Int32 = 0

  var isEmpty: Bool { start == end }
  var range: Range<Int> { Int(start)..<Int(end) }

  /// Appends items to a list; gives where they are.
  static func append<T>(_ items: some Sequence<T>, to list: inout [T]) -> Stretch {
    let start = Int32(list.count)
    list.append(contentsOf: items)
    return Stretch(start: start, end: Int32(list.count))
  }
}

/// One event as rules are asked of it.
struct Moment: BitwiseCopyable {
  /// Trace clock.
  var time: UInt64
  /// Tells events apart.
  var serial: UInt64
  /// The CPU's number.
  var cpu: Int
  /// The vCPU that the thread drives; -1: none.
  var vcpu: Int
  var thread: Int32
  /// Where the payload begins in the block, and its bytes.
  var base: Int
  var length: Int
}
