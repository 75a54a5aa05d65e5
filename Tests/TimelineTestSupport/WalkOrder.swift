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
    let file = try TraceDatFile.open(MappedFile(path: Fixture.path(name)))
    return (tracker(file, ordersByThread: false), tracker(file, ordersByThread: true))
  }

  private static func tracker(_ file: TraceDatFile, ordersByThread: Bool) -> TimelineTracker {
    let sources = file.formats.map { FormatSource(system: $0.system, text: $0.text) }
    let catalogue = EventCatalogue(
      sources, longSize: file.longSize, isBigEndian: file.order == .big)
    let numbers = Set(file.buffers.flatMap { $0.streams.map(\.cpu) }).sorted()
    let cpus = file.buffers.flatMap { buffer in
      buffer.streams.map { numbers.firstIndex(of: $0.cpu) ?? 0 }
    }
    var consumer = TimelineConsumer(
      tracker: TimelineTracker(
        records: RecordedEvents(Set(catalogue.descriptors.map(\.kind))), cpuNumbers: numbers),
      catalogue: catalogue, cpus: cpus, conversion: nil, ordersByThread: ordersByThread)
    consumer.walk(TraceDatStreams(file))
    return consumer.tracker
  }
}
