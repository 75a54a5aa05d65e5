import TraceChecks
import TraceContainer

/// What `info` says of a log of text.
extension Analysis {
  static func properties(_ log: TextLog) -> [TraceProperty] {
    var list: [(name: String, value: String)] = [
      ("times", log.isRelative ? "from the begin of the trace" : "of the trace clock")
    ]
    if let reader = log.lastReader {
      list += [
        ("lines", "\(reader.lineCount)"), ("other_lines", "\(reader.otherLineCount)"),
        ("unreadable_lines", "\(reader.unreadableCount)"),
      ]
    }
    return list.map { TraceProperty(name: $0.name, value: $0.value) }
  }

  static func streams(_ log: TextLog, _ counts: [InfoConsumer.StreamCounts]) -> [StreamInfo] {
    counts.enumerated().filter { !$0.element.isEmpty }
      .map { number, count in
        let (buffer, cpu) = TextLog.place(of: number)
        let name = log.bufferNames[buffer]
        var stream = StreamInfo(
          buffer: name.isEmpty ? nil : name, cpu: cpu, offset: 0, size: count.bytes)
        stream.events = count.events
        stream.lostEvents = count.hasUncountedLoss ? nil : count.lostEvents
        stream.lostGaps = count.lostGaps
        return stream
      }
  }
}
