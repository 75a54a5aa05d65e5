internal import TraceBytes

/// Recognises the head of a line in all the ways in which programs print events.
///
///     trace-cmd report         comm-PID [CPU] TIME: name: tail         also with flags, (+delta), prefix
///     trace-cmd report -l      comm-PID CPUflags TIME: name: tail
///     tracefs trace            comm-PID (tgid) [CPU] flags TIME: name: tail
///     tracefs latency-format   comm-PID CPUflags TIMEus+: name: tail   also in dmesg
///     perf script              comm PID/TID [CPU] TIME: period system:name: tail      also with misc
///
/// A task may have any name of fifteen bytes. Where a program aligns names, the column tells where
/// the name ends; elsewhere the first place from which the rest of a head follows is taken, and no
/// name is long enough to hold a whole head.
/// Source: kernel/trace/trace_output.c (trace_print_context, trace_print_lat_context), trace-cmd's
/// trace-read.c, perf's builtin-script.c.
struct TextHeadParser {
  /// Where the name of a task ends in the lines so far, from the line's begin.
  private var column = 16
  /// How many bytes stand before the task's name: a prefix.
  private var prefix = 0
  /// Where all parts stood in the line before.
  private var columns: TextColumns?

  /// The widest prefix that is looked for.
  private static let longestPrefix = 96

  /// Takes the head of a line apart.
  ///
  /// - Returns: false when the line is no event; `head` then means nothing.
  mutating func parse(_ bytes: RawSpan, _ line: Range<Int>, into head: inout TextLineHead) -> Bool {
    if let rest = parseColumns(bytes, line, into: &head) {
      if Self.parseName(bytes, rest..<line.upperBound, into: &head) { return true }
    }
    return parseAnywhere(bytes, line, into: &head)
  }

  /// Takes the head of a line apart that stands where it stood in the line before.
  ///
  /// - Returns: where the name of the event, or what is in front of it, begins; nil when the line
  ///   may be anything.
  @inline(__always)
  mutating func parseColumns(
    _ bytes: RawSpan, _ line: Range<Int>, into head: inout TextLineHead
  ) -> Int? {
    guard columns != nil else { return nil }
    return columns?.read(bytes, line, into: &head) ?? nil
  }

  /// Takes apart what follows behind the time.
  @inline(never)
  static func parseName(
    _ bytes: RawSpan, _ rest: Range<Int>, into head: inout TextLineHead
  ) -> Bool {
    head.system = 0..<0
    var scanner = TextScanner(bytes, at: rest.lowerBound, end: rest.upperBound)
    return name(&scanner, &head)
  }

  @inline(never)
  mutating func parseAnywhere(
    _ bytes: RawSpan, _ line: Range<Int>, into head: inout TextLineHead
  ) -> Bool {
    // The column of the line before is nearly always right.
    let found =
      self.head(bytes, line, begin: line.lowerBound + prefix, end: line.lowerBound + column)
      ?? search(bytes, line)
    guard let found else { return false }
    head = found
    return true
  }

  /// A head whose task's name stands in `begin..<end`, right before `-` or a blank.
  private mutating func head(
    _ bytes: RawSpan, _ line: Range<Int>, begin: Int, end: Int
  ) -> TextLineHead? {
    guard begin <= end, end < line.upperBound else { return nil }
    let separator = bytes.u8(at: end)
    guard separator == UInt8(ascii: "-") || separator == UInt8(ascii: " ") else { return nil }
    var scanner = TextScanner(bytes, at: end + 1, end: line.upperBound)
    if separator == UInt8(ascii: " ") { scanner.skipBlanks() }
    var head = TextLineHead()
    var places = Places()
    guard Self.thread(&scanner, &head) else { return nil }
    // Behind a blank stands a thread, or -1 for none: any other dash ends a name without letters.
    if let thread = head.thread, thread < -1 { return nil }
    guard Self.rest(&scanner, &head, &places) else { return nil }
    var first = begin
    while first < end, bytes.u8(at: first) == UInt8(ascii: " ") { first += 1 }
    // perf without the thread calls one that it does not know `:-1`.
    if separator == UInt8(ascii: "-"), end == first + 1, bytes.u8(at: first) == UInt8(ascii: ":") {
      return nil
    }
    head.comm = first..<end
    head.mayBeProcess = separator == UInt8(ascii: " ") && head.process == nil
    if begin > line.lowerBound {
      head.buffer = Self.prefix(bytes, line.lowerBound..<begin)
      columns = nil
    } else if let bracket = places.bracket, let dot = places.dot, head.process == nil {
      columns = TextColumns(
        bytes, line, begin: begin, separator: end, bracket: bracket, dot: dot, colon: places.colon)
    }
    return head
  }

  /// Where parts were found, for the lines that follow.
  private struct Places {
    var bracket: Int?
    var dot: Int?
    var colon = 0
  }

  // MARK: The parts of a head

  /// `123`, or `122/123` as perf prints process and thread.
  private static func thread(_ scanner: inout TextScanner, _ head: inout TextLineHead) -> Bool {
    let isNegative = scanner.skip(UInt8(ascii: "-"))
    guard var number = scanner.decimal() else { return false }
    if scanner.skip(UInt8(ascii: "/")) {
      _ = scanner.skip(UInt8(ascii: "-"))
      guard let thread = scanner.decimal() else { return false }
      head.process = Int32(exactly: number)
      number = thread
    }
    guard number <= UInt64(Int32.max) else { return false }
    head.thread =
      isNegative ? -Int32(truncatingIfNeeded: number) : Int32(truncatingIfNeeded: number)
    // A thread's number is followed by a blank: it was the name's else.
    return scanner.byte == UInt8(ascii: " ")
  }

  /// Everything behind the thread.
  private static func rest(
    _ scanner: inout TextScanner, _ head: inout TextLineHead, _ places: inout Places
  ) -> Bool {
    scanner.skipBlanks()
    if scanner.byte == UInt8(ascii: "(") {
      // The process: `(  120)`, or `(-------)`.
      scanner.at += 1
      scanner.skipBlanks()
      head.process = scanner.decimal().flatMap { Int32(exactly: $0) }
      while scanner.at < scanner.end, scanner.byte != UInt8(ascii: ")") { scanner.at += 1 }
      guard scanner.skip(UInt8(ascii: ")")) else { return false }
      scanner.skipBlanks()
    }
    let hasBrackets = scanner.skip(UInt8(ascii: "["))
    if hasBrackets { places.bracket = scanner.at - 1 }
    guard let cpu = scanner.decimal(), cpu < UInt64(TextLog.mostCPUs) else { return false }
    head.cpu = Int(cpu)
    if hasBrackets {
      guard scanner.skip(UInt8(ascii: "]")) else { return false }
      // trace-cmd report -R with the flags as a number.
      if scanner.byte == UInt8(ascii: "-"), scanner.peek(1) == UInt8(ascii: "0") {
        scanner.at += 3
        guard scanner.hexadecimal() != nil else { return false }
      }
    } else {
      // The flags stand right behind the number in the latency format.
      guard flags(&scanner) else { return verbose(&scanner, &head) }
    }
    scanner.skipBlanks()
    if !TextScanner.isDigit(scanner.byte) {
      guard (hasBrackets && mode(&scanner)) || flags(&scanner) else { return false }
      scanner.skipBlanks()
    }
    guard time(&scanner, &head, &places) else { return false }
    places.colon = scanner.at - 1
    return name(&scanner, &head)
  }

  /// Interrupts, need-resched, depth …: `d..2.`, `.N.h1..`.
  private static func flags(_ scanner: inout TextScanner) -> Bool {
    let first = scanner.at
    while scanner.at < scanner.end {
      let byte = scanner.byte
      guard byte == UInt8(ascii: ".") || byte == UInt8(ascii: "#") || TextScanner.isWord(byte)
      else {
        break
      }
      scanner.at += 1
    }
    let count = scanner.at - first
    return count >= 3 && count <= 10 && scanner.byte == UInt8(ascii: " ")
      && !TextScanner.isDigit(scanner.bytes.u8(at: first))
  }

  /// perf script -F +misc: who ran (`K`, `U`, `H`, and `G` or `g` in a guest), padded to five columns.
  ///
  /// Behind it, of records that are no samples: `E`, `M`, `S`, `Sp`.
  private static func mode(_ scanner: inout TextScanner) -> Bool {
    var length = 0
    while length < 3, modes.contains(scanner.peek(length)) { length += 1 }
    guard length > 0, scanner.peek(length) == UInt8(ascii: " ") else { return false }
    scanner.at += length
    return true
  }

  private static let modes = Array("KUHGgkuEMSp".utf8)

  /// The latency format, verbose: priority, flags and depth, number, and the time in microseconds.
  ///
  ///     CPU 0/KVM  14259   0 0 00000000 00000009 [fd10735d] 21.980ms (+0.003ms): name: …
  private static func verbose(_ scanner: inout TextScanner, _ head: inout TextLineHead) -> Bool {
    scanner.skipBlanks()
    guard scanner.decimal() != nil else { return false }
    for _ in 0..<2 {
      scanner.skipBlanks()
      let first = scanner.at
      guard scanner.hexadecimal() != nil, scanner.at >= first + 8 else { return false }
    }
    scanner.skipBlanks()
    guard scanner.skip(UInt8(ascii: "[")), let stamp = scanner.hexadecimal(), scanner.skip("] "),
      scanner.decimal() != nil
    else { return false }
    if scanner.byte == UInt8(ascii: ".") {
      let (product, overflow) = stamp.multipliedReportingOverflow(by: 1000)
      guard !overflow else { return false }
      head.time = product
    } else {
      head.time = stamp
      head.isTicks = true
    }
    while scanner.at < scanner.end, scanner.byte != UInt8(ascii: ")") { scanner.at += 1 }
    return scanner.skip("):") && name(&scanner, &head)
  }

  private static func time(
    _ scanner: inout TextScanner, _ head: inout TextLineHead, _ places: inout Places
  ) -> Bool {
    guard let whole = scanner.decimal() else { return false }
    if scanner.skip(UInt8(ascii: ".")) {
      let first = scanner.at
      places.dot = first - 1
      guard var fraction = scanner.decimal() else { return false }
      var digits = scanner.at &- first
      guard digits <= 9 else { return false }
      while digits < 9 {
        fraction &*= 10
        digits += 1
      }
      let (product, overflow) = whole.multipliedReportingOverflow(by: 1_000_000_000)
      guard !overflow, product <= UInt64.max - 1_000_000_000 else { return false }
      head.time = product &+ fraction
    } else if scanner.byte == UInt8(ascii: "u"), scanner.peek(1) == UInt8(ascii: "s") {
      scanner.at += 2
      let (product, overflow) = whole.multipliedReportingOverflow(by: 1000)
      guard !overflow else { return false }
      head.time = product
      head.isRelative = true
      // A mark of how long it took: ` `, `+`, `!`, `#`, `*`, `@`, `$`.
      if scanner.byte != UInt8(ascii: ":") { scanner.at += 1 }
      scanner.skipBlanks()
    } else {
      head.time = whole
      head.isTicks = true
    }
    return scanner.skip(UInt8(ascii: ":"))
  }

  /// `name: tail` or `system:name: tail`, perhaps behind a delta or a period.
  @inline(__always)
  static func name(_ scanner: inout TextScanner, _ head: inout TextLineHead) -> Bool {
    scanner.skipBlanks()
    if scanner.byte == UInt8(ascii: "(") {
      // trace-cmd report --ts-diff: `(+19)`.
      while scanner.at < scanner.end, scanner.byte != UInt8(ascii: ")") { scanner.at += 1 }
      guard scanner.skip(UInt8(ascii: ")")) else { return false }
      scanner.skipBlanks()
    }
    if TextScanner.isDigit(scanner.byte) {
      // perf's period.
      while TextScanner.isDigit(scanner.byte) { scanner.at += 1 }
      guard scanner.skip(UInt8(ascii: " ")) else { return false }
      scanner.skipBlanks()
    }
    // What perf prints of its own records is no event.
    if scanner.byte == UInt8(ascii: "P"), scanner.skip("PERF_RECORD_") { return false }
    var first = scanner.at
    var isModified = false
    while let place = scanner.nextColonOrBlank(), scanner.bytes.u8(at: place) == UInt8(ascii: ":") {
      scanner.at = place
      let next = scanner.peek(1)
      if next == UInt8(ascii: " ") || next == 0 || next == 9 {
        if !isModified { head.name = first..<place }
        guard !head.name.isEmpty else { return false }
        scanner.at += 1
        scanner.skipBlanks()
        head.tail = scanner.at..<scanner.end
        return true
      }
      if head.system.isEmpty {
        head.system = first..<place
        first = place + 1
      } else if !isModified {
        // perf's modifiers: `kvm:kvm_entry:G:`.
        head.name = first..<place
        isModified = true
      }
      scanner.at += 1
    }
    return false
  }

  // MARK: Lines that stand elsewhere

  /// Looks for a head anywhere in the line, and remembers where it was.
  @inline(never)
  private mutating func search(_ bytes: RawSpan, _ line: Range<Int>) -> TextLineHead? {
    let begin = Self.behindPrinter(bytes, line)
    let last = min(line.upperBound, begin + Self.longestPrefix + 32)
    var at = begin
    while at < last {
      let byte = bytes.u8(at: at)
      if byte == UInt8(ascii: "-") || byte == UInt8(ascii: " "), at > begin,
        TextScanner.isDigit(at + 1 < last ? bytes.u8(at: at + 1) : 0),
        let head = head(bytes, begin..<line.upperBound, end: at)
      {
        if begin == line.lowerBound { column = at - begin }
        return head
      }
      at += 1
    }
    // perf script without the thread: `[000]  18.328502: …`.
    at = begin
    while at < last {
      if bytes.u8(at: at) == UInt8(ascii: "[") {
        var scanner = TextScanner(bytes, at: at, end: line.upperBound)
        var head = TextLineHead()
        var places = Places()
        if Self.rest(&scanner, &head, &places) {
          Self.task(bytes, begin..<at, &head)
          return head
        }
      }
      at += 1
    }
    return nil
  }

  /// What stands alone in front of a CPU: a thread, perhaps with its process, or the task's name in
  /// sixteen columns.
  private static func task(_ bytes: RawSpan, _ range: Range<Int>, _ head: inout TextLineHead) {
    var scanner = TextScanner(bytes, at: range.lowerBound, end: range.upperBound)
    scanner.skipBlanks()
    let isThread = range.count <= 22 && thread(&scanner, &head)
    scanner.skipBlanks()
    if isThread, scanner.at == scanner.end {
      head.mayBeProcess = head.process == nil
      return
    }
    head.thread = nil
    head.process = nil
    head.comm = trimmed(bytes, range)
  }

  /// A head whose task's name ends at `end`; what stands before the sixteen columns of the name is a
  /// prefix.
  private mutating func head(_ bytes: RawSpan, _ line: Range<Int>, end: Int) -> TextLineHead? {
    var begin = line.lowerBound
    // `name: ` or as many blanks, then the name of the task in sixteen columns.
    let behind = end - 16
    if behind - line.lowerBound >= 2, bytes.u8(at: behind - 1) == UInt8(ascii: " "),
      bytes.u8(at: behind - 2) == UInt8(ascii: ":") || bytes.u8(at: behind - 2) == UInt8(ascii: " ")
    {
      begin = behind
    }
    guard let head = head(bytes, line, begin: begin, end: end) else { return nil }
    prefix = begin - line.lowerBound
    return head
  }

  /// The name in a prefix: without its colon and the blanks around it.
  private static func prefix(_ bytes: RawSpan, _ range: Range<Int>) -> Range<Int> {
    var range = trimmed(bytes, range)
    if !range.isEmpty, bytes.u8(at: range.upperBound - 1) == UInt8(ascii: ":") {
      range = range.lowerBound..<range.upperBound - 1
    }
    return range
  }

  private static func trimmed(_ bytes: RawSpan, _ range: Range<Int>) -> Range<Int> {
    var (first, last) = (range.lowerBound, range.upperBound)
    while first < last, bytes.u8(at: first) == UInt8(ascii: " ") { first += 1 }
    while last > first, bytes.u8(at: last - 1) == UInt8(ascii: " ") { last -= 1 }
    return first..<last
  }

  /// Where the kernel's own words begin in a line of dmesg or of a journal.
  ///
  ///     <4>[   31.146050][  T123]  line      Nov 25 03:33:11 host kernel: [   31.146050] line
  static func behindPrinter(_ bytes: RawSpan, _ line: Range<Int>) -> Int {
    var scanner = TextScanner(bytes, at: line.lowerBound, end: line.upperBound)
    if scanner.byte == UInt8(ascii: "<"), TextScanner.isDigit(scanner.peek(1)) {
      scanner.at += 1
      _ = scanner.decimal()
      guard scanner.skip(UInt8(ascii: ">")) else { return line.lowerBound }
    } else if scanner.byte != UInt8(ascii: "[") {
      guard let behind = behindKernel(bytes, line) else { return line.lowerBound }
      scanner.at = behind
    }
    // `Nov 25 03:33:11 host kernel: ` is too long for the beginning of a name.
    var isStamped = scanner.at - line.lowerBound > 18
    while scanner.byte == UInt8(ascii: "[") {
      let before = scanner.at
      scanner.at += 1
      scanner.skipBlanks()
      let isCaller = scanner.byte == UInt8(ascii: "T") || scanner.byte == UInt8(ascii: "C")
      if isCaller { scanner.at += 1 }
      guard scanner.decimal() != nil else { break }
      let isTime = scanner.skip(UInt8(ascii: "."))
      if isTime { _ = scanner.decimal() }
      guard isTime || (isCaller && isStamped), scanner.skip(UInt8(ascii: "]")) else {
        scanner.at = before
        break
      }
      isStamped = true
    }
    guard isStamped else { return line.lowerBound }
    _ = scanner.skip(UInt8(ascii: " "))
    return scanner.at
  }

  /// Behind `kernel: `, in the first columns of a line of a journal.
  private static func behindKernel(_ bytes: RawSpan, _ line: Range<Int>) -> Int? {
    let last = min(line.upperBound - 8, line.lowerBound + 96)
    var at = line.lowerBound
    while at < last {
      if bytes.u8(at: at) == UInt8(ascii: "k"), TextScanner.equals(bytes, at, "kernel: ") {
        return at + 8
      }
      at += 1
    }
    return nil
  }
}
