import EventFormat
import RingBuffer
import TraceBytes
import TraceChecks
import TraceContainer

/// Writes events as lines into a buffer, and hands it on when it is full.
final class LineCollector {
  private static let bufferSize = 1 << 16

  private let trace: OpenedTrace
  private let renderer: EventTextRenderer
  private let line: EventLine
  private let body: ([UInt8]) -> Bool
  private var bytes: [UInt8] = []
  /// Whether somebody still takes the lines.
  private(set) var isOpen = true

  /// What each line begins with.
  private let prefix: [UInt8]

  init(_ trace: OpenedTrace, namesTrace: Bool, _ body: @escaping ([UInt8]) -> Bool) {
    self.trace = trace
    prefix = namesTrace ? Array("\(SafeText.sanitized(trace.path)): ".utf8) : []
    self.body = body
    renderer = trace.makeRenderer()
    line = EventLine(
      isNanoseconds: trace.timeUnit == .nanoseconds, buffers: trace.recording.bufferNames)
  }

  func add(_ event: EventFilter.Event, _ block: borrowing RawSpan) {
    guard isOpen else { return }
    bytes.append(contentsOf: prefix)
    line.appendHead(
      buffer: event.buffer, comm: trace.comm(event.thread), thread: event.thread, cpu: event.cpu,
      timestamp: event.time, name: renderer.name(of: event.number), to: &bytes)
    renderer.append(
      number: event.number, block: copy block, offset: event.record.offset,
      length: event.record.length, to: &bytes)
    endLine()
  }

  func add(_ loss: Loss, buffer: Int, cpu: Int) {
    guard isOpen, loss != .none else { return }
    bytes.append(contentsOf: prefix)
    switch loss {
    case .none: return
    case .counted(let count): line.appendLoss(buffer: buffer, cpu: cpu, count: count, to: &bytes)
    case .uncounted: line.appendLoss(buffer: buffer, cpu: cpu, count: nil, to: &bytes)
    }
    endLine()
  }

  /// Hands on what is left.
  func flush() {
    guard isOpen, !bytes.isEmpty else { return }
    isOpen = body(bytes)
    bytes.removeAll(keepingCapacity: true)
  }

  private func endLine() {
    bytes.append(UInt8(ascii: "\n"))
    if bytes.count >= Self.bufferSize { flush() }
  }
}

extension OpenedTrace {
  /// Writes the events of this trace as text.
  func makeRenderer() -> EventTextRenderer {
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
