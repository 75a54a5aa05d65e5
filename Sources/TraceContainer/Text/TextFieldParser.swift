internal import KVMEvents
internal import TraceBytes

/// Reads the fields of an event out of the text behind its name, in every wording that kernels,
/// trace-cmd and perf have had for it.
///
/// Most events print words with values behind them (`vcpu 0`, `rip: 0x1f`, `info1=0`): these are
/// found wherever they stand. The others have a form of their own.
/// Source: arch/x86/kvm/trace.h, include/trace/events/{kvm,sched}.h, libtraceevent's plugin_kvm.c
/// and plugin_sched_switch.c.
struct TextFieldParser {
  /// What the lines so far have shown.
  var state = TextParserState()
  /// The words of all events; each event has a part of them.
  private let keys: [TextKey]

  init(keys: [TextKey]) { self.keys = keys }

  /// Reads what there is.
  ///
  /// - Parameters:
  ///   - entry: of the event: its kind, and its words as a part of all.
  ///   - bytes: what the text lies in; readable behind its end.
  ///   - tail: the text.
  ///   - fields: gets the fields that the text gives; none where it has no form that is known.
  @inline(__always)
  mutating func parse(
    _ entry: TextEventTable.Entry, _ bytes: RawSpan, _ tail: Range<Int>,
    _ fields: inout TextFields
  ) {
    let kind = entry.kind
    switch kind {
    case .schedSwitch: TextSwitchParser.parse(bytes, tail, &fields)
    case .emulateInstruction:
      TextInstructionParser.parse(bytes, tail, &fields)
      if fields.present == 0 { words(entry, bytes, tail, &fields) }
    case .fpu, .userspaceExit, .injectException, .injectInterrupt, .smmTransition, .pio, .mmio,
      .vcpuWakeup:
      uncommon(entry, bytes, tail, &fields)
    default:
      words(entry, bytes, tail, &fields)
      if kind == .exit || kind == .nestedExit || kind == .nestedExitInject {
        setInstructionSet(kind, &fields)
      } else if kind == .nestedEntry, !fields.has(NestedEntryField.isa) {
        fields.set(NestedEntryField.isa, state.isa)
      }
    }
  }

  @inline(__always)
  private mutating func words(
    _ entry: TextEventTable.Entry, _ bytes: RawSpan, _ tail: Range<Int>,
    _ fields: inout TextFields
  ) {
    guard !entry.keys.isEmpty else { return }
    let keys = self.keys
    TextWords.parse(
      keys.span.extracting(entry.keys), entry.letters, entry.slots, bytes, tail, &state, &fields)
  }

  /// Text tells the instruction set by how the reason is spelled, raw text by its number.
  @inline(__always)
  private mutating func setInstructionSet(_ kind: EventKind, _ fields: inout TextFields) {
    let slot = kind == .nestedExitInject ? InjectField.isa : ExitField.isa
    if fields.has(slot) { state.isa = fields.values[slot] } else { fields.set(slot, state.isa) }
  }

  // MARK: Forms of their own

  @inline(never)
  private mutating func uncommon(
    _ entry: TextEventTable.Entry, _ bytes: RawSpan, _ tail: Range<Int>,
    _ fields: inout TextFields
  ) {
    var scanner = TextScanner(bytes, at: tail.lowerBound, end: tail.upperBound)
    switch entry.kind {
    case .fpu:
      if scanner.skipsNothingBut("load") { fields.set(FPUField.load, 1) }
      if scanner.skipsNothingBut("unload") { fields.set(FPUField.load, 0) }
      if scanner.byte == UInt8(ascii: "l"), scanner.peek(4) == UInt8(ascii: "=") {
        words(entry, bytes, tail, &fields)
      }
    case .userspaceExit:
      TextUserspaceExitParser.parse(bytes, tail, &fields)
      if fields.present == 0 { words(entry, bytes, tail, &fields) }
    case .injectException:
      words(entry, bytes, tail, &fields)
      if scanner.skip(UInt8(ascii: "#")) {
        var last = scanner.at
        while last < tail.upperBound, TextScanner.isWord(bytes.u8(at: last)) { last += 1 }
        if let vector = ExceptionVector.number(named: bytes.text(scanner.at..<last)) {
          fields.set(InjectExceptionField.vector, vector)
        }
        fields.set(InjectExceptionField.reinjected, Self.isReinjected(bytes, tail) ? 1 : 0)
      }
    case .injectInterrupt:
      words(entry, bytes, tail, &fields)
      if !fields.has(1) { fields.set(1, Self.isReinjected(bytes, tail) ? 1 : 0) }
    case .smmTransition:
      words(entry, bytes, tail, &fields)
      if Self.holds("entering SMM", bytes, tail) { fields.set(SMMField.entering, 1) }
      if Self.holds("leaving SMM", bytes, tail) { fields.set(SMMField.entering, 0) }
    case .pio:
      words(entry, bytes, tail, &fields)
      if scanner.skip("pio_") {
        fields.set(PIOField.isWrite, scanner.byte == UInt8(ascii: "w") ? 1 : 0)
      }
    case .mmio:
      words(entry, bytes, tail, &fields)
      if scanner.skip("mmio ") {
        let isWrite = scanner.byte == UInt8(ascii: "w")
        fields.set(MMIOField.type, isWrite ? 2 : scanner.byte == UInt8(ascii: "r") ? 1 : 0)
      }
    case .vcpuWakeup:
      words(entry, bytes, tail, &fields)
      if scanner.skip("wait ") { fields.set(WakeupField.waited, 1) }
      if scanner.skip("poll ") { fields.set(WakeupField.waited, 0) }
      if Self.holds("polling", bytes, tail) {
        fields.set(2, Self.holds("polling valid", bytes, tail) ? 1 : 0)
      }
    default: break
    }
  }

  private static func isReinjected(_ bytes: RawSpan, _ tail: Range<Int>) -> Bool {
    holds("[reinjected]", bytes, tail)
  }

  /// Whether a word stands anywhere in a text.
  static func holds(_ word: StaticString, _ bytes: RawSpan, _ tail: Range<Int>) -> Bool {
    var at = tail.lowerBound
    while at + word.utf8CodeUnitCount <= tail.upperBound {
      if TextScanner.equals(bytes, at, word) { return true }
      at += 1
    }
    return false
  }
}

extension TextScanner {
  /// Whether a word comes next, and it ends there; the position stays.
  ///
  /// A word that ends in a digit's place counts too: `info` and `info1` both go for `info`.
  @inline(__always)
  func skipsNothingBut(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard at + count <= end, Self.equals(bytes, at, word) else { return false }
    let next = peek(count)
    return next == 0 || next == UInt8(ascii: " ") || next == UInt8(ascii: ":")
      || next == UInt8(ascii: "1")
  }
}
