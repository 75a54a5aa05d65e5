internal import KVMEvents
internal import TraceBytes

/// Reads `sched_switch`.
///
///     prev_comm=a prev_pid=1 prev_prio=120 prev_state=S ==> next_comm=b next_pid=2 next_prio=120
///     a:1 [120] S ==> b:2 [120]
///
/// A task may be called anything of fifteen bytes: whatever lies in a name is passed over by what
/// must follow it.
enum TextSwitchParser {
  static func parse(_ bytes: RawSpan, _ tail: Range<Int>, _ fields: inout TextFields) {
    var scanner = TextScanner(bytes, at: tail.lowerBound, end: tail.upperBound)
    if scanner.skip("prev_comm=") {
      kernel(&scanner, &fields)
    } else {
      plugin(bytes, tail, &fields)
    }
  }

  /// `prev_pid=1 prev_prio=120 prev_state=S` are more bytes than a name has.
  private static func kernel(_ scanner: inout TextScanner, _ fields: inout TextFields) {
    while scanner.at < scanner.end {
      if scanner.skip(" prev_pid="), let thread = number(&scanner), scanner.skip(" prev_prio="),
        number(&scanner) != nil, scanner.skip(" prev_state=")
      {
        fields.set(SchedSwitchField.previousThread, thread)
        state(&scanner, &fields)
        break
      }
      scanner.at += 1
    }
    // The last `next_pid=` is behind every name.
    var found: UInt64?
    while scanner.at < scanner.end {
      if scanner.skip(" next_pid="), let thread = scanner.number() {
        found = thread
      } else {
        scanner.at += 1
      }
    }
    if let found { fields.set(SchedSwitchField.nextThread, found) }
  }

  /// A number; tracefs prints it in two ways with the option `fields`: `0x78 (120)`.
  private static func number(_ scanner: inout TextScanner) -> UInt64? {
    let value = scanner.number()
    guard value != nil, scanner.byte == UInt8(ascii: " "), scanner.peek(1) == UInt8(ascii: "(")
    else { return value }
    scanner.at += 2
    _ = scanner.number()
    return scanner.skip(UInt8(ascii: ")")) ? value : nil
  }

  /// The letters of a state, or its number in raw text: anything but running is asleep.
  private static func state(_ scanner: inout TextScanner, _ fields: inout TextFields) {
    if TextScanner.isDigit(scanner.byte) {
      if let state = scanner.number() { fields.set(SchedSwitchField.previousState, state) }
      return
    }
    fields.set(SchedSwitchField.previousState, Self.state(scanner.byte))
    while scanner.at < scanner.end, scanner.byte != UInt8(ascii: " ") { scanner.at += 1 }
  }

  /// The kernel's bit of a letter; bits that later kernels renumbered count as asleep alike.
  private static func state(_ letter: UInt8) -> UInt64 {
    switch letter {
    case UInt8(ascii: "R"): 0
    case UInt8(ascii: "S"): 1
    case UInt8(ascii: "D"): 2
    case UInt8(ascii: "T"): 4
    case UInt8(ascii: "t"): 8
    case UInt8(ascii: "X"): 16
    case UInt8(ascii: "Z"): 32
    case UInt8(ascii: "P"): 64
    default: 128
    }
  }

  private static func plugin(_ bytes: RawSpan, _ tail: Range<Int>, _ fields: inout TextFields) {
    // The last ` ==> ` in front of which a task, a priority and a state stand.
    var at = tail.lowerBound
    var previous: (thread: UInt64, state: UInt64)?
    let lastStart = min(tail.upperBound, tail.lowerBound + 17)
    while at < lastStart {
      if bytes.u8(at: at) == UInt8(ascii: ":") || at == tail.lowerBound {
        var scanner = TextScanner(
          bytes, at: at == tail.lowerBound && bytes.u8(at: at) != UInt8(ascii: ":") ? at : at + 1,
          end: tail.upperBound)
        if let task = task(&scanner), scanner.skip(UInt8(ascii: " ")) {
          let state = state(scanner.byte)
          while TextScanner.isWord(scanner.byte) || scanner.byte == UInt8(ascii: "|") {
            scanner.at += 1
          }
          if scanner.skip(" ==> ") { previous = (task, state) }
        }
      }
      at += 1
    }
    guard let previous else { return }
    fields.set(SchedSwitchField.previousThread, previous.thread)
    fields.set(SchedSwitchField.previousState, previous.state)
    if let next = lastTask(bytes, tail) { fields.set(SchedSwitchField.nextThread, next) }
  }

  /// `1 [120]`; the priority may be missing.
  private static func task(_ scanner: inout TextScanner) -> UInt64? {
    guard TextScanner.isDigit(scanner.byte), let thread = scanner.number() else { return nil }
    if scanner.peek(1) == UInt8(ascii: "[") {
      scanner.at += 2
      guard scanner.number() != nil, scanner.skip(UInt8(ascii: "]")) else { return nil }
    }
    return thread
  }

  /// The task at the end of the line, found from there: `…:2 [120]`.
  private static func lastTask(_ bytes: RawSpan, _ tail: Range<Int>) -> UInt64? {
    var at = tail.upperBound
    if at > tail.lowerBound, bytes.u8(at: at - 1) == UInt8(ascii: "]") {
      while at > tail.lowerBound, bytes.u8(at: at - 1) != UInt8(ascii: "[") { at -= 1 }
      at -= 2
    }
    let end = at
    while at > tail.lowerBound, TextScanner.isDigit(bytes.u8(at: at - 1)) { at -= 1 }
    guard at < end else { return nil }
    var scanner = TextScanner(bytes, at: at, end: end)
    return scanner.decimal()
  }
}
