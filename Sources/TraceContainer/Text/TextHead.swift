internal import TraceBytes

/// What the first lines of a text tell: whether it is a log of events at all, and of which kind.
struct TextHead {
  private var eventCount = 0
  /// A header of tracefs or of trace-cmd.
  private var hasHeader = false
  private var hasLoss = false
  /// Lines that are neither comments nor events.
  private var otherLines = 0
  private var isWhole = false
  private(set) var isTicks = false
  private(set) var isRelative = false
  private(set) var cpuCount = 0
  /// The prefixes of lines, by first appearance.
  private(set) var buffers: [[UInt8]] = []
  private(set) var names: Set<String> = []

  /// A log without header must show an event within so many lines.
  private static let mostLines = 2000
  /// The most buffers whose names are kept.
  private static let mostBuffers = 32

  /// Whether more bytes would change nothing.
  var isDecided: Bool { isMostlyEvents || isWhole || (!hasHeader && otherLines > Self.mostLines) }

  var isLog: Bool {
    isMostlyEvents || (eventCount == 0 && otherLines == 0 && (hasLoss || hasHeader))
  }

  /// A text that quotes some events is no log: what stands around them may have been one.
  private var isMostlyEvents: Bool { eventCount > 0 && eventCount * 2 >= otherLines }

  /// Looks at all bytes known so far, anew.
  mutating func look(_ bytes: RawSpan, isAll: Bool) {
    self = TextHead()
    isWhole = isAll
    // Heads load whole words behind the line's end.
    var padded = bytes.array()
    padded += [UInt8](repeating: 0, count: ByteBuffer.slack)
    let span = padded.rawBytes
    var parser = TextHeadParser()
    var begin = 0
    while let end = span.firstIndex(of: 10, from: begin, to: bytes.byteCount) {
      look(span, begin..<end, &parser)
      begin = end + 1
    }
  }

  private mutating func look(_ bytes: RawSpan, _ line: Range<Int>, _ parser: inout TextHeadParser) {
    var head = TextLineHead()
    if parser.parse(bytes, line, into: &head) {
      if eventCount == 0 {
        isTicks = head.isTicks
        isRelative = head.isRelative
      }
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
    }
    // What else a kernel prints stands around the events of a dump, however much of it.
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
  func error(_ bytes: RawSpan) -> ContainerError {
    if eventCount > 0 {
      return ContainerError(
        .quotedEvents, at: FileOffset(0), found: UInt64(eventCount), expected: UInt64(otherLines),
        part: "text", suggestion: "cut the log out of the text around it")
    }
    if hasHeader {
      return ContainerError(
        .noEventLines, at: FileOffset(0), found: UInt64(otherLines), part: "text",
        suggestion: "record with the tracefs option context-info on, and print with cpu, time and"
          + " event")
    }
    return ContainerError(.wrongKind(TraceSniffer.kind(of: bytes)), at: FileOffset(0), part: "file")
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
