import EventFormat
import KVMTimeline
import RingBuffer
import TraceBytes

/// Takes the events that the user asked for, one by one, still undecoded.
protocol EventTaker {
  /// One event, with the block that its record lies in.
  mutating func take(_ event: EventFilter.Event, in block: RawSpan, stream: Int)
  /// A gap on a CPU that was asked for, right before the event that comes next there.
  mutating func lost(_ loss: Loss, buffer: Int, cpu: Int)
  /// Hands on what it has gathered.
  mutating func flush()
  /// Whether somebody still takes what it hands on.
  var isOpen: Bool { get }
}

/// Hands the events that the user asked for to a taker.
struct EventConsumer<Taker: EventTaker>: RecordConsumer {
  /// Loss and damage of the whole walk.
  private(set) var statistics = WalkStatistics(eventKinds: 0)
  /// The events handed out.
  private(set) var count: UInt64 = 0
  private var filter: EventFilter
  private var taker: Taker
  private let progress: (Int) -> Bool
  /// Called before more is waited for; nil where nobody waits.
  private let idle: (() -> Void)?

  /// Prepares a walk.
  ///
  /// - Parameters:
  ///   - filter: finds the events.
  ///   - taker: takes them.
  ///   - progress: takes the bytes read since the last call; false stops.
  ///   - idle: called, with all handed on, whenever there may be nothing more for a while; nil where
  ///     nobody waits.
  init(
    _ filter: EventFilter, to taker: Taker, progress: @escaping (Int) -> Bool,
    idle: (() -> Void)? = nil
  ) {
    self.filter = filter
    self.taker = taker
    self.progress = progress
    self.idle = idle
  }

  /// Hands on what the taker still has.
  mutating func flush() { taker.flush() }

  /// See ``RecordConsumer/follow(_:until:stream:)``: the loop compiled for this consumer.
  @_specialize(where Taker == LineCollector, Run == SubBufferRun)
  mutating func follow<Run: RecordRun & ~Escapable>(
    _ run: inout Run, until due: UInt64, stream: Int
  ) throws(PageFault) -> Bool {
    try takeInTurn(&run, until: due, stream: stream)
  }

  @inline(__always)
  mutating func take(_ record: Record, in block: RawSpan, stream: Int) {
    // What is shorter has no number and no thread.
    guard record.length >= 8 else {
      return statistics.add(damage: "a record is shorter than its common fields", at: 0)
    }
    guard let event = filter.event(record, in: block, stream: stream) else { return }
    count &+= 1
    taker.take(event, in: block, stream: stream)
  }

  mutating func lost(_ loss: Loss, stream: Int, after time: UInt64?) {
    statistics.add(loss)
    guard let (buffer, cpu) = filter.place(ofGapIn: stream, after: time) else { return }
    taker.lost(loss, buffer: buffer, cpu: cpu)
  }

  mutating func damaged(_ what: String, at offset: UInt64, stream: Int) {
    statistics.add(damage: what, at: offset)
  }

  mutating func clockWentBack(to time: UInt64, from: UInt64, stream: Int) {
    statistics.addClockBackwards(to: filter.converted(time))
  }

  mutating func progressed(bytes: Int) -> Bool {
    let goesOn = progress(bytes)
    if let idle {
      taker.flush()
      idle()
    }
    return goesOn && taker.isOpen
  }
}
