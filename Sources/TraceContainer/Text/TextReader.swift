internal import KVMEvents
public import RingBuffer
internal import TraceBytes

/// One pass over a log of text.
public final class TextReader: OrderedRecordSource {
  /// Names and processes of threads, at the present moment of the pass.
  public let tasks = TextTasks()
  /// Lines read.
  public private(set) var lineCount: UInt64 = 0
  /// Lines that are no event, no loss and no comment.
  public private(set) var otherLineCount: UInt64 = 0
  /// Events that KVM or the scheduler are known to write, but not in words that are understood.
  public private(set) var unreadableCount: UInt64 = 0
  /// The highest number of a CPU seen, and 1.
  public var cpuCount: Int { decoder.cpuCount }

  private let log: TextLog
  private let buffer = ByteBuffer(capacity: TextLog.headSize)
  private let scratch = RecordScratch(capacity: TextLineDecoder.scratchSize)
  private var decoder: TextLineDecoder
  /// Of the log, that lie before the buffer's first byte.
  private var offset: UInt64 = 0
  private var progressBytes = 0
  private var isSkipping = false
  private var isAtEnd = false
  /// A record that comes behind what is pending.
  private var remarkable: OrderedRecord?
  /// What must be given out before anything else, the last one first.
  private var pending: [OrderedItem] = []
  private var firstUnreadable: (line: UInt64, name: String)?
  /// What was said already.
  private var complaints: Set<String> = []

  init(_ log: TextLog, buffers: [[UInt8]], wantsText: Bool) {
    self.log = log
    decoder = TextLineDecoder(
      log.events, buffers: buffers, isTicks: log.isTicks, wantsText: wantsText)
  }

  /// See ``OrderedRecordSource/bytes``.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // Held in a `let` of this reader.
      let scratch = self.scratch
      return lend(scratch.bytes, heldBy: self)
    }
  }

  /// See ``OrderedRecordSource/records``.
  public private(set) var records: [OrderedRecord] = []

  /// See ``OrderedRecordSource/next()``.
  public func next() -> OrderedItem {
    records.removeAll(keepingCapacity: true)
    while true {
      if let item = pending.popLast() { return item }
      if let record = remarkable {
        remarkable = nil
        records.append(record)
        return .records
      }
      let buffer = self.buffer
      let begin = buffer.begin
      if !isSkipping { decode(buffer) }
      if !records.isEmpty { return .records }
      if pending.isEmpty, remarkable == nil, buffer.begin == begin, let item = readMore() {
        return item
      }
    }
  }

  // MARK: Reading

  /// Reads some bytes; what to give out instead of a line, if anything.
  private func readMore() -> OrderedItem? {
    if isAtEnd { return .end }
    if isSkipping {
      // The rest of a line that was too long.
      let buffer = self.buffer
      let end = buffer.bytes.firstIndex(of: 10, from: buffer.begin, to: buffer.end)
      buffer.take(upTo: end.map { $0 + 1 } ?? buffer.end)
      isSkipping = end == nil
      if !isSkipping {
        lineCount += 1
        return nil
      }
    }
    if buffer.end - buffer.begin > TextLog.longestLine {
      // No printer makes such a line.
      if !isSkipping { otherLineCount += 1 }
      isSkipping = true
      offset += UInt64(buffer.end)
      buffer.removeAll()
    }
    if progressBytes > 0 {
      // Before waiting, everything read so far is worked on and shown.
      let bytes = progressBytes
      progressBytes = 0
      return .progress(bytes: bytes)
    }
    offset += UInt64(buffer.begin)
    let count = buffer.fill(from: log.source)
    progressBytes = count
    guard count == 0 else { return nil }
    end()
    // Whoever is interrupted stops here, and says so.
    return HostProcess.wasInterrupted ? .progress(bytes: 0) : nil
  }

  private func end() {
    isAtEnd = true
    if firstUnreadable != nil { noteUnreadable() }
    if buffer.end > buffer.begin {
      pending.append(
        .damaged("the last line has no end: it is not read", at: offset + UInt64(buffer.begin)))
    }
    if let failure = log.source.failure {
      pending.append(.damaged(failure.what, at: failure.offset))
      // What was behind it may have been anything.
      for stream in decoder.streams.reversed() {
        pending.append(.lost(.uncounted, stream: stream, after: decoder.lastTime(of: stream)))
      }
    }
    pending.insert(.end, at: 0)
    buffer.removeAll()
  }

  private func noteUnreadable() {
    guard let first = firstUnreadable else { return }
    pending.append(
      .damaged(
        "\(unreadableCount) lines are events in words that are not understood: \(first.name) in"
          + " line \(first.line) first", at: 0))
  }

  // MARK: Lines

  private func decode(_ buffer: ByteBuffer) {
    var begin = buffer.begin
    var isNew = false
    let bytes = buffer.bytes
    let pause = decoder.decode(
      bytes, &begin, buffer.end, scratch, tasks, &records, &lineCount, isNew: &isNew)
    buffer.take(upTo: begin)
    if isNew { noteEvents() }
    switch pause {
    case .none: return
    case .other(let line): noEvent(bytes, line)
    case .remarkable(let record, let remark):
      announce(record, remark, unreadable: remark.unreadable.map { bytes.text($0) })
    }
  }

  private func noEvent(_ bytes: RawSpan, _ line: Range<Int>) {
    if let loss = TextLossParser.parse(bytes, line) {
      pending.append(
        .lost(
          loss.count.map { .counted($0) } ?? .uncounted, stream: loss.cpu,
          after: decoder.lastTime(of: loss.cpu)))
    } else if !TextLines.isComment(bytes, line) {
      otherLineCount += 1
    }
  }

  /// A record that comes too early, or that hides something, is announced.
  private func announce(
    _ record: OrderedRecord, _ remark: TextLineDecoder.Remark, unreadable name: String?
  ) {
    remarkable = record
    if let name {
      unreadableCount += 1
      if firstUnreadable == nil { firstUnreadable = (lineCount, name) }
      // What it says is as lost as if it had not been there.
      pending.append(.lost(.counted(1), stream: record.stream, after: remark.last))
    }
    if let last = remark.last, record.record.timestamp < last {
      pending.append(
        .clockWentBack(to: record.record.timestamp, from: last, stream: record.stream))
    }
    if remark.isDisordered || remark.isMisattributed {
      // What threads did on the other CPUs meanwhile, or who did it, cannot be told.
      pending.append(.lost(.uncounted, stream: record.stream, after: remark.last))
    }
    if remark.isDisordered {
      complain(
        "the lines are not in the order of time: sort them first, or print them anew where each tells"
          + " the time since the line before (perf script --deltatime)")
    }
    if remark.isMisattributed {
      complain(
        "lines do not say which thread they are of: some before this one were given to a wrong one")
    }
  }

  /// Says something of the log as a whole, once.
  private func complain(_ what: String) {
    guard complaints.insert(what).inserted else { return }
    pending.append(.damaged("\(what) (line \(lineCount))", at: offset + UInt64(buffer.begin)))
  }

  /// The log remembers which events it holds, for whoever asks while it is read.
  @inline(never)
  private func noteEvents() {
    log.events = decoder.table
    log.note(decoder.seen)
  }
}
