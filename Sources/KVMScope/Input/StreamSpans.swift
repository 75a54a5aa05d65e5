import KVMTimeline
import RingBuffer
import TraceBytes

/// When the streams of a recording begin and end, and how much is in them: in the units of the recorder.
struct StreamSpans: RecordConsumer {
  /// One stream with records.
  struct Span: Equatable {
    /// The earliest time.
    var first: UInt64
    /// The latest time.
    var last: UInt64
    /// The records.
    var count: UInt64
  }

  /// By stream; nil without records.
  private(set) var spans: [Span?]
  /// From the earliest to the latest time of all streams; nil without records.
  private(set) var whole: Span?

  /// Nothing is known of so many streams.
  init(streams: Int) { spans = Array(repeating: nil, count: streams) }

  mutating func take(_ record: Record, in bytes: RawSpan, stream: Int) {
    spans[stream] = Self.adding(record.timestamp, to: spans[stream])
    whole = Self.adding(record.timestamp, to: whole)
  }

  private static func adding(_ time: UInt64, to span: Span?) -> Span {
    guard let span else { return Span(first: time, last: time, count: 1) }
    return Span(first: min(span.first, time), last: max(span.last, time), count: span.count &+ 1)
  }

  // What is lost or damaged has no time that anything could be moved by; the real walk tells of it.
  mutating func lost(_ loss: Loss, stream: Int, after time: UInt64?) {}
  mutating func damaged(_ what: String, at offset: UInt64, stream: Int) {}
  mutating func clockWentBack(to time: UInt64, from: UInt64, stream: Int) {}
  mutating func progressed(bytes: Int) -> Bool { !HostProcess.wasInterrupted }
}
