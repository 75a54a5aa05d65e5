import EventFormat
import TraceBytes
import TraceChecks
import TraceContainer

/// What `info` says of a perf.data.
extension Analysis {
  /// So many events are named in a line.
  private static let mostNames = 32

  static func properties(_ file: PerfDataFile, _ trace: OpenedTrace) -> [TraceProperty] {
    let unrecorded = file.unrecordedEvents
    func names(_ numbers: [UInt64]) -> String? {
      let names = numbers.prefix(mostNames).map { number in
        trace.catalogue.events.first { $0.id >= 0 && UInt64($0.id) == number }
          .map { "\($0.system):\($0.name)" } ?? "event \(number)"
      }
      let more = numbers.count > mostNames ? ["…"] : []
      return names.isEmpty ? nil : (names + more).joined(separator: " ")
    }
    var list: [(name: String, value: String?)] = [
      ("recorded_by", file.perfVersion.map { "perf " + $0 }),
      ("command", file.commandLine.isEmpty ? nil : file.commandLine.joined(separator: " ")),
      ("byte_order", file.order == .big ? "big-endian" : "little-endian"),
      ("long_size", "\(file.longSize) bytes"),
      ("processor", file.processor),
      ("compression", file.isCompressed ? "zstd" : "none"),
      ("events_asked_for", String(file.attributes.count)),
      // Neither counts as recorded: what is missing of them did not have to be there.
      ("events_only_counted", names(unrecorded.counted)),
      ("events_only_sampled", names(unrecorded.sampled)),
    ]
    if !trace.catalogue.problems.isEmpty {
      list.append(("format_problems", "\(trace.catalogue.problems.count)"))
    }
    if let passedOver = trace.lastRecords?.passedOver, passedOver > 0 {
      list.append(("samples_passed_over", "\(passedOver)"))
    }
    return list.compactMap { item in item.value.map { TraceProperty(name: item.name, value: $0) } }
  }

  static func streams(
    _ file: PerfDataFile, _ counts: [InfoConsumer.StreamCounts]
  ) -> [StreamInfo] {
    // All CPUs share the data: the size is that of the events alone.
    counts.enumerated().filter { $0.offset < file.cpuCount || !$0.element.isEmpty }
      .map { number, count in
        var stream = StreamInfo(
          buffer: nil, cpu: file.namesCPUs ? number : -1, offset: UInt64(file.data.lowerBound),
          size: count.bytes)
        stream.events = count.events
        stream.lostEvents = count.hasUncountedLoss ? nil : count.lostEvents
        stream.lostGaps = count.lostGaps
        return stream
      }
  }

  /// The options of a trace.dat, the features of a perf.data.
  static func options(_ recording: Recording) -> [OptionInfo] {
    switch recording {
    case .traceDat(let file):
      file.options.map { OptionInfo(id: Int($0.id), name: $0.name, size: UInt64($0.size)) }
    case .perfData(let file):
      file.features.map { OptionInfo(id: $0.number, name: $0.name, size: $0.size) }
    case .text: []
    }
  }
}
