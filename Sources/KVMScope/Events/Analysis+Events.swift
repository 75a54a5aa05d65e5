import EventFormat
import KVMTimeline
import RingBuffer
public import TraceChecks
import TraceContainer

/// What `events` says beside the events.
public struct EventResults: Sendable {
  /// The trace's facts; `events` counts those handed out.
  public var trace: TraceFacts
  /// The walk was stopped before the end of the input.
  public var wasStopped: Bool
}

extension Analysis {
  /// The events of one trace in order of time, as lines in the layout of `trace-cmd report -t`.
  ///
  /// Gaps stand between them as lines of their own. The text is safe for a terminal.
  ///
  /// - Parameters:
  ///   - input: the trace.
  ///   - options: what part of it.
  ///   - namesTrace: whether each line begins with the trace's path, as those of several traces must.
  ///   - idle: called before more of a live log is waited for.
  ///   - body: takes the bytes of some whole lines; false stops.
  /// - Returns: the trace's facts.
  public static func eventLines(
    _ input: TraceInput, _ options: AnalysisOptions = AnalysisOptions(), namesTrace: Bool = false,
    idle: @escaping () -> Void = {}, _ body: @escaping (borrowing RawSpan) -> Bool
  ) -> EventResults {
    let trace = input.trace
    let lines = LineCollector(trace, namesTrace: namesTrace, body)
    return run(trace, options, to: lines, idle: idle)
  }

  /// The events of one trace in order of time, with their fields.
  ///
  /// - Parameters:
  ///   - input: the trace.
  ///   - options: what part of it.
  ///   - wantsText: whether rows carry the event's text.
  ///   - wantsFields: whether rows carry its fields.
  ///   - idle: called before more of a live log is waited for.
  ///   - body: takes one event; false stops.
  /// - Returns: the trace's facts.
  public static func events(
    _ input: TraceInput, _ options: AnalysisOptions = AnalysisOptions(), wantsText: Bool = true,
    wantsFields: Bool = true, idle: @escaping () -> Void = {},
    _ body: @escaping (EventRow) -> Bool
  ) -> EventResults {
    let trace = input.trace
    let catalogue = trace.makeFullCatalogue()
    let renderer = trace.makeRenderer(catalogue)
    let hasTwins = catalogue.events.map { event in
      Set(event.fields.map { SafeText.sanitized($0.name) }).count < event.fields.count
    }
    let rows = RowTaker { event, block in
      var row = EventRow(
        timestamp: event.time, cpu: event.cpu, thread: event.thread,
        comm: trace.comm(event.thread), event: renderer.name(of: event.number),
        buffer: trace.bufferName(event.buffer), text: "", fields: [])
      if wantsFields {
        row.fields.reserveCapacity(catalogue.events[event.number].fields.count)
      }
      let (offset, length) = (event.record.offset, event.record.length)
      if wantsText {
        row.text = renderer.text(number: event.number, block: block, offset: offset, length: length)
      }
      if wantsFields {
        renderer.forEachField(number: event.number, block: block, offset: offset, length: length) {
          name, value in
          // A hostile format may give two fields one name: the first counts.
          if hasTwins[event.number], row.fields.contains(where: { $0.name == name }) { return }
          row.fields.append(EventRow.Field(name: name, value: EventRow.Value(value)))
        }
      }
      return body(row)
    }
    return run(trace, options, to: rows, idle: idle)
  }

  /// Makes rows of events as long as somebody takes them.
  private struct RowTaker: EventTaker {
    private let body: (EventFilter.Event, RawSpan) -> Bool
    /// Whether somebody still takes the rows.
    private(set) var isOpen = true

    init(_ body: @escaping (EventFilter.Event, RawSpan) -> Bool) { self.body = body }

    mutating func take(_ event: EventFilter.Event, in block: RawSpan, stream: Int) {
      if isOpen { isOpen = body(event, block) }
    }

    func lost(_ loss: Loss, buffer: Int, cpu: Int) {}
    func flush() {}
  }

  private static func run(
    _ trace: OpenedTrace, _ options: AnalysisOptions, to taker: some EventTaker,
    idle: @escaping () -> Void
  ) -> EventResults {
    var wasStopped = false
    var done: UInt64 = 0
    let total = trace.byteCount &* (EventFilter.needsTracks(options) ? 2 : 1)
    let tracks = EventFilter.tracks(trace, options, done: &done, total: total)
    let counter = ProgressCounter(done: done, total: total, options.progress)
    var consumer = EventConsumer(
      EventFilter(trace, options, tracks: tracks), to: taker,
      progress: { bytes in
        if !counter.add(bytes) { wasStopped = true }
        return !wasStopped
      }, idle: trace.isLive ? idle : nil)
    trace.walk(into: &consumer)
    consumer.flush()
    var facts = trace.facts(after: consumer.statistics)
    facts.events = consumer.count
    return EventResults(trace: facts, wasStopped: wasStopped)
  }
}

extension EventRow.Value {
  init(_ value: EventFieldValue) {
    self =
      switch value {
      case .unsigned(let number): .unsigned(number)
      case .signed(let number): .signed(number)
      case .text(let text): .text(text)
      case .bytes(let bytes): .bytes(bytes)
      case .missing: .missing
      }
  }
}
