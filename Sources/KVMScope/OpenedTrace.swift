import EventFormat
import KVMEvents
import KVMTimeline
import RingBuffer
import TraceBytes
import TraceChecks
import TraceContainer

/// A recording with its formats understood: ready to be walked, any number of times.
struct OpenedTrace {
  let path: String
  let recording: Recording
  let catalogue: EventCatalogue
  let sources: [FormatSource]
  /// The numbers of the CPUs, ascending; events name a CPU by its position here, and beyond the
  /// list by its number.
  let cpuNumbers: [Int]
  /// The streams of all buffers, the top one first, by CPU.
  let streams: [(buffer: Int, cpu: Int)]
  /// What could not be read on the way to the recording: of the file that it was packed in.
  let inputDamage: [TraceChecks.Damage]
  private let walks = Walks()

  /// What the last walk over a perf.data found beside the samples.
  private final class Walks {
    var last: PerfDataRecords?
  }

  /// Opens a trace.
  ///
  /// - Parameters:
  ///   - path: of a file or a pipe; `-` is standard input.
  ///   - isReadTwice: whether there will be more than one walk.
  /// - Throws: when it cannot be read.
  init(path: String, isReadTwice: Bool = true) throws(AnalysisError) {
    self.path = path
    let input = try InputFile(path: path, isReadTwice: isReadTwice)
    recording = input.recording
    inputDamage = input.damage
    sources = recording.formats.map { FormatSource(system: $0.system, text: $0.text) }
    switch recording {
    case .text(let log): catalogue = TextCatalogue.make(log)
    default:
      catalogue = EventCatalogue(
        sources, longSize: recording.longSize, isBigEndian: recording.order == .big)
    }
    switch recording {
    case .traceDat(let file): (cpuNumbers, streams) = Self.streams(file)
    case .perfData(let file):
      cpuNumbers = file.namesCPUs ? Array(0..<file.cpuCount) : [-1]
      streams = (0..<file.streamCount).map { (0, $0) }
    case .text(let log):
      // Any CPU may appear: each is named by its number.
      cpuNumbers = []
      streams = (0..<log.streamCount).map { TextLog.place(of: $0) }
    }
  }

  private static func streams(_ file: TraceDatFile) -> ([Int], [(buffer: Int, cpu: Int)]) {
    var numbers: Set<Int> = []
    for buffer in file.buffers { numbers.formUnion(buffer.streams.map(\.cpu)) }
    let sorted = numbers.sorted()
    var streams: [(buffer: Int, cpu: Int)] = []
    for (number, buffer) in file.buffers.enumerated() {
      for stream in buffer.streams {
        // Every CPU is in the list: it was made from these streams.
        streams.append((number, sorted.firstIndex(of: stream.cpu) ?? 0))
      }
    }
    return (sorted, streams)
  }

  /// The buffer of a stream, and the number of its CPU.
  func place(of stream: Int) -> (buffer: Int, cpu: Int) {
    let (buffer, position) = streams[stream]
    return (buffer, cpuNumbers.indices.contains(position) ? cpuNumbers[position] : position)
  }

  /// Gives all records to a consumer in order of time.
  func walk<Consumer: RecordConsumer>(into consumer: inout Consumer) {
    switch recording {
    case .traceDat(let file): StreamMerger.merge(TraceDatStreams(file), into: &consumer)
    case .perfData(let file): QueueMerger.merge(records(file), into: &consumer)
    case .text(let log):
      if let reader = log.makeReader() { OrderedWalk.run(reader, into: &consumer) }
    }
  }

  /// The same for the timeline, where the merge is compiled for it.
  func walk(into consumer: inout TimelineConsumer) {
    switch recording {
    case .traceDat(let file): consumer.walk(TraceDatStreams(file))
    case .perfData(let file): consumer.walk(records(file))
    case .text(let log):
      if let reader = log.makeReader(wantsText: false) { consumer.walk(reader) }
    }
  }

  /// Whether the events of one thread may be read ahead of those of others: each CPU has one stream,
  /// and switches of threads are in it.
  var allowsOrderByThread: Bool {
    let hasStreamPerCPU =
      switch recording {
      case .traceDat(let file): file.buffers.count == 1 && streams.count == cpuNumbers.count
      case .perfData(let file): file.namesCPUs
      case .text: false
      }
    return hasStreamPerCPU && records.contains(.schedSwitch)
  }

  /// Whether another program may still be writing it.
  var isLive: Bool {
    guard case .text(let log) = recording else { return false }
    return log.isLive
  }

  /// Whether another walk gives the same again.
  var canBeWalkedAgain: Bool {
    guard case .text(let log) = recording else { return true }
    return log.canBeReadAgain
  }

  private func records(_ file: PerfDataFile) -> PerfDataRecords {
    let records = PerfDataRecords(file)
    walks.last = records
    return records
  }

  /// What the last walk over a perf.data found beside the samples; nil before the first.
  var lastRecords: PerfDataRecords? { walks.last }

  /// The bytes that a walk reads.
  var byteCount: UInt64 { recording.byteCount }

  /// How time stamps become nanoseconds.
  var conversion: ClockConversion? {
    guard case .traceDat(let file) = recording else { return nil }
    let adjustment = file.timeAdjustment
    guard adjustment.isNeeded else { return nil }
    guard let cycles = adjustment.cycles else { return ClockConversion(offset: adjustment.offset) }
    return ClockConversion(
      multiplier: cycles.multiplier, shift: cycles.shift, offset: adjustment.offset)
  }

  /// What time stamps count after the conversion.
  var timeUnit: TimeUnit {
    if case .text(let log) = recording { return log.isTicks ? .ticks : .nanoseconds }
    guard case .traceDat(let file) = recording, file.timeAdjustment.cycles == nil else {
      return .nanoseconds
    }
    switch recording.clock {
    case "x86-tsc", "counter", "uptime", "ppc-tb", "tsc2nsec": return .ticks
    default: return .nanoseconds
    }
  }

  /// What the recording would show if it happened.
  ///
  /// Of a log of text this is what its lines have shown so far: after the first walk all is known.
  var records: RecordedEvents {
    // The formats of a whole system may be there, though only some of its events were asked for.
    func kinds(_ isRecorded: (EventDescription) -> Bool) -> RecordedEvents {
      RecordedEvents(
        Set(
          zip(catalogue.events, catalogue.descriptors).filter { isRecorded($0.0) }.map(\.1.kind)))
    }
    switch recording {
    case .perfData(let file):
      let recorded = file.recordedEvents
      return kinds { recorded.contains(UInt64(bitPattern: Int64($0.id))) }
    case .traceDat(let file):
      let off = file.eventsSwitchedOff ?? []
      return kinds { !off.contains("\($0.system):\($0.name)") }
    case .text(let log):
      return RecordedEvents(log.recordedKinds)
    }
  }

  /// Goes through a log that can be read again, so that `records` knows all of it: intervals that
  /// were handed out cannot be taken back.
  func learnRecordedEvents() {
    guard case .text(let log) = recording, log.canBeReadAgain,
      let reader = log.makeReader(wantsText: false)
    else { return }
    while true {
      if case .end = reader.next() { return }
    }
  }

  /// The name of a thread; in a perf.data, at the present moment of a walk.
  func comm(_ thread: Int32) -> String? { comms[thread] }

  /// The names of all threads; in a perf.data, at the present moment of a walk.
  var comms: [Int32: String] {
    switch recording {
    case .traceDat(let file): file.savedCommands
    case .perfData(let file): walks.last?.tasks.names ?? file.savedCommands
    case .text(let log): log.lastReader?.tasks.names ?? [:]
    }
  }

  /// The process that a thread belongs to, where the recording tells it.
  func process(of thread: Int32) -> Int32? {
    switch recording {
    case .traceDat(let file): file.savedProcesses[thread]
    case .perfData: walks.last?.tasks.process(of: thread)
    case .text(let log): log.lastReader?.tasks.process(of: thread)
    }
  }

  /// The names of an event, as far as they are known at the present moment of a walk.
  func eventName(_ number: Int) -> (system: String, name: String) {
    guard case .text(let log) = recording else {
      let event = catalogue.events[number]
      return (event.system, event.name)
    }
    let event = log.declarations.list[number]
    return (event.system, event.name)
  }

  /// The window of the options, in this trace's unit.
  func window(_ options: AnalysisOptions) -> Range<UInt64> {
    func value(_ moment: AnalysisOptions.Moment) -> UInt64 {
      timeUnit == .ticks ? moment.ticks : moment.nanoseconds
    }
    let begin = options.begin.map(value) ?? 0
    let end = options.end.map(value) ?? .max
    return begin..<max(begin, end)
  }
}
