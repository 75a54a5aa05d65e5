public import RingBuffer
internal import TraceBytes

/// The records of one stream that come next, one after the other: the rest of a sub-buffer, or a
/// part of a queue.
///
/// Where a record lies is a value of its own: a loop keeps it in registers, and puts it back when it is done.
public protocol RecordRun: ~Escapable {
  /// Where a record lies.
  associatedtype Place: RecordPlace
  /// What the records lie in.
  var bytes: RawSpan { @_lifetime(copy self) get }
  /// Where the record lies that comes next.
  var place: Place { get set }
  /// The record that comes next, by its place in `bytes`.
  var record: Record { get }
  /// What the payload of a record begins; at least `length` bytes.
  @_lifetime(copy self)
  func payload(at place: Place) -> RawSpan
  /// Where the record behind another one lies, where that is easy to tell, and the first eight bytes of its payload, lowest
  /// first, with whatever is behind a shorter one. Its time is not before that of `place`.
  ///
  /// - Returns: nil when it takes `advance`.
  func nearRecord(after place: Place) -> (place: Place, common: UInt64)?
  /// Goes on to the record behind it.
  ///
  /// - Returns: false when there is none; `record` then stays the last one, as it does on a throw.
  /// - Throws: `PageFault` when what follows cannot be read.
  mutating func advance() throws(PageFault) -> Bool
}

/// Where one record of a run lies.
public protocol RecordPlace: BitwiseCopyable {
  /// The record's time.
  var timestamp: UInt64 { get }
  /// The bytes of its payload.
  var length: Int { get }
}

/// A run whose records lie anywhere: nothing about them can be damaged.
protocol ListedRun: RecordRun, ~Escapable {
  /// Where the record behind another one lies; nil behind the last.
  func place(after place: Place) -> Place?
}

extension ListedRun where Self: ~Escapable {
  @inline(__always)
  func nearRecord(after place: Place) -> (place: Place, common: UInt64)? {
    guard let next = self.place(after: place), next.timestamp >= place.timestamp, next.length >= 8
    else { return nil }
    return (next, payload(at: next).u64(at: 0))
  }

  @inline(__always)
  mutating func advance() throws(PageFault) -> Bool {
    guard let next = self.place(after: place) else { return false }
    place = next
    return true
  }
}

extension SubBufferRun: RecordRun {}
extension SubBufferRun.Place: RecordPlace {}

/// A part of a queue: records of one stream without a mark between them.
struct QueueRun: ListedRun, ~Escapable {
  struct Place: RecordPlace {
    /// Where the record stands in the queue.
    let at: Int
    let entry: QueuedRecord

    var timestamp: UInt64 { @inline(__always) get { entry.timestamp } }
    var length: Int { @inline(__always) get { entry.length } }
  }

  private let entries: Span<QueuedRecord>
  let bytes: RawSpan
  private let end: Int
  var place: Place

  /// The records from `at` on; there is at least one, and it is no mark.
  @inline(__always)
  @_lifetime(copy entries, copy bytes)
  init(_ entries: Span<QueuedRecord>, _ at: Int, _ end: Int, in bytes: RawSpan) {
    self.entries = entries
    self.bytes = bytes
    self.end = end
    place = Place(at: at, entry: entries[at])
  }

  var record: Record {
    Record(timestamp: place.timestamp, offset: place.entry.offset, length: place.length)
  }

  @inline(__always)
  @_lifetime(copy self)
  func payload(at place: Place) -> RawSpan { bytes.nonemptySuffix(from: place.entry.offset) }

  @inline(__always)
  func place(after place: Place) -> Place? {
    let next = place.at &+ 1
    guard next < end, !entries[next].isMark else { return nil }
    return Place(at: next, entry: entries[next])
  }
}
