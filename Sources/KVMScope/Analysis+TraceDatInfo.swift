import EventFormat
import TraceBytes
import TraceChecks
import TraceContainer

/// What `info` says of a trace.dat.
extension Analysis {
  static func properties(_ file: TraceDatFile, _ catalogue: EventCatalogue) -> [TraceProperty] {
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
    if !catalogue.problems.isEmpty {
      list.append(("format_problems", "\(catalogue.problems.count)"))
    }
    return list.compactMap { item in item.value.map { TraceProperty(name: item.name, value: $0) } }
  }

  static func streams(
    _ file: TraceDatFile, _ counts: [InfoConsumer.StreamCounts]
  ) -> [StreamInfo] {
    var result: [StreamInfo] = []
    for buffer in file.buffers {
      for location in buffer.streams {
        let count = counts[result.count]
        var stream = StreamInfo(
          buffer: buffer.name.isEmpty ? nil : buffer.name, cpu: location.cpu,
          offset: (file.part(at: location.offset)?.offset ?? location.offset).rawValue,
          size: location.size)
        stream.events = count.events
        stream.lostEvents = count.hasUncountedLoss ? nil : count.lostEvents
        stream.lostGaps = count.lostGaps
        stream.statistics =
          file.cpuStatistics.first { $0.buffer == buffer.name && $0.cpu == location.cpu }?
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
