import EventFormat
import KVMEvents
import KVMTimeline
import RingBuffer
import TraceBytes
import TraceChecks
import TraceContainer

/// A recording with its formats understood: ready to be walked, any number of times.
struct OpenedTrace {
  /// What reports call it.
  let path: String
  /// The files that it lies in, and whether they are parts of one recording.
  let paths: [String]
  let isMerged: Bool
  /// What is added to the times of each file.
  let timeOffsets: [InputOptions.TimeOffset]
  /// What is added to all times after they were read.
  private let timeOffset: InputOptions.TimeOffset
  let recording: Recording
  /// The events; the fields only of those that the timeline knows.
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
  /// How many threads may work for a walk.
  private let threads: Int

  /// What the last walk over a perf.data found beside the samples.
  private final class Walks {
    var last: PerfDataRecords?
    /// The names of the events in the recording, once they were looked for.
    var seen: Set<String>?
  }

  /// Opens a trace.
  ///
  /// - Parameters:
  ///   - path: of a file or a pipe; `-` is standard input.
  ///   - isReadTwice: whether there will be more than one walk.
  ///   - timeOffset: added to all times.
  ///   - threads: how many threads may work for a walk.
  /// - Throws: when it cannot be read.
  init(
    path: String, isReadTwice: Bool = true, timeOffset: InputOptions.TimeOffset = .zero,
    threads: Int = 1
  ) throws(AnalysisError) {
    let input = try InputFile(path: path, isReadTwice: isReadTwice)
    self.init(
      input.recording, damage: input.damage, path: path, paths: [path], isMerged: false,
      offset: timeOffset, offsets: [timeOffset], threads: threads)
    if timeOffset != .zero, canBeWalkedAgain { try refuseTimeOffset() }
  }

  /// Opens a recording that lies in several files.
  ///
  /// - Parameters:
  ///   - paths: at least two.
  ///   - options: what is added to the times of each.
  /// - Throws: when one of them cannot be read, is no trace.dat, or is not of the same recording.
  init(merging paths: [String], _ options: InputOptions) throws(AnalysisError) {
    try MergedParts.refuse(sameFilesAmong: paths)
    var parts: [TraceDatFile.Part] = []
    var damage: [TraceChecks.Damage] = []
    for (number, path) in paths.enumerated() {
      let input = try InputFile(path: path, isReadTwice: true)
      guard case .traceDat(let file) = input.recording else {
        throw AnalysisError.notATrace(
          path: path,
          reason: "at offset 0: \(input.recording.container) found, trace.dat expected: only the"
            + " files of one trace-cmd recording can be merged")
      }
      let offset = options.offset(of: number)
      let isTicks = TimeUnit.of(clock: file.buffers.first?.clock) == .ticks
      damage += input.damage
      parts.append(
        TraceDatFile.Part(
          file, name: String(path.split(separator: "/").last ?? ""),
          timeOffset: isTicks ? offset.ticks : offset.nanoseconds))
    }
    let merged: TraceDatFile
    do throws(MergeError) {
      merged = try TraceDatFile.merging(parts)
    } catch {
      throw AnalysisError.notATrace(path: paths.joined(separator: " + "), reason: error.reason)
    }
    try MergedParts(parts, paths).refuse()
    // The times of the parts are shifted where they are read.
    self.init(
      .traceDat(merged), damage: damage, path: paths.joined(separator: " + "), paths: paths,
      isMerged: true, offset: .zero, offsets: paths.indices.map { options.offset(of: $0) },
      threads: options.threads)
  }

  private init(
    _ recording: Recording, damage: [TraceChecks.Damage], path: String, paths: [String],
    isMerged: Bool, offset: InputOptions.TimeOffset, offsets: [InputOptions.TimeOffset],
    threads: Int
  ) {
    self.threads = threads
    self.path = path
    self.paths = paths
    self.isMerged = isMerged
    self.recording = recording
    timeOffset = offset
    timeOffsets = offsets
    inputDamage = damage
    sources = recording.formats.map { FormatSource(system: $0.system, text: $0.text) }
    switch recording {
    case .text(let log): catalogue = TextCatalogue.make(log)
    default: catalogue = Self.catalogue(sources, recording, fields: .ofKnownEvents)
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

  private static func catalogue(
    _ sources: [FormatSource], _ recording: Recording, fields: DescribedFields
  ) -> EventCatalogue {
    EventCatalogue(
      sources, longSize: recording.longSize, isBigEndian: recording.order == .big, fields: fields)
  }

  /// The events with the fields of all, by the same numbers: made anew, for those who look into any event.
  func makeFullCatalogue() -> EventCatalogue {
    if case .text = recording { return catalogue }
    return Self.catalogue(sources, recording, fields: .all)
  }

  private static func streams(_ file: TraceDatFile) -> ([Int], [(buffer: Int, cpu: Int)]) {
    var sorted: [Int] = []
    for cpu in file.buffers.flatMap({ $0.streams.map(\.cpu) }).sorted() where cpu != sorted.last {
      sorted.append(cpu)
    }
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
    case .traceDat(let file):
      StreamMerger.merge(TraceDatStreams(file, threads: threads), into: &consumer)
    case .perfData(let file): QueueMerger.merge(records(file), into: &consumer)
    case .text(let log):
      if let reader = log.makeReader() { OrderedWalk.run(moved(reader), into: &consumer) }
    }
  }

  /// The same for the timeline, where the merge is compiled for it.
  func walk(into consumer: inout TimelineConsumer) {
    switch recording {
    case .traceDat(let file): consumer.walk(TraceDatStreams(file, threads: threads))
    case .perfData(let file): consumer.walk(records(file))
    case .text(let log):
      if let reader = log.makeReader(wantsText: false) { consumer.walk(moved(reader)) }
    }
  }

  /// The records of a log, without those that the offset would move out of all time.
  private func moved(_ reader: TextReader) -> any OrderedRecordSource {
    addedOffset == 0 || canBeWalkedAgain
      ? reader : MovedRecords(reader, TimeShift(amount: addedOffset, unit: timeUnit))
  }

  /// What is added to all times, in their unit.
  private var addedOffset: Int64 {
    timeUnit == .ticks ? timeOffset.ticks : timeOffset.nanoseconds
  }

  /// Looks whether all times can be moved by the offset.
  ///
  /// It costs a walk, which those who ask for no offset do not pay.
  private func refuseTimeOffset() throws(AnalysisError) {
    var times = StreamSpans(streams: streams.count)
    walk(into: &times)
    guard addedOffset != 0, let whole = times.whole else { return }
    let plain = conversion(adding: 0)
    func time(_ raw: UInt64) -> Int128 { Int128(plain?.nanoseconds(raw) ?? raw) }
    let shift = TimeShift(amount: addedOffset, unit: timeUnit)
    guard let problem = shift.problem(first: time(whole.first), last: time(whole.last)) else {
      return
    }
    throw AnalysisError.notATrace(path: path, reason: problem)
  }

  /// Whether the events of one thread may be read ahead of those of others: each CPU has one stream,
  /// and switches of threads are in it.
  func allowsOrderByThread(_ options: AnalysisOptions) -> Bool {
    let hasStreamPerCPU =
      switch recording {
      case .traceDat(let file): file.buffers.count == 1 && streams.count == cpuNumbers.count
      case .perfData(let file): file.namesCPUs
      case .text: false
      }
    return hasStreamPerCPU
      && records(without: events(leftOutBy: options.events)).contains(.schedSwitch)
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
  var conversion: ClockConversion? { conversion(adding: addedOffset) }

  private func conversion(adding added: Int64) -> ClockConversion? {
    guard case .traceDat(let file) = recording else {
      return added == 0 ? nil : ClockConversion(offset: added)
    }
    let adjustment = file.timeAdjustment
    guard adjustment.isNeeded || added != 0 else { return nil }
    let offset = adjustment.offset.addingReportingOverflow(added).partialValue
    guard let cycles = adjustment.cycles else { return ClockConversion(offset: offset) }
    return ClockConversion(multiplier: cycles.multiplier, shift: cycles.shift, offset: offset)
  }

  /// What time stamps count after the conversion.
  var timeUnit: TimeUnit {
    if case .text(let log) = recording { return log.isTicks ? .ticks : .nanoseconds }
    guard case .traceDat(let file) = recording, file.timeAdjustment.cycles == nil else {
      return .nanoseconds
    }
    return TimeUnit.of(clock: recording.clock)
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
    case .traceDat(let file) where file.formatsAreOfWholeKernel:
      return RecordedEvents(EventSchema.kindsRecorded(seen: seenEvents))
    case .traceDat(let file):
      let off = file.eventsSwitchedOff ?? []
      return kinds { !off.contains("\($0.system):\($0.name)") }
    case .text(let log):
      return RecordedEvents(log.recordedKinds)
    }
  }

  /// Whether `records` is a guess from the events that there are.
  var infersRecords: Bool {
    switch recording {
    case .perfData: false
    case .traceDat(let file): file.formatsAreOfWholeKernel
    case .text: true
    }
  }

  /// The events that patterns leave out, by number; none where there are no patterns.
  func events(leftOutBy patterns: [String]) -> Set<Int> {
    guard !patterns.isEmpty else { return [] }
    var selection = EventSelection(patterns, self)
    return Set(catalogue.events.indices.filter { !selection.selects($0) })
  }

  /// What the recording would show if it happened, had some events not been recorded.
  func records(without ignored: Set<Int>) -> RecordedEvents {
    guard !ignored.isEmpty else { return records }
    let kept = catalogue.descriptors.enumerated().filter { !ignored.contains($0.offset) }
      .map(\.element.kind)
    return RecordedEvents(Set(kept.filter(records.contains)))
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

  /// The names of the events in the recording: takes a walk of its own, once.
  private var seenEvents: Set<String> {
    if let seen = walks.seen { return seen }
    let everything = EventFilter(self, AnalysisOptions(), tracks: nil)
    var consumer = InfoConsumer(self, everything) { _ in true }
    walk(into: &consumer)
    let seen = zip(catalogue.events, consumer.eventCounts).filter { $0.1 > 0 }.map(\.0.name)
    walks.seen = Set(seen)
    return Set(seen)
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

extension TimeUnit {
  /// What a clock of ftrace counts.
  static func of(clock: String?) -> TimeUnit {
    switch clock {
    case "x86-tsc", "counter", "uptime", "ppc-tb", "tsc2nsec": .ticks
    default: .nanoseconds
    }
  }
}
