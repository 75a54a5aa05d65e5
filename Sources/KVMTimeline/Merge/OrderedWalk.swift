public import RingBuffer
import TraceBytes

/// Hands the records of an ordered trace to a consumer.
public enum OrderedWalk {
  /// Gives every record of a source that has not begun to the consumer.
  public static func run<Consumer: RecordConsumer>(
    _ source: any OrderedRecordSource, into consumer: inout Consumer
  ) {
    while true {
      switch source.next() {
      case .records:
        let records = source.records
        give(records.span, in: source.bytes, &consumer)
      case .lost(let loss, let stream, let time):
        consumer.lost(loss, stream: stream, after: time)
      case .clockWentBack(let time, let last, let stream):
        consumer.clockWentBack(to: time, from: last, stream: stream)
      case .damaged(let what, let offset):
        consumer.damaged(what, at: offset, stream: 0)
      case .progress(let bytes):
        if !consumer.progressed(bytes: bytes) { return }
      case .end: return
      }
    }
  }

  /// Records of one stream behind each other are a run.
  @inline(never)
  private static func give<Consumer: RecordConsumer>(
    _ records: Span<OrderedRecord>, in bytes: RawSpan, _ consumer: inout Consumer
  ) {
    var at = 0
    while at < records.count {
      var run = OrderedRun(records, from: at, in: bytes)
      // Nothing in such a run could be unreadable.
      _ = try? consumer.follow(&run, until: .max, stream: records[at].stream)
      at = run.place.at + 1
    }
  }
}

/// Records of one stream that stand behind each other.
private struct OrderedRun: ListedRun, ~Escapable {
  struct Place: RecordPlace {
    let at: Int
    let record: Record

    var timestamp: UInt64 { @inline(__always) get { record.timestamp } }
    var length: Int { @inline(__always) get { record.length } }
  }

  let bytes: RawSpan
  private let records: Span<OrderedRecord>
  var place: Place

  @inline(__always)
  @_lifetime(copy records, copy bytes)
  init(_ records: Span<OrderedRecord>, from at: Int, in bytes: RawSpan) {
    self.records = records
    self.bytes = bytes
    place = Place(at: at, record: records[at].record)
  }

  var record: Record { place.record }

  @inline(__always)
  @_lifetime(copy self)
  func payload(at place: Place) -> RawSpan { bytes.nonemptySuffix(from: place.record.offset) }

  @inline(__always)
  func place(after place: Place) -> Place? {
    let next = place.at &+ 1
    guard next < records.count else { return nil }
    let entry = records[next]
    guard entry.stream == records[place.at].stream else { return nil }
    return Place(at: next, record: entry.record)
  }
}
