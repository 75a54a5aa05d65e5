import EventFormat
import RingBuffer
import TraceBytes
import TraceChecks
import TraceContainer

/// Writes events as lines.
struct LineCollector: EventTaker {
  private var writer: EventLineWriter

  /// Prepares to write the lines of a trace; `body` takes some whole ones, and says whether it wants more.
  init(
    _ trace: OpenedTrace, namesTrace: Bool, _ body: @escaping (borrowing RawSpan) -> Bool
  ) {
    let line = EventLine(
      isNanoseconds: trace.timeUnit == .nanoseconds, buffers: trace.recording.bufferNames)
    var namesChange = true
    if case .traceDat = trace.recording { namesChange = false }
    writer = EventLineWriter(
      trace.makeRenderer(), line,
      prefix: namesTrace ? Array("\(SafeText.sanitized(trace.path)): ".utf8) : [],
      namesChange: namesChange, comm: trace.comm, body)
  }

  /// Whether somebody still takes the lines.
  var isOpen: Bool { writer.isOpen }

  @inline(__always)
  mutating func take(_ event: EventFilter.Event, in block: RawSpan, stream: Int) {
    writer.append(
      number: event.number, time: event.time, thread: event.thread, stream: stream,
      buffer: event.buffer, cpu: event.cpu, in: block, offset: event.record.offset,
      length: event.record.length)
  }

  mutating func lost(_ loss: Loss, buffer: Int, cpu: Int) {
    switch loss {
    case .none: return
    case .counted(let count): writer.appendLoss(buffer: buffer, cpu: cpu, count: count)
    case .uncounted: writer.appendLoss(buffer: buffer, cpu: cpu, count: nil)
    }
  }

  /// Hands on what is left.
  mutating func flush() { writer.flush() }
}

extension OpenedTrace {
  /// Writes the events of this trace as text.
  func makeRenderer() -> EventTextRenderer { makeRenderer(makeFullCatalogue()) }

  /// The same, with a full catalogue that is there already.
  func makeRenderer(_ catalogue: EventCatalogue) -> EventTextRenderer {
    EventTextRenderer(
      sources: sources, catalogue: catalogue, longSize: recording.longSize,
      kallsyms: recording.kallsyms, printkFormats: recording.printkFormats, order: recording.order,
      lateName: { eventName($0).name })
  }

  /// The name of an instance; nil for the top buffer.
  func bufferName(_ buffer: Int) -> String? {
    let name = recording.bufferNames[buffer]
    return name.isEmpty ? nil : name
  }
}
