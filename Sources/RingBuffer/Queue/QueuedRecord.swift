/// One record that waits in a queue until it is known that nothing earlier can come.
///
/// 16 bytes, because many wait: the place is 48 bits of offset and 16 of length.
@frozen
public struct QueuedRecord: Sendable, BitwiseCopyable {
  /// The time in ticks of the trace's clock.
  public let timestamp: UInt64
  @usableFromInline let place: UInt64

  @usableFromInline
  init(timestamp: UInt64, place: UInt64) {
    self.timestamp = timestamp
    self.place = place
  }

  /// A record's payload.
  ///
  /// - Parameters:
  ///   - timestamp: the time in ticks of the trace's clock.
  ///   - offset: where it starts in the bytes of the source: less than 2⁴⁸.
  ///   - length: its bytes: less than 65,535.
  @inlinable
  @inline(__always)
  public init(timestamp: UInt64, offset: Int, length: Int) {
    self.timestamp = timestamp
    place = UInt64(truncatingIfNeeded: offset) &<< 16 | UInt64(truncatingIfNeeded: length & 0xffff)
  }

  /// A mark: something that the source wants to be told of when its turn comes.
  @inlinable
  public init(timestamp: UInt64, mark: Int) {
    self.init(timestamp: timestamp, offset: mark, length: 0xffff)
  }

  /// Whether it is a mark, and no record.
  @inlinable
  @inline(__always)
  public var isMark: Bool { place & 0xffff == 0xffff }

  /// Where the payload starts; the number of a mark.
  @inlinable
  @inline(__always)
  public var offset: Int { Int(truncatingIfNeeded: place &>> 16) }

  /// The bytes of the payload.
  @inlinable
  @inline(__always)
  public var length: Int { Int(truncatingIfNeeded: place & 0xffff) }

  /// The same record or mark after its payload was moved to higher offsets.
  func moved(up distance: Int) -> QueuedRecord {
    isMark
      ? self : QueuedRecord(timestamp: timestamp, offset: offset + distance, length: length)
  }
}
