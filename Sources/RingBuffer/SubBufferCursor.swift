public import TraceBytes

/// Walks the records of one sub-buffer after the other, without copying any.
///
/// A cursor holds numbers only, so it can be kept in arrays; the bytes are given to every call, and
/// must be the same block for `begin` and the `next` calls that follow it.
///
///     var cursor = SubBufferCursor(layout: layout)
///     let loss = try cursor.begin(pageAt: 0, pageLength: block.byteCount, in: block)
///     while let record = try cursor.next(in: block) { … }
///
/// Every record lies wholly inside the committed data of its sub-buffer; if one would not, a
/// `PageFault` is thrown once and the cursor is done with the sub-buffer. Timestamps are those that
/// libtraceevent's kbuffer computes.
@frozen
public struct SubBufferCursor: Sendable, BitwiseCopyable {
  /// Where the parts of a sub-buffer are.
  public let layout: SubBufferLayout
  /// Whether the trace's byte order is the uncommon one.
  @usableFromInline let isBigEndian: Bool
  /// Where the sub-buffer starts in the block.
  @usableFromInline var page: Int
  /// Where the next record header starts in the block.
  ///
  /// At most `end`.
  @usableFromInline var position: Int
  /// Where the data end in the block, as far as they are there.
  ///
  /// Never past the block that `begin` was given.
  @usableFromInline var end: Int
  /// Where the data would end if the sub-buffer were whole.
  @usableFromInline var committedEnd: Int
  /// The time of the last record header read.
  @usableFromInline var timestamp: UInt64

  /// A cursor that has not begun a sub-buffer: `next` returns nil.
  public init(layout: SubBufferLayout) {
    self.layout = layout
    isBigEndian = layout.order == .big
    page = 0
    position = 0
    end = 0
    committedEnd = 0
    timestamp = 0
  }

  /// The time the sub-buffer's header gives, then that of the record read last, time extensions
  /// behind it included.
  @inlinable
  public var runningTimestamp: UInt64 { timestamp }

  /// Whether `next` has nothing more to say about this sub-buffer.
  @inlinable
  public var isDone: Bool { position >= end && end >= committedEnd }

  /// The next record, or nil when the sub-buffer is done.
  ///
  /// - Parameter block: the block that `begin` was given.
  /// - Returns: the record, or nil.
  /// - Throws: `PageFault`, once: the call after it returns nil.
  @inlinable
  @inline(__always)
  public mutating func next(in block: RawSpan) throws(PageFault) -> Record? {
    // Nearly every record is a short one in little-endian order; all else is out of line.
    // `position` ≤ `end` and both are small, so nothing here can overflow.
    let payload = position &+ 4
    if !isBigEndian && payload <= end {
      let word = block.u32(at: position)
      let words = word & 31
      let length = Int(truncatingIfNeeded: words) &* 4
      let next = payload &+ length
      // 1...28 in one comparison: 0 wraps to the largest number.
      if words &- 1 < 28 && next <= end {
        // The clock may wrap: that is no damage.
        timestamp &+= UInt64(truncatingIfNeeded: word &>> 5)
        position = next
        return Record(timestamp: timestamp, offset: payload, length: length)
      }
    }
    return try nextUncommon(in: block)
  }
}
