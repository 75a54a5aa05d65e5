internal import KVMEvents
internal import TraceBytes

/// What the reading of fields carries over from line to line.
struct TextParserState {
  var reasons = TextReasonTable()
  /// The instruction set that the log has shown: 1 VMX, 2 SVM, 0 unknown.
  var isa: UInt64 = 0
}

/// Reads texts that are words with values behind them, wherever these stand: `vcpu 0`, `rip: 0x1f`,
/// `info1=0`.
enum TextWords {
  /// Goes through the words of a text, and reads the values behind those that are keys.
  ///
  /// - Parameters:
  ///   - keys: the words that count, in the order in which they are expected; not empty.
  ///   - letters: the first letters of the keys (``TextKey/letter(_:)``).
  ///   - wanted: the slots that a text may fill: when it has, the rest is not read.
  ///   - bytes: what the text lies in; readable behind its end.
  ///   - tail: the text.
  ///   - state: what earlier lines have shown.
  ///   - fields: gets the values.
  @inline(never)
  static func parse(
    _ keys: Span<TextKey>, _ letters: UInt32, _ wanted: UInt8, _ bytes: RawSpan,
    _ tail: Range<Int>, _ state: inout TextParserState, _ fields: inout TextFields
  ) {
    var scanner = TextScanner(bytes, at: tail.lowerBound, end: tail.upperBound)
    // Words come in the same order every time: the one behind the last is tried first.
    var expected = 0
    nextWord: while true {
      scanner.skipBlanks()
      guard scanner.at < scanner.end, fields.present != wanted else { return }
      let word = bytes.u64(at: scanner.at)
      if letters & TextKey.letter(UInt8(truncatingIfNeeded: word)) != 0 {
        var at = expected
        repeat {
          let key = keys[at]
          at &+= 1
          if at == keys.count { at = 0 }
          if key.stands(word, at: scanner.at, in: bytes) {
            scanner.at &+= key.length
            value(key, &scanner, &state, &fields)
            expected = at
            // What is left of a value: a unit, a comma.
            if bytes.u8(at: scanner.at &- 1) != UInt8(ascii: " ") { scanner.skipWord() }
            continue nextWord
          }
        } while at != expected
      } else if UInt8(truncatingIfNeeded: word) == UInt8(ascii: "<") {
        // `<CANT FIND FIELD rip>`: trace-cmd puts the next word right behind it.
        while scanner.at < scanner.end, scanner.byte != UInt8(ascii: ">") { scanner.at &+= 1 }
        _ = scanner.skip(UInt8(ascii: ">"))
        continue
      }
      scanner.skipWord()
    }
  }

  @inline(__always)
  private static func value(
    _ key: TextKey, _ scanner: inout TextScanner, _ state: inout TextParserState,
    _ fields: inout TextFields
  ) {
    // `key value`, `key: value`, `key=value`, `key=(value)`.
    let mark = scanner.byte
    let isRaw = mark == UInt8(ascii: "=")
    if isRaw || mark == UInt8(ascii: ":") {
      scanner.at &+= 1
      if isRaw, scanner.byte == UInt8(ascii: "(") { scanner.at &+= 1 }
    } else if mark != UInt8(ascii: " ") {
      return
    }
    if scanner.byte == UInt8(ascii: " ") { scanner.skipBlanks() }
    if key.form == .reason { return reason(key, &scanner, &state, &fields) }
    let isHex = key.form != .number && (!isRaw || key.form == .alwaysHex)
    guard let value = scanner.number(isHex: isHex) else { return }
    switch key.form {
    case .hexPair:
      scanner.skipBlanks()
      guard let second = scanner.number(isHex: true) else { return }
      fields.set(key.slot &+ 1, second)
    // Raw formats name the fields of both alike.
    case .ofVMX where !isRaw: state.isa = 1
    case .ofSVM where !isRaw: state.isa = 2
    default: break
    }
    fields.set(key.slot, value)
  }

  /// A name goes on up to the word behind it: names of SVM may hold blanks.
  @inline(__always)
  private static func reason(
    _ key: TextKey, _ scanner: inout TextScanner, _ state: inout TextParserState,
    _ fields: inout TextFields
  ) {
    let first = scanner.at
    scanner.skipWord()
    let last = scanner.at
    scanner.skipBlanks()
    if isBehindReason(scanner), let found = state.reasons.known(scanner.bytes, first..<last) {
      state.isa = found.isa
      fields.set(key.slot, found.raw)
      return
    }
    scanner.at = first
    uncommonReason(key, &scanner, &state, &fields)
  }

  /// Whether a word comes next that only stands behind the whole name of a reason.
  @inline(__always)
  private static func isBehindReason(_ scanner: TextScanner) -> Bool {
    switch scanner.byte {
    case 0: scanner.at >= scanner.end
    case UInt8(ascii: "r"): scanner.skipsNothingBut("rip")
    case UInt8(ascii: "i"): scanner.skipsNothingBut("info")
    case UInt8(ascii: "e"): scanner.skipsNothingBut("ext_inf1")
    default: false
    }
  }

  @inline(never)
  private static func uncommonReason(
    _ key: TextKey, _ scanner: inout TextScanner, _ state: inout TextParserState,
    _ fields: inout TextFields
  ) {
    let first = scanner.at
    var last = first
    while scanner.at < scanner.end {
      scanner.skipWord()
      last = scanner.at
      scanner.skipBlanks()
      if isBehindReason(scanner) { break }
    }
    guard let found = state.reasons.reason(scanner.bytes, first..<last, isa: state.isa) else {
      return
    }
    if found.isa != 0 { state.isa = found.isa }
    fields.set(key.slot, found.raw)
  }
}
