public import RingBuffer
internal import TraceBytes

/// The records of one stream that come next, one after the other: the rest of a sub-buffer, or a
/// part of a queue.
public protocol RecordRun: ~Escapable {
  /// What the records lie in.
  var bytes: RawSpan { @_lifetime(copy self) get }
  /// The record that comes next, by its place in `bytes`.
  var record: Record { get }
  /// Its time.
  var timestamp: UInt64 { get }
  /// The bytes of its payload.
  var length: Int { get }
  /// What the payload begins; at least `length` bytes.
  var payload: RawSpan { @_lifetime(copy self) get }
  /// Goes on to the record behind it.
  ///
  /// - Returns: false when there is none; `record` then stays the last one, as it does on a throw.
  /// - Throws: `PageFault` when what follows cannot be read.
  mutating func advance() throws(PageFault) -> Bool
}

extension SubBufferRun: RecordRun {}

/// A part of a queue: records of one stream without a mark between them.
struct QueueRun: RecordRun, ~Escapable {
  private let entries: Span<QueuedRecord>
  let bytes: RawSpan
  /// Where the next record stands in the queue.
  private(set) var at: Int
  private let end: Int
  private var entry: QueuedRecord

  /// The records from `at` on; there is at least one, and it is no mark.
  @inline(__always)
  @_lifetime(copy entries, copy bytes)
  init(_ entries: Span<QueuedRecord>, _ at: Int, _ end: Int, in bytes: RawSpan) {
    self.entries = entries
    self.bytes = bytes
    self.at = at
    self.end = end
    entry = entries[at]
  }

  var record: Record {
    Record(timestamp: entry.timestamp, offset: entry.offset, length: entry.length)
  }
  var timestamp: UInt64 { @inline(__always) get { entry.timestamp } }
  var length: Int { @inline(__always) get { entry.length } }
  var payload: RawSpan {
    @_lifetime(copy self) @inline(__always) get { bytes.suffix(from: entry.offset) }
  }

  @inline(__always)
  mutating func advance() throws(PageFault) -> Bool {
    let next = at &+ 1
    guard next < end, !entries[next].isMark else { return false }
    at = next
    entry = entries[next]
    return true
  }
}
