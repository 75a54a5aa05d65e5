public import TraceBytes

/// The rest of a sub-buffer, from a record on: a cursor for loops that read many records.
///
/// All that changes from record to record are three numbers, which the loop keeps in registers; a
/// whole cursor would be written to memory for every record. They are places in `data`.
///
///     block  ┄─┬───────────────────────────────────────┬─┄
///              base    start      position             end
///     data     │ …  ▒▒▒├──record──┼▒▒▒▒├─ next record ─ …│
@frozen
public struct SubBufferRun: ~Escapable {
  /// The block that the sub-buffer lies in.
  public let bytes: RawSpan
  /// The sub-buffer's data.
  @usableFromInline let data: RawSpan
  /// Where `data` begins in the block.
  @usableFromInline let base: Int
  /// As it was when the run began.
  @usableFromInline let origin: SubBufferCursor
  /// Where the next record header starts.
  @usableFromInline var position: Int
  /// Where the payload of the present record starts; it ends at `position`.
  @usableFromInline var start: Int
  /// The present record's time.
  public var timestamp: UInt64

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
    data = block.extracting(cursor.page..<max(cursor.end, cursor.page))
    position = cursor.position &- cursor.page
    start = record.offset &- cursor.page
    timestamp = record.timestamp
  }

  /// The cursor that goes on behind the present record.
  @inlinable
  public var cursor: SubBufferCursor {
    var cursor = origin
    cursor.position = base &+ position
    cursor.timestamp = timestamp
    return cursor
  }

  /// The present record.
  @inlinable
  public var record: Record {
    Record(timestamp: timestamp, offset: base &+ start, length: position &- start)
  }

  /// Bytes of the present record's payload.
  @inlinable
  public var length: Int { @inline(__always) get { position &- start } }

  /// The bytes from the present record's payload on: `length` of them are the record's.
  @inlinable
  public var payload: RawSpan {
    @_lifetime(copy self) @inline(__always) get { data.suffix(from: start) }
  }

  /// Goes on to the next record.
  ///
  /// - Returns: false when there is none; the present one then stays, as it does on a throw, and the
  ///   run is not to be used any more.
  /// - Throws: `PageFault` when what follows cannot be read.
  @inlinable
  @inline(__always)
  public mutating func advance() throws(PageFault) -> Bool {
    // As in `SubBufferCursor.next`: nearly every record is a short one in little-endian order.
    let left = data.byteCount &- position
    if left >= 4 && !origin.isBigEndian {
      let word = data.u32(at: position)
      let words = word & 31
      let payload = position &+ 4
      let next = payload &+ Int(truncatingIfNeeded: words) &* 4
      // 1...28 in one comparison: 0 wraps to the largest number.
      if words &- 1 < 28 && next <= data.byteCount {
        timestamp &+= UInt64(truncatingIfNeeded: word &>> 5)
        start = payload
        position = next
        return true
      }
    }
    guard let step = try Self.uncommon(origin, base &+ position, timestamp, bytes) else {
      return false
    }
    (timestamp, start, position) = (step.timestamp, step.start &- base, step.position &- base)
    return true
  }

  /// What an uncommon header leads to; places in the block.
  @usableFromInline
  struct Step {
    @usableFromInline let timestamp: UInt64
    @usableFromInline let start: Int
    @usableFromInline let position: Int
  }

  /// A function without the run: whoever is given its address would keep it in memory.
  @usableFromInline
  @inline(never)
  static func uncommon(
    _ origin: SubBufferCursor, _ position: Int, _ timestamp: UInt64, _ bytes: RawSpan
  ) throws(PageFault) -> Step? {
    var cursor = origin
    cursor.position = position
    cursor.timestamp = timestamp
    guard let record = try cursor.nextUncommon(in: bytes) else { return nil }
    return Step(timestamp: record.timestamp, start: record.offset, position: cursor.position)
  }
}
