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
    case remarkable(OrderedRecord, last: UInt64?, unreadable: Range<Int>?)
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
  /// By CPU: the thread that was switched to last; for lines that name none.
  private var running: [Int32] = []

  /// The most records that are made before they are taken.
  private static let mostRecords = 128
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
      head.buffer = 0..<0
      guard heads.parse(bytes, line, into: &head), head.isTicks == isTicks else {
        return .other(line)
      }
      let pause = record(bytes, head, scratch, offset, tasks, &records, isNew: &isNew)
      guard case .none = pause else { return pause }
      offset += Self.stride
    }
    return .none
  }

  /// Makes the record of an event.
  @inline(__always)
  private mutating func record(
    _ bytes: RawSpan, _ head: TextLineHead, _ scratch: RecordScratch, _ offset: Int,
    _ tasks: TextTasks, _ records: inout [OrderedRecord], isNew: inout Bool
  ) -> Pause {
    let number = table.entry(bytes, head.name) ?? addEvent(bytes, head)
    let entry = table.entries[number]
    if !seen[number] {
      seen[number] = true
      isNew = true
    }
    if head.cpu >= cpuCount { cpuCount = head.cpu + 1 }
    let stream = head.buffer.isEmpty ? head.cpu : stream(bytes, head)

    var isUnreadable = false
    var id = UInt64(entry.otherNumber)
    var thread = head.thread ?? (head.cpu < running.count ? running[head.cpu] : -1)
    if entry.kind != .other {
      let fields = parser.parse(entry, bytes, head.tail)
      let understood = table.numbers[entry.numbers + Int(fields.present)]
      if understood == 0 {
        isUnreadable = true
      } else {
        id = UInt64(understood)
        scratch.store(fields.values, at: offset + TextRecordLayout.slots)
        if head.thread == nil, entry.kind == .schedSwitch { switched(fields, head, &thread) }
      }
    }
    if let thread = head.thread { tasks.note(bytes, head.comm, of: thread) }
    if let process = head.process { tasks.note(process: process, of: thread) }
    scratch.store(id | UInt64(UInt32(bitPattern: thread)) << 32, at: offset)
    var length = 0
    if wantsText {
      length = min(head.tail.count, TextRecordLayout.longestText)
      scratch.store(
        bytes, head.tail.lowerBound..<head.tail.lowerBound + length,
        at: offset + TextRecordLayout.text)
      scratch.store(0, at: offset + TextRecordLayout.text + length)
    }
    scratch.store(
      UInt64(TextRecordLayout.text | (length + 1) << 16), at: offset + TextRecordLayout.textWord)
    let record = OrderedRecord(
      Record(timestamp: head.time, offset: offset, length: TextRecordLayout.text + length + 1),
      stream: stream)

    if stream >= lastTimes.count { growTimes(stream) }
    let last = lastTimes[stream]
    lastTimes[stream] = head.time
    guard isUnreadable || (head.time < last && last != .max) else {
      records.append(record)
      return .none
    }
    return .remarkable(
      record, last: last == .max ? nil : last, unreadable: isUnreadable ? head.name : nil)
  }

  @inline(never)
  private mutating func growTimes(_ stream: Int) {
    lastTimes += [UInt64](repeating: .max, count: stream + 1 - lastTimes.count)
  }

  @inline(never)
  private mutating func addEvent(_ bytes: RawSpan, _ head: TextLineHead) -> Int {
    let entry = table.add(bytes, head.name, system: head.system)
    if entry >= seen.count {
      seen += [Bool](repeating: false, count: entry + 1 - seen.count)
    }
    return entry
  }

  /// Each buffer has a stream for every CPU.
  @inline(never)
  private func stream(_ bytes: RawSpan, _ head: TextLineHead) -> Int {
    for (number, known) in bufferNames.enumerated() where known.count == head.buffer.count {
      if zip(known, head.buffer).allSatisfy({ $0 == bytes.u8(at: $1) }) {
        return number * TextLog.mostCPUs + head.cpu
      }
    }
    return head.cpu
  }

  /// Lines without a thread belong to the one that was switched to last.
  @inline(never)
  private mutating func switched(
    _ fields: TextFields, _ head: TextLineHead, _ thread: inout Int32
  ) {
    thread = Int32(truncatingIfNeeded: fields.values[SchedSwitchField.previousThread])
    if head.cpu >= running.count {
      running += [Int32](repeating: -1, count: head.cpu + 1 - running.count)
    }
    running[head.cpu] = Int32(truncatingIfNeeded: fields.values[SchedSwitchField.nextThread])
  }
}
