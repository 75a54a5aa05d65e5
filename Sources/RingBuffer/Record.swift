/// One record of a ring buffer: when, and where its bytes are.
///
/// It points into the block that the cursor was given and holds no bytes itself; it means nothing
/// without that block.
@frozen
public struct Record: Sendable, Hashable, BitwiseCopyable {
  /// The time in ticks of the trace's clock (nanoseconds for most clocks).
  public var timestamp: UInt64
  /// Where the payload starts, from the start of the block.
  public var offset: Int
  /// Bytes of the payload: a multiple of 4, so up to 3 bytes may be padding.
  ///
  /// May be 0.
  public var length: Int

  /// A record at `timestamp` with `length` bytes of payload from `offset` on.
  @inlinable
  @inline(__always)
  public init(timestamp: UInt64, offset: Int, length: Int) {
    self.timestamp = timestamp
    self.offset = offset
    self.length = length
  }
}
