import EventFormat
import KVMTimeline
import RingBuffer
import TraceBytes

/// Hands the events that the user asked for to a body, one by one, still undecoded.
struct EventConsumer: RecordConsumer {
  /// Loss and damage of the whole walk.
  private(set) var statistics = WalkStatistics(eventKinds: 0)
  /// The events handed out.
  private(set) var count: UInt64 = 0
  private var filter: EventFilter
  private let progress: (Int) -> Bool
  private let body: (EventFilter.Event, borrowing RawSpan) -> Void
  private let loss: (Loss, _ buffer: Int, _ cpu: Int) -> Void

  /// Prepares a walk.
  ///
  /// `body` is called for each event with the block that its record lies in, `loss` for each gap on
  /// a CPU that was asked for, right before the event that comes next there.
  init(
    _ filter: EventFilter, progress: @escaping (Int) -> Bool,
    loss: @escaping (Loss, _ buffer: Int, _ cpu: Int) -> Void = { _, _, _ in },
    body: @escaping (EventFilter.Event, borrowing RawSpan) -> Void
  ) {
    self.filter = filter
    self.progress = progress
    self.body = body
    self.loss = loss
  }

  mutating func take(_ record: Record, in block: RawSpan, stream: Int) {
    // What is shorter has no number and no thread.
    guard record.length >= 8 else {
      return statistics.add(damage: "a record is shorter than its common fields", at: 0)
    }
    guard let event = filter.event(record, in: block, stream: stream) else { return }
    count += 1
    body(event, block)
  }

  mutating func lost(_ loss: Loss, stream: Int, after time: UInt64?) {
    statistics.add(loss)
    guard let (buffer, cpu) = filter.place(ofGapIn: stream, after: time) else { return }
    self.loss(loss, buffer, cpu)
  }

  mutating func damaged(_ what: String, at offset: UInt64, stream: Int) {
    statistics.add(damage: what, at: offset)
  }

  mutating func clockWentBack(to time: UInt64, from: UInt64, stream: Int) {
    statistics.addClockBackwards(to: filter.converted(time))
  }

  mutating func progressed(bytes: Int) -> Bool { progress(bytes) }
}
