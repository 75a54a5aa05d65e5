internal import EventFormat
internal import KVMEvents
internal import KVMTimeline
internal import RingBuffer
internal import TraceBytes
internal import TraceContainer
internal import TraceTestSupport

extension EventLog {
  /// The events of a fixture.
  public init(fixture name: String) throws {
    try self.init(TraceDatFile.open(MappedFile(path: Fixture.path(name))))
  }

  /// The events of a file in memory.
  public init(bytes: [UInt8]) throws {
    try self.init(TraceDatFile.open(MappedFile(copying: bytes, path: "built.dat")))
  }

  /// The events of a file.
  init(_ file: TraceDatFile) {
    let sources = file.formats.map { FormatSource(system: $0.system, text: $0.text) }
    let catalogue = EventCatalogue(
      sources, longSize: file.longSize, isBigEndian: file.order == .big)
    let numbers = Set(file.buffers.flatMap { $0.streams.map(\.cpu) }).sorted()
    let cpus = file.buffers.flatMap { buffer in
      buffer.streams.map { numbers.firstIndex(of: $0.cpu) ?? 0 }
    }
    var collector = EventCollector(catalogue: catalogue, cpus: cpus)
    StreamMerger.merge(TraceDatStreams(file), into: &collector)
    self.init(
      collector.entries, records: RecordedEvents(Set(catalogue.descriptors.map(\.kind))),
      cpuNumbers: numbers)
  }
}

/// Copies every event of a merge.
struct EventCollector: RecordConsumer {
  let catalogue: EventCatalogue
  let cpus: [Int]
  var entries: [EventLog.Entry] = []

  init(catalogue: EventCatalogue, cpus: [Int]) {
    self.catalogue = catalogue
    self.cpus = cpus
  }

  mutating func take(_ record: Record, in bytes: RawSpan, stream: Int) {
    guard record.length >= 8 else { return }
    let (id, thread) = catalogue.header(in: bytes, at: record.offset)
    let number = catalogue.number(of: id)
    let descriptor = catalogue.descriptors[number]
    var event = StoredEvent(descriptor.kind)
    for slot in 0..<EventSchema.maximumSlots where descriptor.fields[slot].isPresent {
      event.set(
        slot,
        descriptor.fields[slot].read(
          in: bytes, at: record.offset, isBigEndian: catalogue.isBigEndian))
    }
    entries.append(
      EventLog.Entry(
        event, thread: thread, cpu: cpus[stream], time: record.timestamp,
        name: catalogue.events[number].name))
  }

  mutating func lost(_ loss: Loss, stream: Int, after time: UInt64?) {
    entries.append(.loss(cpu: cpus[stream], after: time ?? 0))
  }

  mutating func damaged(_ what: String, at offset: UInt64, stream: Int) {}

  mutating func clockWentBack(to time: UInt64, from: UInt64, stream: Int) {}

  mutating func progressed(bytes: Int) -> Bool { true }
}
