internal import EventFormat
internal import KVMEvents
public import KVMTimeline
internal import TraceBytes
internal import TraceContainer
internal import TraceTestSupport

/// The same fixture walked in order of time, and thread by thread where that is allowed.
public enum WalkOrder {
  /// The trackers of both walks.
  public static func trackers(
    fixture name: String
  ) throws -> (byTime: TimelineTracker, byThread: TimelineTracker) {
    let mapped = try MappedFile(path: Fixture.path(name))
    if name.hasPrefix("perf-data/") {
      let file = try PerfDataFile.open(mapped)
      return (tracker(file, ordersByThread: false), tracker(file, ordersByThread: true))
    }
    let file = try TraceDatFile.open(mapped)
    return (tracker(file, ordersByThread: false), tracker(file, ordersByThread: true))
  }

  private static func tracker(_ file: TraceDatFile, ordersByThread: Bool) -> TimelineTracker {
    let numbers = Set(file.buffers.flatMap { $0.streams.map(\.cpu) }).sorted()
    let cpus = file.buffers.flatMap { buffer in
      buffer.streams.map { numbers.firstIndex(of: $0.cpu) ?? 0 }
    }
    var consumer = consumer(
      file.formats, file.longSize, file.order, numbers, cpus, ordersByThread: ordersByThread)
    consumer.walk(TraceDatStreams(file))
    return consumer.tracker
  }

  private static func tracker(_ file: PerfDataFile, ordersByThread: Bool) -> TimelineTracker {
    var consumer = consumer(
      file.formats, file.longSize, file.order, Array(0..<file.cpuCount),
      Array(0..<file.streamCount), ordersByThread: ordersByThread)
    consumer.walk(PerfDataRecords(file))
    return consumer.tracker
  }

  private static func consumer(
    _ formats: [FormatText], _ longSize: Int, _ order: ByteOrder, _ cpuNumbers: [Int],
    _ cpus: [Int], ordersByThread: Bool
  ) -> TimelineConsumer {
    let catalogue = EventCatalogue(
      formats.map { FormatSource(system: $0.system, text: $0.text) }, longSize: longSize,
      isBigEndian: order == .big)
    return TimelineConsumer(
      tracker: TimelineTracker(
        records: RecordedEvents(Set(catalogue.descriptors.map(\.kind))), cpuNumbers: cpuNumbers),
      catalogue: catalogue, cpus: cpus, conversion: nil, ordersByThread: ordersByThread)
  }
}
