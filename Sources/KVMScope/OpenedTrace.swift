import EventFormat
import KVMTimeline
import RingBuffer
import TraceBytes
import TraceChecks
import TraceContainer

/// A trace.dat with its formats understood: ready to be walked, any number of times.
struct OpenedTrace {
  let path: String
  let file: TraceDatFile
  let catalogue: EventCatalogue
  let sources: [FormatSource]
  /// The numbers of the CPUs, ascending; events name a CPU by its position here.
  let cpuNumbers: [Int]
  /// The streams of all buffers, the top one first, by CPU.
  let streams: [(buffer: Int, cpu: Int)]

  init(path: String) throws(AnalysisError) {
    self.path = path
    let mapped: MappedFile
    do throws(FileError) {
      mapped = try MappedFile(path: path)
    } catch {
      if case .isEmpty = error { throw AnalysisError.notATrace(path: path, reason: error.reason) }
      throw AnalysisError.cannotOpen(path: path, reason: error.reason)
    }
    do throws(ContainerError) {
      file = try TraceDatFile.open(mapped)
    } catch {
      throw AnalysisError.notATrace(path: path, reason: "\(error)")
    }
    sources = file.formats.map { FormatSource(system: $0.system, text: $0.text) }
    catalogue = EventCatalogue(sources, longSize: file.longSize, isBigEndian: file.order == .big)
    var numbers: Set<Int> = []
    for buffer in file.buffers { numbers.formUnion(buffer.streams.map(\.cpu)) }
    let sorted = numbers.sorted()
    cpuNumbers = sorted
    var streams: [(Int, Int)] = []
    for (number, buffer) in file.buffers.enumerated() {
      for stream in buffer.streams {
        // Every CPU is in the list: it was made from these streams.
        streams.append((number, sorted.firstIndex(of: stream.cpu) ?? 0))
      }
    }
    self.streams = streams
  }

  /// The bytes that a walk reads.
  var byteCount: UInt64 {
    file.buffers.reduce(0) { $0 &+ $1.streams.reduce(0) { $0 &+ $1.size } }
  }

  /// How time stamps become nanoseconds.
  var conversion: ClockConversion? {
    let adjustment = file.timeAdjustment
    guard adjustment.isNeeded else { return nil }
    guard let cycles = adjustment.cycles else { return ClockConversion(offset: adjustment.offset) }
    return ClockConversion(
      multiplier: cycles.multiplier, shift: cycles.shift, offset: adjustment.offset)
  }

  /// The trace clock's name.
  var clock: String? { file.buffers.first.map(\.clock) ?? file.traceClock }

  /// What time stamps count after the conversion.
  var timeUnit: TimeUnit {
    if file.timeAdjustment.cycles != nil { return .nanoseconds }
    switch clock {
    case "x86-tsc", "counter", "uptime", "ppc-tb", "tsc2nsec": return .ticks
    default: return .nanoseconds
    }
  }

  /// What the recording would show if it happened.
  var records: RecordedEvents { RecordedEvents(Set(catalogue.descriptors.map(\.kind))) }

  /// The name of a thread.
  func comm(_ thread: Int32) -> String? { file.savedCommands[thread] }

  /// The window of the options, in this trace's unit.
  func window(_ options: AnalysisOptions) -> Range<UInt64> {
    func value(_ moment: AnalysisOptions.Moment) -> UInt64 {
      timeUnit == .ticks ? moment.ticks : moment.nanoseconds
    }
    let begin = options.begin.map(value) ?? 0
    let end = options.end.map(value) ?? .max
    return begin..<max(begin, end)
  }

  /// Facts that need no walk.
  var facts: TraceFacts {
    var facts = TraceFacts(path: path, container: "trace.dat v\(file.version)")
    facts.clock = clock
    facts.timeUnit = timeUnit
    facts.kernel = file.uname
    facts.cpus = max(file.cpuCount, cpuNumbers.count)
    facts.damage = file.damage.map { Damage(offset: $0.offset.rawValue, what: $0.what) }
    // The container does not say where a text began: the file's beginning stands for it.
    for problem in catalogue.problems where problem.costsEvents {
      facts.damage.append(
        Damage(
          offset: 0,
          what: "format text of \(problem.event): \(problem.what); its events are not read"))
    }
    return facts
  }

  /// Facts after a walk.
  func facts(after walk: WalkStatistics) -> TraceFacts {
    var facts = facts
    facts.events = walk.events
    facts.lostGaps = walk.lostGaps
    facts.lostEvents = walk.lostUncounted ? nil : walk.lostEvents
    facts.begin = walk.span?.lowerBound
    facts.end = walk.span?.upperBound
    for damage in walk.damages
    where !facts.damage.contains(where: { $0.offset == damage.offset && $0.what == damage.what }) {
      facts.damage.append(Damage(offset: damage.offset, what: damage.what))
    }
    return facts
  }
}
