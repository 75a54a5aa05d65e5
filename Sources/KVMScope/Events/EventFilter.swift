import EventFormat
import KVMTimeline
import RingBuffer
import TraceBytes

/// Finds the events that the user asked for among all records.
struct EventFilter {
  /// One event: where its bytes are, and what every event has.
  struct Event {
    /// In the trace's unit, after the conversion.
    var time: UInt64
    /// The CPU's number.
    var cpu: Int
    var buffer: Int
    var thread: Int32
    /// The dense number of the catalogue.
    var number: Int
    var record: Record
  }

  /// By stream: the buffer, and the number of the CPU.
  private let places: [(buffer: Int, cpu: Int)]
  private let catalogue: EventCatalogue
  private let conversion: ClockConversion?
  private let window: Range<UInt64>
  private let cpus: Set<Int>?
  private let threads: ThreadSelection
  private var events: EventSelection

  /// Prepares a selection; `tracks` are needed where vCPUs or VMs were asked for.
  init(_ trace: OpenedTrace, _ options: AnalysisOptions, tracks: [VCPUTrack]?) {
    places = trace.streams.indices.map { trace.place(of: $0) }
    catalogue = trace.catalogue
    conversion = trace.conversion
    window = trace.window(options)
    cpus = options.cpus
    threads = ThreadSelection(options, tracks: tracks)
    events = EventSelection(options.events, trace)
  }

  /// The event of a record of at least eight bytes; nil when it was not asked for.
  @inline(__always)
  mutating func event(_ record: Record, in block: RawSpan, stream: Int) -> Event? {
    let time = converted(record.timestamp)
    guard window.contains(time) else { return nil }
    let (buffer, cpu) = places[stream]
    if let cpus, !cpus.contains(cpu) { return nil }
    let (id, thread) = catalogue.header(in: block, at: record.offset)
    let number = catalogue.number(of: id)
    guard events.selects(number), threads.selects(thread, at: time) else { return nil }
    return Event(
      time: time, cpu: cpu, buffer: buffer, thread: thread, number: number, record: record)
  }

  /// The place of a gap behind a record at `time`; nil when nothing in it could have been asked for.
  func place(ofGapIn stream: Int, after time: UInt64?) -> (buffer: Int, cpu: Int)? {
    let place = places[stream]
    if let cpus, !cpus.contains(place.cpu) { return nil }
    // The gap lies behind `time`: it may reach into the window unless that is past.
    if let time, converted(time) >= window.upperBound { return nil }
    return place
  }

  /// A time stamp in the trace's unit.
  func converted(_ time: UInt64) -> UInt64 { conversion?.nanoseconds(time) ?? time }

  /// Whether which thread drives which vCPU must be known.
  static func needsTracks(_ options: AnalysisOptions) -> Bool {
    options.vcpus != nil || options.vms != nil
  }

  /// Which thread drove which vCPU when, at all times, whatever the window; nil where nobody asks.
  ///
  /// It takes a walk of its own.
  static func tracks(
    _ trace: OpenedTrace, _ options: AnalysisOptions, done: inout UInt64, total: UInt64
  ) -> [VCPUTrack]? {
    guard needsTracks(options) else { return nil }
    var everything = AnalysisOptions()
    everything.progress = options.progress
    return TimelinePass.run(trace, everything, receiver: nil, done: &done, total: total).tracker
      .tracks
  }
}
