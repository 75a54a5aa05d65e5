import RingBuffer
import TraceBytes

/// The records of a recording, decoded and in order of time: what decoding and merging cost is not in what is fed from
/// here.
final class PreparedRecords: OrderedRecordSource {
  private let pages: PreparedPages
  /// See ``OrderedRecordSource/records``.
  let records: [OrderedRecord]
  private var isDone = false

  /// Decodes all records.
  init(_ pages: PreparedPages) throws {
    self.pages = pages
    var records: [OrderedRecord] = []
    for stream in 0..<pages.streamCount {
      var cursor = SubBufferCursor(layout: pages.layout)
      try pages.forEachPage(of: stream) { page, length in
        _ = try cursor.begin(pageAt: page, pageLength: length, in: pages.bytes)
        while let record = try cursor.next(in: pages.bytes) {
          records.append(OrderedRecord(record, stream: stream))
        }
      }
    }
    self.records = records.sorted { $0.record.timestamp < $1.record.timestamp }
  }

  /// See ``OrderedRecordSource/bytes``.
  var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let pages = self.pages
      return held(pages.bytes, by: self)
    }
  }

  /// See ``OrderedRecordSource/next()``.
  func next() -> OrderedItem {
    defer { isDone.toggle() }
    return isDone ? .end : .records
  }
}
