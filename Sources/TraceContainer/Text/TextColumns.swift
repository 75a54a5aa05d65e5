internal import TraceBytes

/// Where the parts of a head stand in a line, from the line's begin.
///
/// The programs align them, so that they stand where they stood in the line before, nearly always:
/// looking there costs a few loads instead of a walk over every byte.
///
///     CPU 0/KVM-4870    [001] d..2.  3429.923164: kvm_entry: …
///     begin    separator bracket    time        colon
struct TextColumns {
  /// Behind the prefix.
  private let begin: Int
  /// `-`, or a blank in perf script.
  private let separator: Int
  private let isDash: Bool
  private let bracket: Int
  /// Where the field of the time begins: blanks, then digits.
  private let time: Int
  private let colon: Int
  /// Digits behind the dot: 6 or 9.
  private let fraction: Int
  /// Most lines repeat the numbers of the line before: these need not be read again.
  private var thread = Repeated()
  private var cpu = Repeated()
  private var seconds = Repeated()
  /// What `thread` and `cpu` were before: lines of two CPUs take turns.
  private var threadBefore = Repeated()
  private var cpuBefore = Repeated()

  /// A field's bytes in one word, and its value.
  private struct Repeated {
    var word: UInt64 = 0
    var value: UInt64 = 0
    var isKnown = false
  }

  /// Learns the columns of a line whose head was taken apart; nil where it has none.
  init?(
    _ bytes: RawSpan, _ line: Range<Int>, begin: Int, separator: Int, bracket: Int, dot: Int,
    colon: Int
  ) {
    let start = line.lowerBound
    guard bytes.u8(at: bracket + 4) == UInt8(ascii: "]"), dot > bracket + 5,
      colon - dot == 7 || colon - dot == 10, bracket - separator >= 3, bracket - separator <= 9,
      dot - start >= 8, bracket - start >= 9
    else { return nil }
    self.begin = begin - start
    self.separator = separator - start
    isDash = bytes.u8(at: separator) == UInt8(ascii: "-")
    self.bracket = bracket - start
    self.colon = colon - start
    fraction = colon - dot - 1
    // The seconds have five columns, or more where they need them.
    var first = dot
    while first > bracket + 5, TextScanner.isDigit(bytes.u8(at: first - 1)) { first -= 1 }
    while first > bracket + 6, first > dot - 5, bytes.u8(at: first - 1) == UInt8(ascii: " ") {
      first -= 1
    }
    guard dot - first <= 8 else { return nil }
    time = first - start
  }

  /// Reads a head at these columns, up to the colon behind the time.
  ///
  /// - Returns: where what follows begins; nil where no head stands at these columns.
  @inline(__always)
  mutating func read(_ bytes: RawSpan, _ line: Range<Int>, into head: inout TextLineHead) -> Int? {
    let start = line.lowerBound
    // The name of the event and its tail follow: the shortest is `a:`.
    guard start &+ colon &+ 4 <= line.upperBound else { return nil }
    let separator = start &+ separator
    let colon = start &+ colon
    let dot = colon &- fraction &- 1
    // `[123] `: brackets, and a number of three digits.
    let cpuWord = bytes.u64(at: start &+ bracket) & 0xff_ffff_ffff
    let secondsWord = bytes.u64(at: dot &- 8) &>> (UInt64(8 &- secondsWidth) &* 8)
    let threadWord = threadWord(bytes, start)
    guard bytes.u8(at: colon) == UInt8(ascii: ":"), bytes.u8(at: dot) == UInt8(ascii: "."),
      bytes.u8(at: separator) == (isDash ? UInt8(ascii: "-") : UInt8(ascii: " ")),
      bytes.u8(at: start &+ time &- 1) == UInt8(ascii: " "),
      cpuWord == cpu.word || Self.swap(&cpu, &cpuBefore, cpuWord) || learnCPU(cpuWord),
      secondsWord == seconds.word || learnSeconds(secondsWord),
      threadWord == thread.word || Self.swap(&thread, &threadBefore, threadWord)
        || learnThread(threadWord),
      let behind = TextDigits.fraction(bytes, dot &+ 1, fraction)
    else { return nil }
    head.thread = Int32(truncatingIfNeeded: thread.value)
    head.cpu = Int(truncatingIfNeeded: cpu.value)
    head.time = seconds.value &+ behind
    head.isTicks = false
    head.isRelative = false
    head.process = nil
    head.mayBeProcess = !isDash
    head.comm = Self.behindBlanks(bytes, start &+ begin, separator)..<separator
    var scanner = TextScanner(bytes, at: colon &+ 1, end: line.upperBound)
    scanner.skipBlanks()
    return scanner.at
  }

  /// Where the first byte stands that is no blank, eight looked at a time; at most `end`, behind which
  /// a head goes on.
  @inline(__always)
  private static func behindBlanks(_ bytes: RawSpan, _ begin: Int, _ end: Int) -> Int {
    var at = begin
    while at < end {
      let others = bytes.u64(at: at) ^ 0x2020_2020_2020_2020
      if others != 0 { return min(end, at &+ others.trailingZeroBitCount / 8) }
      at &+= 8
    }
    return end
  }

  private var secondsWidth: Int { colon &- fraction &- 1 &- time }

  /// The bytes of the thread: behind the dash and up to the bracket, or between blank and blank.
  @inline(__always)
  private func threadWord(_ bytes: RawSpan, _ start: Int) -> UInt64 {
    let width = threadWidth
    if isDash {
      let word = bytes.u64(at: start &+ separator &+ 1)
      return width == 8 ? word : word & (1 &<< (UInt64(width) &* 8) &- 1)
    }
    return bytes.u64(at: start &+ bracket &- 9) &>> (UInt64(8 &- width) &* 8)
  }

  /// At most eight columns.
  private var threadWidth: Int { isDash ? bracket &- separator &- 1 : bracket &- separator &- 2 }

  /// Takes the value before the present one, if the word is its.
  @inline(__always)
  private static func swap(_ present: inout Repeated, _ before: inout Repeated, _ word: UInt64)
    -> Bool
  {
    guard before.word == word, before.isKnown else { return false }
    (present, before) = (before, present)
    return true
  }

  @inline(never)
  private mutating func learnCPU(_ word: UInt64) -> Bool {
    guard word & 0xff == UInt64(UInt8(ascii: "[")), word >> 32 == UInt64(UInt8(ascii: "]")),
      let value = TextDigits.number(word >> 8, count: 3)
    else { return false }
    cpuBefore = cpu
    cpu = Repeated(word: word, value: value, isKnown: true)
    return true
  }

  @inline(never)
  private mutating func learnSeconds(_ word: UInt64) -> Bool {
    guard let value = TextDigits.padded(word, count: secondsWidth) else { return false }
    seconds = Repeated(word: word, value: value * 1_000_000_000, isKnown: true)
    return true
  }

  @inline(never)
  private mutating func learnThread(_ word: UInt64) -> Bool {
    let value =
      isDash
      ? TextDigits.leading(word, width: threadWidth) : TextDigits.padded(word, count: threadWidth)
    guard let value else { return false }
    threadBefore = thread
    thread = Repeated(word: word, value: value, isKnown: true)
    return true
  }
}
