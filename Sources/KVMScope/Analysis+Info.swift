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
    _ input: TraceInput, _ options: AnalysisOptions = AnalysisOptions()
  ) -> TraceInfo {
    let trace = input.trace
    var done: UInt64 = 0
    let total = trace.byteCount &* (EventFilter.needsTracks(options) ? 2 : 1)
    let tracks = EventFilter.tracks(trace, options, done: &done, total: total)
    let counter = ProgressCounter(done: done, total: total, options.progress)
    var consumer = InfoConsumer(trace, EventFilter(trace, options, tracks: tracks)) {
      counter.add($0)
    }
    trace.walk(into: &consumer)
    var info = TraceInfo(facts: trace.facts(after: consumer.statistics))
    info.facts.events = consumer.eventCounts.reduce(0, &+)
    if consumer.first <= consumer.last {
      info.facts.begin = consumer.first
      info.facts.end = consumer.last
    }
    switch trace.recording {
    case .traceDat(let file):
      info.properties = properties(file, trace.catalogue)
      info.streams = streams(file, consumer.streams)
    case .perfData(let file):
      info.properties = properties(file, trace)
      info.records = (trace.lastRecords?.countsByName ?? []).map {
        EventCount(system: nil, name: $0.name, count: $0.count)
      }
      info.streams = streams(file, consumer.streams)
    case .text(let log):
      info.properties = properties(log)
      info.streams = streams(log, consumer.streams)
    }
    info.events = eventCounts(trace, consumer.eventCounts)
    info.events.sort { ($1.count, $0.name) < ($0.count, $1.name) }
    info.options = self.options(trace.recording)
    info.comms = trace.comms.sorted { $0.key < $1.key }
      .map { ThreadName(thread: $0.key, name: $0.value) }
    info.capabilities = Capabilities.of(trace, nil)
    return info
  }

  private static func eventCounts(_ trace: OpenedTrace, _ counts: [UInt64]) -> [EventCount] {
    // A log of text is not asked for what it does not show; it has an event once for each wording.
    let isText = trace.catalogue.text != nil
    var list: [EventCount] = []
    var places: [String: Int] = [:]
    for (number, count) in counts.enumerated() where count > 0 || !isText {
      let event = trace.eventName(number)
      // The first entry stands for all events that no format describes.
      guard number > 0, !event.name.isEmpty else {
        if count > 0 { list.append(EventCount(system: nil, name: "(no format)", count: count)) }
        continue
      }
      if isText, let place = places[event.name] {
        list[place].count += count
        continue
      }
      places[event.name] = list.count
      list.append(
        EventCount(
          system: event.system.isEmpty ? nil : event.system, name: event.name, count: count))
    }
    return list
  }
}
