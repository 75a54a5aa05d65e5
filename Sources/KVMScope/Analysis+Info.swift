import EventFormat
import KVMTimeline
import TraceBytes
public import TraceChecks
import TraceContainer

extension Analysis {
  /// What is in a file, before anything is made of it.
  ///
  /// Every record is counted, so this reads all of the file.
  public static func info(
    _ path: String, _ options: AnalysisOptions = AnalysisOptions()
  ) throws(AnalysisError) -> TraceInfo {
    let trace = try OpenedTrace(path: path)
    let counter = ProgressCounter(done: 0, total: trace.byteCount, options.progress)
    var consumer = InfoConsumer(trace) { counter.add($0) }
    StreamMerger.merge(TraceDatStreams(trace.file), into: &consumer)
    var info = TraceInfo(facts: trace.facts(after: consumer.statistics))
    info.facts.events = consumer.eventCounts.reduce(0, &+)
    if consumer.first <= consumer.last {
      info.facts.begin = consumer.first
      info.facts.end = consumer.last
    }
    info.properties = properties(trace)
    info.streams = streams(trace, consumer.streams)
    info.events = zip(trace.catalogue.events, consumer.eventCounts).compactMap { event, count in
      // The first entry stands for all events that no format describes.
      if event.id < 0 || event.name.isEmpty {
        return count == 0 ? nil : EventCount(system: nil, name: "(no format)", count: count)
      }
      return EventCount(system: event.system, name: event.name, count: count)
    }
    info.events.sort { ($1.count, $0.name) < ($0.count, $1.name) }
    info.options = trace.file.options.map { option in
      OptionInfo(id: Int(option.id), name: option.name, size: UInt64(option.size))
    }
    info.comms = trace.file.savedCommands.sorted { $0.key < $1.key }
      .map { ThreadName(thread: $0.key, name: $0.value) }
    info.capabilities = Capabilities.of(trace.catalogue, nil)
    return info
  }

  private static func properties(_ trace: OpenedTrace) -> [TraceProperty] {
    let file = trace.file
    var list: [(name: String, value: String?)] = [
      ("recorded_by", file.traceCommandVersion.map { "trace-cmd " + $0 }),
      ("trace_id", file.traceID.map { "0x" + String($0, radix: 16) }),
      ("byte_order", file.order == .big ? "big-endian" : "little-endian"),
      ("long_size", "\(file.longSize) bytes"),
      ("page_size", "\(file.pageSize) bytes"),
    ]
    let compression = file.compression
    list.append(
      (
        "compression",
        compression.version.isEmpty
          ? compression.name : "\(compression.name) \(compression.version)"
      ))
    let adjustment = file.timeAdjustment
    if let cycles = adjustment.cycles {
      list.append(("cycles_to_ns", "(cycles × \(cycles.multiplier)) >> \(cycles.shift)"))
    }
    if adjustment.offset != 0 { list.append(("time_offset", "\(adjustment.offset) ns")) }
    if adjustment.hasGuestTable { list.append(("guest_time", "table recorded, not applied")) }
    if !trace.catalogue.problems.isEmpty {
      list.append(("format_problems", "\(trace.catalogue.problems.count)"))
    }
    return list.compactMap { item in item.value.map { TraceProperty(name: item.name, value: $0) } }
  }

  private static func streams(
    _ trace: OpenedTrace, _ counts: [InfoConsumer.StreamCounts]
  ) -> [StreamInfo] {
    var result: [StreamInfo] = []
    for buffer in trace.file.buffers {
      for location in buffer.streams {
        let count = counts[result.count]
        var stream = StreamInfo(
          buffer: buffer.name.isEmpty ? nil : buffer.name, cpu: location.cpu,
          offset: location.offset.rawValue, size: location.size)
        stream.events = count.events
        stream.lostEvents = count.hasUncountedLoss ? nil : count.lostEvents
        stream.lostGaps = count.lostGaps
        stream.statistics =
          trace.file.cpuStatistics.first { $0.buffer == buffer.name && $0.cpu == location.cpu }?
          .properties ?? []
        result.append(stream)
      }
    }
    return result
  }
}

extension CPUStatistics {
  /// What is there, in the order in which the kernel writes it.
  fileprivate var properties: [TraceProperty] {
    let numbers: [(String, UInt64?)] = [
      ("entries", entries), ("overrun", overrun), ("commit_overrun", commitOverrun),
      ("bytes", bytes), ("dropped_events", droppedEvents), ("read_events", readEvents),
    ]
    return numbers.compactMap { name, value in
      value.map { TraceProperty(name: name, value: String($0)) }
    }
  }
}
