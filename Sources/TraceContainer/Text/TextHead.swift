internal import TraceBytes

/// What the first lines of a text tell: whether it is a log of events at all, and of which kind.
struct TextHead {
  private var eventCount = 0
  /// A header of tracefs or of trace-cmd.
  private var hasHeader = false
  private var hasLoss = false
  /// Lines that are neither comments nor events.
  private var otherLines = 0
  /// A kernel has printed some lines.
  private var isOfKernel = false
  private var isWhole = false
  /// The lines looked at.
  private(set) var lineCount: UInt64 = 0
  /// Their bytes.
  private(set) var byteCount: UInt64 = 0
  private var parser = TextHeadParser()
  private var beginsAtZero = false
  private var lastTime: UInt64 = 0
  /// Events with a time before that of the line above.
  private var wentBack = 0
  private(set) var isTicks = false
  private(set) var isRelative = false
  private(set) var cpuCount = 0
  /// The prefixes of lines, by first appearance.
  private(set) var buffers: [[UInt8]] = []
  private(set) var names: Set<String> = []

  /// A log that neither has a header nor is a kernel's must show an event within so many lines.
  private static let mostLines = 2000
  /// The most buffers whose names are kept.
  private static let mostBuffers = 32

  /// Whether more bytes would change nothing.
  var isDecided: Bool {
    isMostlyEvents || isWhole || (!hasHeader && !isOfKernel && otherLines > Self.mostLines)
  }

  /// Whether each line tells the time since the line before (`perf script --deltatime`): then no event has a time.
  ///
  /// The first line tells 0, and of any two lines the second is the smaller one as often as not. Where
  /// lines tell times, few go back.
  var tellsDeltas: Bool { beginsAtZero && eventCount >= 8 && wentBack * 5 >= eventCount }

  /// Whether the events of a log may stand behind as many bytes as were looked at.
  ///
  /// A dump stands behind all that the kernel has printed since it was started.
  var maySayMore: Bool { !isDecided && lineCount > 0 }

  /// Whether a line without an end in sight may be one of a log.
  var mayHoldLongLines: Bool { hasHeader || isOfKernel }

  var isLog: Bool {
    isMostlyEvents || (eventCount == 0 && otherLines == 0 && (hasLoss || hasHeader))
  }

  /// A text that quotes some events is no log: what stands around them may have been one.
  private var isMostlyEvents: Bool { eventCount > 0 && eventCount * 2 >= otherLines }

  /// Looks at the lines among the first bytes that were not looked at yet.
  mutating func look(_ bytes: RawSpan) {
    // Heads load whole words behind the line's end.
    let new = bytes.extracting(Int(byteCount)..<bytes.byteCount)
    let padded = new.array() + [UInt8](repeating: 0, count: ByteBuffer.slack)
    _ = look(padded.rawBytes, from: 0, to: new.byteCount)
  }

  /// Looks at the lines that come next.
  ///
  /// - Parameters:
  ///   - bytes: what they lie in, with slack behind their end.
  ///   - begin: of the first line.
  ///   - end: of the bytes that may be looked at.
  /// - Returns: where the line begins that has no end yet.
  mutating func look(_ bytes: RawSpan, from begin: Int, to end: Int) -> Int {
    var at = begin
    while let lineEnd = bytes.firstIndex(of: 10, from: at, to: end) {
      look(bytes, at..<lineEnd)
      lineCount += 1
      at = lineEnd + 1
    }
    byteCount += UInt64(at - begin)
    return at
  }

  /// Passes bytes over that are no line of a log: there are too many up to the next line's begin.
  mutating func skip(_ count: Int) {
    otherLines += 1
    byteCount += UInt64(count)
  }

  /// There are no more bytes.
  mutating func end() { isWhole = true }

  private mutating func look(_ bytes: RawSpan, _ line: Range<Int>) {
    var head = TextLineHead()
    if parser.parse(bytes, line, into: &head) {
      if eventCount == 0 {
        isTicks = head.isTicks
        isRelative = head.isRelative
      }
      if eventCount == 0 { beginsAtZero = head.time == 0 }
      if head.time < lastTime { wentBack += 1 }
      lastTime = head.time
      eventCount += 1
      names.insert(bytes.text(head.name))
      if !head.buffer.isEmpty, buffers.count < Self.mostBuffers {
        let name = bytes.array(head.buffer)
        if !buffers.contains(name) { buffers.append(name) }
      }
    } else if TextLossParser.parse(bytes, line) != nil {
      hasLoss = true
    } else if TextLines.isComment(bytes, line) {
      header(bytes, line)
    } else if TextHeadParser.behindPrinter(bytes, line) == line.lowerBound {
      otherLines += 1
    } else {
      // What else a kernel prints stands around the events of a dump, however much of it.
      isOfKernel = true
    }
  }

  /// `# tracer: nop`, `#P:2` in a comment, `cpus=2`.
  private mutating func header(_ bytes: RawSpan, _ line: Range<Int>) {
    let text = bytes.text(line.lowerBound..<min(line.upperBound, line.lowerBound + 200))
    if text.hasPrefix("# tracer:") { hasHeader = true }
    if let at = text.utf8.firstRange(of: "cpus=".utf8) {
      hasHeader = true
      cpuCount = max(cpuCount, Self.number(text.utf8[at.upperBound...]))
    }
    if let at = text.utf8.firstRange(of: "#P:".utf8) {
      cpuCount = max(cpuCount, Self.number(text.utf8[at.upperBound...]))
    }
  }

  private static func number(_ text: Substring.UTF8View) -> Int {
    min(Int(Substring(text.prefix { TextScanner.isDigit($0) })) ?? 0, TextLog.mostCPUs)
  }

  /// Why these bytes are no log.
  ///
  /// - Parameters:
  ///   - bytes: the first ones.
  ///   - isStream: whether a file would be looked at further.
  /// - Returns: what was found in them, and how far was looked.
  func error(_ bytes: RawSpan, isStream: Bool) -> ContainerError {
    // What was not looked at may hold anything.
    let looked =
      isWhole ? "" : "only the first \(byteCount) bytes, \(lineCount) lines, were looked at: "
    if eventCount > 0 {
      return ContainerError(
        .quotedEvents, at: FileOffset(0), found: UInt64(eventCount), expected: UInt64(otherLines),
        part: "text", suggestion: looked + "cut the log out of the text around it")
    }
    if hasHeader {
      return ContainerError(
        .noEventLines, at: FileOffset(0), found: UInt64(otherLines), part: "text",
        suggestion: looked
          + "record with the tracefs option context-info on, and print with cpu, time and event")
    }
    let kind = TraceSniffer.kind(of: bytes)
    guard !isWhole, kind == .unknown, lineCount > 0 else {
      return ContainerError(.wrongKind(kind), at: FileOffset(0), part: "file")
    }
    return ContainerError(
      .noEventsAtFront, at: FileOffset(0), found: lineCount, expected: byteCount, part: "text",
      suggestion: "nothing behind them was looked at: cut off what stands before the first event"
        + (isStream ? ", or give it as a file" : ""))
  }
}

/// Lines that programs print around events.
enum TextLines {
  /// A header, an empty line, a frame of a call stack.
  static func isComment(_ bytes: RawSpan, _ line: Range<Int>) -> Bool {
    var scanner = TextScanner(bytes, at: line.lowerBound, end: line.upperBound)
    let isIndented = scanner.byte == 9
    scanner.skipBlanks()
    if isIndented, scanner.hexadecimal() != nil {
      // perf's frames: an address, then what is there.
      return scanner.byte == UInt8(ascii: " ") || scanner.at == scanner.end
    }
    switch scanner.byte {
    case 0, UInt8(ascii: "#"): return true
    case UInt8(ascii: "="): return scanner.peek(1) == UInt8(ascii: ">")
    case UInt8(ascii: "C"): return scanner.skip("CPU ") || scanner.skip("CPU:")
    case UInt8(ascii: "v"): return scanner.skip("version = ")
    case UInt8(ascii: "c"): return scanner.skip("cpus=")
    default:
      // `name: cpus=2` of several files; records of perf that are no events.
      let front = scanner.at..<min(scanner.end, scanner.at + 96)
      return TextFieldParser.holds(": cpus=", bytes, front)
        || TextFieldParser.holds("PERF_RECORD_", bytes, front)
    }
  }
}
