import KVMTimeline
import RingBuffer
import TraceBytes

/// Notes when events were lost: a gap before a vCPU's first event, or behind its last, may have held more of it, and no
/// interval of the timeline tells.
///
///     vCPU             ├── first … last ──┤
///     gaps   ▒▒ before            ▒▒ the timeline says whether it may be hidden      ▒▒ behind
struct GapConsumer: RecordConsumer {
  /// When the first gap may have begun, trace clock; nil: there is none.
  private(set) var first: UInt64?
  /// When the last gap may have ended; `.max`: with the recording.
  private(set) var last: UInt64 = 0
  /// By stream: its gap has not ended yet.
  private var isOpen: [Bool]
  private let conversion: (UInt64) -> UInt64

  /// Begins a walk; the conversion is from the time of records to that of the timeline.
  init(streams: Int, conversion: @escaping (UInt64) -> UInt64) {
    isOpen = Array(repeating: false, count: streams)
    self.conversion = conversion
  }

  /// Whether a gap may hide events of a vCPU that was seen in a span of time alone.
  func mayHide(beyond span: ClosedRange<UInt64>) -> Bool {
    guard let first else { return false }
    return first < span.lowerBound || last > span.upperBound
  }

  mutating func take(_ record: Record, in bytes: RawSpan, stream: Int) {
    guard isOpen[stream] else { return }
    isOpen[stream] = false
    last = max(last, conversion(record.timestamp))
  }

  mutating func lost(_ loss: Loss, stream: Int, after time: UInt64?) {
    first = min(first ?? .max, time.map(conversion) ?? 0)
    isOpen[stream] = true
  }

  mutating func endedEarly(stream: Int, after time: UInt64?) {
    lost(.uncounted, stream: stream, after: time)
  }

  mutating func damaged(_ what: String, at offset: UInt64, stream: Int) {}
  mutating func clockWentBack(to time: UInt64, from: UInt64, stream: Int) {}
  mutating func progressed(bytes: Int) -> Bool { true }

  /// The trace has ended: what has not ended goes on to the end.
  mutating func finish() { if isOpen.contains(true) { last = .max } }
}
