public import TraceBytes

/// The rest of a sub-buffer, from a record on: a cursor for loops that read many records.
///
/// All that changes from record to record is a ``Place`` of three numbers. A loop takes the place out, goes on with
/// it in registers and puts it back at the end; a whole cursor would be written to memory for every record.
///
///     block  ┄─┬───────────────────────────────────────┬─┄
///              base    start       end
///     data     │ …  ▒▒▒├──record───┤▒▒▒▒├─ next record ─ …│
@frozen
public struct SubBufferRun: ~Escapable {
  /// Where a record lies in the sub-buffer's data.
  @frozen
  public struct Place: BitwiseCopyable, Sendable {
    /// The record's time.
    public let timestamp: UInt64
    /// Where its payload starts.
    @usableFromInline let start: Int
    /// Where its payload ends, and the next record's header starts.
    @usableFromInline let end: Int

    @inlinable
    @inline(__always)
    init(timestamp: UInt64, start: Int, end: Int) {
      self.timestamp = timestamp
      self.start = start
      self.end = end
    }

    /// Bytes of the record's payload.
    @inlinable
    public var length: Int { @inline(__always) get { end &- start } }
  }

  /// The block that the sub-buffer lies in.
  public let bytes: RawSpan
  /// The sub-buffer's data; not readable in the uncommon byte order.
  @usableFromInline let data: RecordSpan
  /// Where `data` begins in the block.
  @usableFromInline let base: Int
  /// As it was when the run began.
  @usableFromInline let origin: SubBufferCursor
  /// Where the present record lies.
  public var place: Place

  /// Goes on from `record`, the one that the cursor read last.
  ///
  /// - Parameters:
  ///   - cursor: has begun a sub-buffer of the block.
  ///   - record: the last one that it gave.
  ///   - block: the bytes that the cursor was given.
  @_lifetime(copy block)
  @inline(__always)
  @inlinable
  public init(_ cursor: SubBufferCursor, _ record: Record, in block: RawSpan) {
    origin = cursor
    bytes = block
    base = cursor.page
    data = RecordSpan(
      block.extracting(cursor.page..<max(cursor.end, cursor.page)),
      isReadable: !cursor.isBigEndian)
    place = Place(
      timestamp: record.timestamp, start: record.offset &- cursor.page,
      end: cursor.position &- cursor.page)
  }

  /// The cursor that goes on behind the present record.
  @inlinable
  public var cursor: SubBufferCursor {
    var cursor = origin
    cursor.position = base &+ place.end
    cursor.timestamp = place.timestamp
    return cursor
  }

  /// The present record.
  @inlinable
  public var record: Record {
    Record(timestamp: place.timestamp, offset: base &+ place.start, length: place.length)
  }

  /// The bytes from a record's payload on: `length` of them are the record's.
  @inlinable
  @inline(__always)
  @_lifetime(copy self)
  public func payload(at place: Place) -> RawSpan { data.bytes.nonemptySuffix(from: place.start) }

  /// Where the record behind another one lies, where that is easy to tell, and the first eight bytes of its payload,
  /// lowest first: they are looked at anyway, and this way it takes one comparison for both.
  ///
  /// - Returns: nil when it takes `advance`; a record may be shorter than eight bytes all the same.
  @inlinable
  @inline(__always)
  public func nearRecord(after place: Place) -> (place: Place, common: UInt64)? {
    // As in `SubBufferCursor.next`: nearly every record is a short one in little-endian order.
    guard let (word, behind) = data.beginning(at: place.end) else { return nil }
    let words = word & 31
    let start = place.end &+ 4
    let end = start &+ Int(truncatingIfNeeded: words) &* 4
    // 1...28 in one comparison: 0 wraps to the largest number.
    guard words &- 1 < 28 && end <= data.bytes.byteCount else { return nil }
    let (time, wraps) = place.timestamp.addingReportingOverflow(
      UInt64(truncatingIfNeeded: word &>> 5))
    guard !wraps else { return nil }
    return (Place(timestamp: time, start: start, end: end), behind)
  }

  /// Goes on to the next record.
  ///
  /// - Returns: false when there is none; the present one then stays, as it does on a throw, and the
  ///   run is not to be used any more.
  /// - Throws: `PageFault` when what follows cannot be read.
  @inlinable
  @inline(__always)
  public mutating func advance() throws(PageFault) -> Bool {
    if let next = nearRecord(after: place) {
      place = next.place
      return true
    }
    return try advanceUncommonly()
  }

  /// The same behind an uncommon header.
  @usableFromInline
  @inline(never)
  mutating func advanceUncommonly() throws(PageFault) -> Bool {
    var cursor = cursor
    guard let record = try cursor.nextUncommon(in: bytes) else { return false }
    place = Place(
      timestamp: record.timestamp, start: record.offset &- base, end: cursor.position &- base)
    return true
  }
}
