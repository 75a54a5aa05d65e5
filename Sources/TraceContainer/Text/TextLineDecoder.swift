internal import KVMEvents
internal import RingBuffer
internal import TraceBytes

/// Makes records of lines, one by one.
///
/// Everything that every line needs is in this one value: whoever holds it is asked once a line for
/// access to it.
struct TextLineDecoder {
  /// Why lines are not taken further.
  enum Pause {
    /// No whole line is left, or enough records were made.
    case none
    /// A line that is no event.
    case other(Range<Int>)
    /// An event that comes before the last one of its stream, or whose words are not understood. Its
    /// record was made, and is not among the others.
    case remarkable(OrderedRecord, Remark)
  }

  /// What there is to say of a record.
  struct Remark {
    /// The time of the last record of its stream; nil for the first.
    var last: UInt64?
    /// The name of an event whose words are not understood.
    var unreadable: Range<Int>?
    /// The record stands behind records of other CPUs that happened much later.
    var isDisordered = false
    /// Another thread ran than lines without a thread were taken for.
    var isMisattributed = false
  }

  /// Which events were seen, by entry.
  private(set) var seen: [Bool] = []
  /// The highest number of a CPU seen, and 1.
  private(set) var cpuCount = 0
  private(set) var table: TextEventTable
  private let bufferNames: [[UInt8]]
  private let isTicks: Bool
  private let wantsText: Bool
  /// Lines tell what threads are called at their moment: with the words of lines they are made one
  /// by one.
  private var recordsAtOnce: Int { wantsText ? 1 : Self.mostRecords }
  private var heads = TextHeadParser()
  private var parser: TextFieldParser
  /// By stream: the time of its last record; `.max` before the first.
  private var lastTimes: [UInt64] = []
  /// The latest time so far.
  private var newest: UInt64 = 0
  private var runningThreads = TextRunningThreads()
  private var names = TextNameCache()
  private var memo = TextMemo()
  /// Numbers that may be those of processes are.
  private var areProcesses = false

  /// The most records that are made before they are taken.
  private static let mostRecords = 128
  /// CPUs that are merged while they still write may be this far apart, in nanoseconds or ticks.
  private static let mostDisorder: UInt64 = 10_000_000
  /// From one record without words to the next.
  private static let stride = TextRecordLayout.text + 8
  /// What the scratch must hold.
  static let scratchSize =
    max(
      mostRecords * stride, TextRecordLayout.text + TextRecordLayout.longestText) + 8

  init(_ table: TextEventTable, buffers: [[UInt8]], isTicks: Bool, wantsText: Bool) {
    self.table = table
    self.isTicks = isTicks
    self.wantsText = wantsText
    bufferNames = buffers
    parser = TextFieldParser(keys: table.keys)
    seen = [Bool](repeating: false, count: table.entries.count)
  }

  /// The time of a stream's last record; nil before the first.
  func lastTime(of stream: Int) -> UInt64? {
    guard stream < lastTimes.count, lastTimes[stream] != .max else { return nil }
    return lastTimes[stream]
  }

  /// The streams that have records.
  var streams: [Int] { lastTimes.indices.filter { lastTimes[$0] != .max } }

  /// Makes records of lines, as long as they are plain events.
  ///
  /// - Parameters:
  ///   - bytes: what the lines lie in; readable behind their end.
  ///   - begin: of the first line; moved behind what was taken.
  ///   - end: of the bytes that may be looked at.
  ///   - scratch: where the records are made.
  ///   - tasks: learns the names of threads.
  ///   - records: the records made; added to.
  ///   - lineCount: counts the lines taken.
  ///   - isNew: set when a line shows an event for the first time.
  /// - Returns: why the next line was not taken.
  @inline(never)
  mutating func decode(
    _ bytes: RawSpan, _ begin: inout Int, _ end: Int, _ scratch: RecordScratch, _ tasks: TextTasks,
    _ records: inout [OrderedRecord], _ lineCount: inout UInt64, isNew: inout Bool
  ) -> Pause {
    var offset = 0
    var head = TextLineHead()
    var meaning = TextMeaning()
    var at = begin
    defer { begin = at }
    while records.count < recordsAtOnce {
      guard let lineEnd = bytes.firstIndex(of: 10, from: at, to: end) else { return .none }
      var line = at..<lineEnd
      at = lineEnd + 1
      lineCount &+= 1
      if !line.isEmpty, bytes.u8(at: line.upperBound - 1) == 13 {
        line = line.lowerBound..<line.upperBound - 1
      }
      let pause = take(bytes, line, &head, &meaning, scratch, offset, tasks, &records, &isNew)
      guard case .none = pause else { return pause }
      offset += Self.stride
    }
    return .none
  }

  /// Makes the record of a line.
  @inline(__always)
  private mutating func take(
    _ bytes: RawSpan, _ line: Range<Int>, _ head: inout TextLineHead, _ meaning: inout TextMeaning,
    _ scratch: RecordScratch, _ offset: Int, _ tasks: TextTasks, _ records: inout [OrderedRecord],
    _ isNew: inout Bool
  ) -> Pause {
    head.buffer = 0..<0
    var remark = Remark()
    let rest = heads.parseColumns(bytes, line, into: &head)
    var isKnown = false
    if let rest, !wantsText, !isTicks {
      isKnown = memo.recall(bytes, rest..<line.upperBound, &parser.state.isa, &meaning)
      // Who runs now, the words of a switch alone tell.
      if head.mayBeProcess, meaning.kind == .schedSwitch { isKnown = false }
    }
    if !isKnown {
      guard read(bytes, line, from: rest, &head, &meaning, &remark, &isNew) else {
        return .other(line)
      }
    }
    return finish(bytes, &head, meaning, remark, scratch, offset, tasks, &records)
  }

  /// Reads a line letter by letter.
  ///
  /// - Returns: false when it is no event.
  @inline(never)
  private mutating func read(
    _ bytes: RawSpan, _ line: Range<Int>, from rest: Int?, _ head: inout TextLineHead,
    _ meaning: inout TextMeaning, _ remark: inout Remark, _ isNew: inout Bool
  ) -> Bool {
    let isaBefore = parser.state.isa
    guard read(bytes, line, from: rest, &head), head.isTicks == isTicks else { return false }
    remark = understand(bytes, &head, &meaning, &isNew)
    if let rest, !wantsText, !isTicks, !meaning.isUnreadable {
      memo.keep(bytes, rest..<line.upperBound, isa: isaBefore, parser.state.isa, meaning)
    }
    return true
  }

  /// Takes the head of a line apart, of which some may be known already.
  @inline(never)
  private mutating func read(
    _ bytes: RawSpan, _ line: Range<Int>, from rest: Int?, _ head: inout TextLineHead
  ) -> Bool {
    if let rest, TextHeadParser.parseName(bytes, rest..<line.upperBound, into: &head) {
      return true
    }
    return heads.parseAnywhere(bytes, line, into: &head)
  }

  /// Finds out what a line means.
  @inline(never)
  private mutating func understand(
    _ bytes: RawSpan, _ head: inout TextLineHead, _ meaning: inout TextMeaning,
    _ isNew: inout Bool
  ) -> Remark {
    let number = table.entry(bytes, head.name) ?? addEvent(bytes, head.name, system: head.system)
    let entry = table.entries[number]
    if !seen[number] {
      seen[number] = true
      isNew = true
    }
    meaning = TextMeaning(entry: number, kind: entry.kind, id: entry.otherNumber)
    var remark = Remark()
    guard entry.kind != .other else { return remark }
    parser.parse(entry, bytes, head.tail, &meaning.fields)
    let understood = table.numbers[entry.numbers &+ Int(meaning.fields.present)]
    guard understood != 0 else {
      meaning.isUnreadable = true
      remark.unreadable = head.name
      return remark
    }
    meaning.id = understood
    if entry.kind == .schedSwitch, head.thread == nil || head.mayBeProcess {
      remark.isMisattributed = switched(meaning.fields, &head)
    }
    return remark
  }

  /// Makes the record of a line that was understood, or at least its event.
  @inline(__always)
  private mutating func finish(
    _ bytes: RawSpan, _ head: inout TextLineHead, _ meaning: TextMeaning, _ told: Remark,
    _ scratch: RecordScratch, _ offset: Int, _ tasks: TextTasks, _ records: inout [OrderedRecord]
  ) -> Pause {
    if head.cpu >= cpuCount { cpuCount = head.cpu + 1 }
    let stream = head.buffer.isEmpty ? head.cpu : stream(bytes, head.buffer, cpu: head.cpu)
    if head.mayBeProcess, areProcesses { isThreadOf(&head) }
    let thread = head.thread ?? runningThreads.thread(on: head.cpu)
    if thread >= 0, names.isNews(bytes, head.comm, of: thread) {
      tasks.learn(bytes.text(head.comm), of: thread)
    }
    if let process = head.process { tasks.note(process: process, of: thread) }
    scratch.store(
      UInt64(meaning.id) | UInt64(UInt32(bitPattern: thread)) << 32, at: offset)
    if meaning.kind != .other {
      scratch.store(meaning.fields.values, at: offset + TextRecordLayout.slots)
    }
    let length = wantsText ? storeText(bytes, head.tail, scratch, offset) : 0
    scratch.store(
      UInt64(TextRecordLayout.text | (length + 1) << 16), at: offset + TextRecordLayout.textWord)
    let record = OrderedRecord(
      Record(timestamp: head.time, offset: offset, length: TextRecordLayout.text + length + 1),
      stream: stream)

    if stream >= lastTimes.count { growTimes(stream) }
    let last = lastTimes[stream]
    lastTimes[stream] = head.time
    var isRemarkable = told.unreadable != nil || told.isMisattributed
    var isDisordered = false
    if head.time >= newest {
      newest = head.time
    } else if head.time < last, last != .max {
      isRemarkable = true
    } else if newest - head.time > Self.mostDisorder {
      isDisordered = true
      isRemarkable = true
      newest = head.time
    }
    guard isRemarkable else {
      records.append(record)
      return .none
    }
    var remark = told
    remark.last = last == .max ? nil : last
    remark.isDisordered = isDisordered
    return .remarkable(record, remark)
  }

  /// The numbers of lines have turned out to be those of processes.
  @inline(never)
  private func isThreadOf(_ head: inout TextLineHead) {
    head.process = head.thread
    head.thread = nil
    // It is the process that has this name, for all that is known.
    head.comm = head.comm.lowerBound..<head.comm.lowerBound
  }

  /// A switch tells which thread ran, and which one does now.
  ///
  /// - Returns: whether lines before it were given to the wrong thread.
  @inline(never)
  private mutating func switched(_ fields: TextFields, _ head: inout TextLineHead) -> Bool {
    let cpu = head.cpu
    var thread = runningThreads.thread(on: cpu)
    let wasWrong = runningThreads.switched(fields, on: cpu, from: &thread)
    if head.mayBeProcess, !areProcesses {
      // perf knows no number of a thread that has ended.
      guard let told = head.thread, told >= 0, told != thread else { return false }
      areProcesses = true
      isThreadOf(&head)
      head.thread = thread
      head.mayBeProcess = false
      return true
    }
    if head.mayBeProcess { isThreadOf(&head) }
    head.mayBeProcess = false
    head.thread = thread
    return wasWrong
  }

  /// The words of a line go behind its record's fields.
  @inline(never)
  private func storeText(
    _ bytes: RawSpan, _ tail: Range<Int>, _ scratch: RecordScratch, _ offset: Int
  ) -> Int {
    let length = min(tail.count, TextRecordLayout.longestText)
    scratch.store(
      bytes, tail.lowerBound..<tail.lowerBound + length, at: offset + TextRecordLayout.text)
    scratch.store(0, at: offset + TextRecordLayout.text + length)
    return length
  }

  @inline(never)
  private mutating func growTimes(_ stream: Int) {
    lastTimes += [UInt64](repeating: .max, count: stream + 1 - lastTimes.count)
  }

  @inline(never)
  private mutating func addEvent(
    _ bytes: RawSpan, _ name: Range<Int>, system: Range<Int>
  ) -> Int {
    let entry = table.add(bytes, name, system: system)
    if entry >= seen.count {
      seen += [Bool](repeating: false, count: entry + 1 - seen.count)
    }
    return entry
  }

  /// Each buffer has a stream for every CPU.
  @inline(never)
  private func stream(_ bytes: RawSpan, _ buffer: Range<Int>, cpu: Int) -> Int {
    for (number, known) in bufferNames.enumerated() where known.count == buffer.count {
      if zip(known, buffer).allSatisfy({ $0 == bytes.u8(at: $1) }) {
        return number * TextLog.mostCPUs + cpu
      }
    }
    return cpu
  }
}
