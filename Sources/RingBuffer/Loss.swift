/// What a sub-buffer says about events that were lost just before its first record.
@frozen
public enum Loss: Sendable, Hashable, BitwiseCopyable {
  /// Nothing was lost.
  case none
  /// So many events were lost: at least 1.
  case counted(UInt64)
  /// Events were lost; the kernel had no room to write down how many.
  case uncounted
}
