import EventFormat
import Testing
import TraceBytes
import TraceTestSupport

/// One event to be written as a line.
struct LineEvent {
  var number = 1
  var time: UInt64 = 18_528_329_032
  var thread: Int32 = 354
  var stream = 0
  var buffer = 0
  var cpu = 0
  var bytes: [UInt8]
}

/// Lines in both ways: by ``EventLineWriter``, and by what it must agree with.
struct LinePair {
  let renderer: EventTextRenderer
  var line = EventLine(isNanoseconds: true)
  var prefix: [UInt8] = []
  var comm: (Int32) -> String? = { $0 == 354 ? "nested_mix" : nil }
  /// Bytes in the block before and behind each record: other bytes of the file, which are not its own.
  var around = (before: 0, behind: 0)

  /// The lines as the writer has them.
  func written(_ events: [LineEvent]) -> [UInt8] {
    var all: [UInt8] = []
    var writer = EventLineWriter(renderer, line, prefix: prefix, namesChange: true, comm: comm) {
      all += $0.array()
      return true
    }
    for event in events {
      let held = HeldBytes(block(event))
      writer.append(
        number: event.number, time: event.time, thread: event.thread, stream: event.stream,
        buffer: event.buffer, cpu: event.cpu, in: held.span, offset: around.before,
        length: event.bytes.count)
    }
    writer.flush()
    return all
  }

  /// The lines piece by piece, each `print fmt` evaluated anew.
  func expected(_ events: [LineEvent]) -> [UInt8] {
    var all: [UInt8] = []
    for event in events {
      all += prefix
      line.appendHead(
        buffer: event.buffer, comm: comm(event.thread), thread: event.thread, cpu: event.cpu,
        timestamp: event.time, name: renderer.name(of: event.number), to: &all)
      let held = HeldBytes(block(event))
      renderer.append(
        number: event.number, block: held.span, offset: around.before, length: event.bytes.count,
        to: &all)
      all.append(10)
    }
    return all
  }

  private func block(_ event: LineEvent) -> [UInt8] {
    [UInt8](repeating: 0xa5, count: around.before) + event.bytes
      + [UInt8](repeating: 0x5a, count: around.behind)
  }

  /// Expects both to be the same, and shows the first line that is not.
  func check(_ events: [LineEvent], _ what: @autoclosure () -> String) {
    let (written, expected) = (written(events), expected(events))
    guard written != expected else { return }
    let lines = (written.split(separator: 10), expected.split(separator: 10))
    let at = zip(lines.0, lines.1).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? 0
    func text(_ lines: [ArraySlice<UInt8>]) -> String {
      lines.indices.contains(at) ? String(decoding: lines[at], as: UTF8.self) : "(none)"
    }
    Issue.record("\(what()): line \(at):\n\(text(lines.0))\nexpected:\n\(text(lines.1))")
  }
}
