public import RingBuffer

/// The records of one stream that come next, one after the other: the rest of a sub-buffer, or a
/// part of a queue.
public protocol RecordRun: ~Escapable {
  /// What the records lie in.
  var bytes: RawSpan { @_lifetime(copy self) get }
  /// The record that comes next.
  var record: Record { get }
  /// Goes on to the record behind it.
  ///
  /// - Returns: false when there is none; `record` then stays the last one, as it does on a throw.
  /// - Throws: `PageFault` when what follows cannot be read.
  mutating func advance() throws(PageFault) -> Bool
}

/// The rest of a sub-buffer.
struct SubBufferRun: RecordRun, ~Escapable {
  private(set) var cursor: SubBufferCursor
  let bytes: RawSpan
  private(set) var record: Record

  /// Goes on from `record`, the one that the cursor read last.
  @inline(__always)
  @_lifetime(copy bytes)
  init(_ cursor: SubBufferCursor, _ record: Record, in bytes: RawSpan) {
    self.cursor = cursor
    self.record = record
    self.bytes = bytes
  }

  @inline(__always)
  mutating func advance() throws(PageFault) -> Bool {
    guard let next = try cursor.next(in: bytes) else { return false }
    record = next
    return true
  }
}

/// A part of a queue: records of one stream without a mark between them.
struct QueueRun: RecordRun, ~Escapable {
  private let entries: Span<QueuedRecord>
  let bytes: RawSpan
  /// Where the next record stands in the queue.
  private(set) var at: Int
  private let end: Int
  private(set) var record: Record

  /// The records from `at` on; there is at least one, and it is no mark.
  @inline(__always)
  @_lifetime(copy entries, copy bytes)
  init(_ entries: Span<QueuedRecord>, _ at: Int, _ end: Int, in bytes: RawSpan) {
    self.entries = entries
    self.bytes = bytes
    self.at = at
    self.end = end
    record = entries[at].record
  }

  @inline(__always)
  mutating func advance() throws(PageFault) -> Bool {
    let next = at &+ 1
    guard next < end, !entries[next].isMark else { return false }
    at = next
    record = entries[next].record
    return true
  }
}

extension QueuedRecord {
  @inline(__always)
  fileprivate var record: Record { Record(timestamp: timestamp, offset: offset, length: length) }
}
