import EventFormat
import KVMTimeline
import RingBuffer
import TraceBytes

/// Counts what is in a trace, by event and by stream.
struct InfoConsumer: RecordConsumer {
  /// What was counted of one stream.
  struct StreamCounts {
    var events: UInt64 = 0
    /// Bytes of the records' payloads.
    var bytes: UInt64 = 0
    var lostEvents: UInt64 = 0
    var lostGaps: UInt64 = 0
    var hasUncountedLoss = false

    /// Nothing was counted.
    var isEmpty: Bool { events == 0 && lostGaps == 0 }
  }

  /// By stream.
  private(set) var streams: [StreamCounts]
  /// Records, by the dense numbers of the catalogue.
  private(set) var eventCounts: [UInt64]
  /// Loss and damage of all streams.
  private(set) var statistics: WalkStatistics
  /// First and last time, in the unit of the trace; empty without records.
  private(set) var first = UInt64.max
  private(set) var last: UInt64 = 0
  private var filter: EventFilter
  private let progress: (Int) -> Bool

  init(_ trace: OpenedTrace, _ filter: EventFilter, progress: @escaping (Int) -> Bool) {
    streams = Array(repeating: StreamCounts(), count: trace.streams.count)
    eventCounts = Array(repeating: 0, count: trace.catalogue.events.count)
    statistics = WalkStatistics(eventKinds: 0)
    self.filter = filter
    self.progress = progress
  }

  mutating func take(_ record: Record, in block: RawSpan, stream: Int) {
    // Too short for the number of its event: counted as one that no format describes.
    guard record.length >= 8 else {
      count(filter.converted(record.timestamp), 0, record, stream)
      return
    }
    guard let event = filter.event(record, in: block, stream: stream) else { return }
    count(event.time, event.number, record, stream)
  }

  private mutating func count(_ time: UInt64, _ number: Int, _ record: Record, _ stream: Int) {
    streams[stream].events += 1
    streams[stream].bytes += UInt64(record.length)
    first = min(first, time)
    last = max(last, time)
    eventCounts[number] += 1
  }

  mutating func lost(_ loss: Loss, stream: Int, after time: UInt64?) {
    statistics.add(loss)
    guard filter.place(ofGapIn: stream, after: time) != nil else { return }
    switch loss {
    case .none: return
    case .counted(let events):
      let (sum, overflow) = streams[stream].lostEvents.addingReportingOverflow(events)
      streams[stream].lostEvents = overflow ? .max : sum
    case .uncounted: streams[stream].hasUncountedLoss = true
    }
    streams[stream].lostGaps += 1
  }

  mutating func damaged(_ what: String, at offset: UInt64, stream: Int) {
    statistics.add(damage: what, at: offset)
  }

  mutating func clockWentBack(to time: UInt64, from: UInt64, stream: Int) {
    statistics.addClockBackwards(to: filter.converted(time))
  }

  mutating func progressed(bytes: Int) -> Bool { progress(bytes) }
}
