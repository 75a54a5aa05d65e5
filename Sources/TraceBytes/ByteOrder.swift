/// The order in which the bytes of an integer lie in a trace: that of the machine that recorded it.
@frozen
public enum ByteOrder: Sendable, Hashable, BitwiseCopyable {
  /// Lowest byte first: x86, arm64.
  case little
  /// Highest byte first: s390x.
  case big
}
