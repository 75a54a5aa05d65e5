import TraceBytes

/// How the lines of a thread on a CPU begin, kept as long as there is room: threads come back.
///
/// A thread's slot depends on both numbers; two that share one take turns.
struct LineHeads {
  /// What one slot holds; a longer beginning is not kept.
  static let slotSize = 128
  private static let slotCount = 1024

  /// Whose beginning a slot holds.
  private struct Key: BitwiseCopyable {
    var thread: Int32
    var stream: Int32
    /// Its bytes; 0 in an empty slot.
    var count: Int32
  }

  private var keys = [Key](
    repeating: Key(thread: 0, stream: 0, count: 0), count: LineHeads.slotCount)
  /// What the threads in the slots are called there.
  private var names = [String?](repeating: nil, count: LineHeads.slotCount)
  /// All slots, and what may be read behind the last one.
  private(set) var bytes = [UInt8](
    repeating: 0, count: LineHeads.slotCount * LineHeads.slotSize + TextCode.slack)

  /// Where the beginning is; nil when it is not kept.
  @inline(__always)
  func find(_ thread: Int32, _ stream: Int) -> TextPlace? {
    let slot = Self.slot(thread, stream)
    let key = keys[slot]
    guard key.thread == thread, Int(key.stream) == stream, key.count != 0 else { return nil }
    return TextPlace(
      offset: UInt32(truncatingIfNeeded: slot &* Self.slotSize),
      count: UInt32(truncatingIfNeeded: key.count))
  }

  @inline(__always)
  private static func slot(_ thread: Int32, _ stream: Int) -> Int {
    (Int(truncatingIfNeeded: thread) &+ stream &* 61) & (slotCount - 1)
  }

  /// Keeps a beginning, if it is short enough, made with the name that the thread has now.
  mutating func keep(_ text: [UInt8], _ thread: Int32, _ stream: Int, named name: String?) {
    guard text.count <= Self.slotSize, let small = Int32(exactly: stream) else { return }
    let slot = Self.slot(thread, stream)
    keys[slot] = Key(thread: thread, stream: small, count: Int32(text.count))
    names[slot] = name
    for (index, byte) in text.enumerated() { bytes[slot * Self.slotSize + index] = byte }
  }

  /// Forgets the beginning of a thread whose name has changed.
  mutating func forget(_ thread: Int32, _ stream: Int, unlessNamed name: String?) {
    let slot = Self.slot(thread, stream)
    if names[slot] != name { keys[slot].count = 0 }
  }
}

/// The seconds of the time stamps: nearly always those of the line before.
struct LineSeconds {
  /// The nanoseconds of the second that is spelled.
  private var begin: UInt64 = 0
  /// ` 12345.`: sixteen bytes are enough for 64 bits of nanoseconds.
  private var low: UInt64 = 0
  private var high: UInt64 = 0
  private var count = 0

  private static let second: UInt64 = 1_000_000_000

  init() { spell(0) }

  /// Prepares for the time stamp that is written next.
  @inline(__always)
  mutating func move(to time: UInt64) {
    if time &- begin >= Self.second { spell(time) }
  }

  /// A blank, and the time stamp in seconds.
  @inline(__always)
  func append(_ time: UInt64, to writer: inout TextWriter) {
    writer.append(low, count: min(count, 8))
    if count > 8 { writer.append(high, count: count &- 8) }
    writer.append(nineDigits: time &- begin)
  }

  @inline(never)
  private mutating func spell(_ time: UInt64) {
    let seconds = time / Self.second
    begin = seconds * Self.second
    var text: [UInt8] = [32]
    text.append(decimal: seconds, width: 5)
    text.append(UInt8(ascii: "."))
    count = text.count
    (low, high) = (0, 0)
    for (index, byte) in text.enumerated() {
      if index < 8 {
        low |= UInt64(byte) << UInt64(index * 8)
      } else {
        high |= UInt64(byte) << UInt64(index * 8 - 64)
      }
    }
  }
}
