internal import TraceBytes

/// The first bytes of an event's name, as many as nearly all names have: compared at once.
struct TextNameWords: Equatable, BitwiseCopyable {
  /// How many bytes of a name there is room for.
  static let byteCount = 32

  private var first: UInt64 = 0
  private var second: UInt64 = 0
  private var third: UInt64 = 0
  private var fourth: UInt64 = 0

  /// Of no name.
  init() {}

  /// Takes a name; 32 bytes from its begin on must be readable.
  @inline(__always)
  init(_ bytes: RawSpan, _ name: Range<Int>) {
    let count = name.upperBound &- name.lowerBound
    first = bytes.u64(at: name.lowerBound) & Self.mask(count)
    second = bytes.u64(at: name.lowerBound &+ 8) & Self.mask(count &- 8)
    third = bytes.u64(at: name.lowerBound &+ 16) & Self.mask(count &- 16)
    fourth = bytes.u64(at: name.lowerBound &+ 24) & Self.mask(count &- 24)
  }

  /// The bytes of a word that belong to a name with so many left.
  @inline(__always)
  private static func mask(_ count: Int) -> UInt64 {
    count >= 8 ? .max : count <= 0 ? 0 : 1 &<< (UInt64(count) &* 8) &- 1
  }

  @inline(__always)
  var hash: Int {
    let mixed = first ^ (second &<< 29 | second &>> 35) ^ (third &+ fourth) &* 0xff51_afd7_ed55_8ccd
    return Int(truncatingIfNeeded: (mixed &* 0x9e37_79b9_7f4a_7c15) &>> 40)
  }
}
