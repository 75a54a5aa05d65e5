internal import KVMEvents
internal import TraceBytes

/// A word in the text of an event behind which a field's value stands.
///
/// Words are compared by their first sixteen bytes and their length.
struct TextKey: BitwiseCopyable {
  /// How the value is written.
  enum Form: UInt8, BitwiseCopyable {
    /// `31`, `-5` or `0x1f`.
    case number
    /// `0x1f`, or `1f` without the mark; behind `=` as `number`.
    case hex
    /// `0x1f`, or `1f` without the mark; behind `=` too.
    case alwaysHex
    /// Two of them: this slot and the next.
    case hexPair
    /// The name of an exit reason.
    case reason
    /// As `number`, in a word of VMX alone.
    case ofVMX
    /// As `number`, in a word of SVM alone.
    case ofSVM
  }

  let low: UInt64
  let high: UInt64
  /// The bytes of `low` and `high` that the word has.
  private let lowMask: UInt64
  private let highMask: UInt64
  private let byteCount: UInt8
  private let slotNumber: UInt8
  let form: Form

  var length: Int { Int(byteCount) }
  var slot: Int { Int(slotNumber) }

  init(_ word: String, _ slot: Int, _ form: Form = .number) {
    let bytes = Array(word.utf8)
    low = Self.packed(bytes, 0)
    high = Self.packed(bytes, 8)
    byteCount = UInt8(bytes.count)
    lowMask = bytes.count >= 8 ? .max : 1 << UInt64(bytes.count * 8) - 1
    highMask =
      bytes.count >= 16 ? .max : bytes.count <= 8 ? 0 : 1 << UInt64(bytes.count * 8 - 64) - 1
    slotNumber = UInt8(slot)
    self.form = form
  }

  /// The bit of a word's first byte, for telling quickly that a word is none of some keys.
  @inline(__always)
  static func letter(_ byte: UInt8) -> UInt32 { 1 &<< UInt32(byte & 31) }

  /// The bits of the first bytes of words.
  static func letters(of keys: [TextKey]) -> UInt32 {
    keys.reduce(0) { $0 | letter(UInt8(truncatingIfNeeded: $1.low)) }
  }

  private static func packed(_ bytes: [UInt8], _ first: Int) -> UInt64 {
    var word: UInt64 = 0
    for at in first..<first + 8 where at < bytes.count {
      word |= UInt64(bytes[at]) << UInt64((at - first) * 8)
    }
    return word
  }

  /// Whether the word stands at a position and ends there.
  ///
  /// - Parameters:
  ///   - word: the eight bytes at the position.
  ///   - position: sixteen bytes behind it must be readable.
  ///   - bytes: what it is a position in.
  /// - Returns: whether no longer word stands there.
  @inline(__always)
  func stands(_ word: UInt64, at position: Int, in bytes: RawSpan) -> Bool {
    guard word & lowMask == low else { return false }
    if length > 8, bytes.u64(at: position &+ 8) & highMask != high { return false }
    return !TextScanner.isWord(bytes.u8(at: position &+ length))
  }

  /// The first sixteen bytes of the word in a range, as keys hold them; the bytes behind it must be
  /// readable.
  @inline(__always)
  static func packed(_ bytes: RawSpan, _ first: Int, _ length: Int) -> (low: UInt64, high: UInt64) {
    let low = bytes.u64(at: first)
    if length < 8 { return (low & (1 &<< UInt64(length &* 8) &- 1), 0) }
    if length == 8 { return (low, 0) }
    let high = bytes.u64(at: first + 8)
    return (low, length < 16 ? high & (1 &<< UInt64((length &- 8) &* 8) &- 1) : high)
  }

  /// The words of an event: the names of its fields, as raw formats print them, and the words that
  /// kernels, trace-cmd and perf have used for them.
  static func keys(of schema: EventSchema) -> [TextKey] {
    var keys: [TextKey] = []
    for (slot, names) in schema.fields.enumerated() {
      keys += names.map { TextKey($0, slot) }
    }
    let words = words(of: schema.kind)
    return words + keys.filter { key in !words.contains { $0.isSameWord(as: key) } }
  }

  private func isSameWord(as other: TextKey) -> Bool {
    low == other.low && high == other.high && length == other.length
  }

  private static func words(of kind: EventKind) -> [TextKey] {
    switch kind {
    case .entry: [TextKey("vcpu", EntryField.vcpu)]
    case .exit, .nestedExit:
      [
        TextKey("vcpu", ExitField.vcpu), TextKey("reason", ExitField.reason, .reason),
        TextKey("rip", ExitField.rip, .hex), TextKey("info", ExitField.info1, .hexPair),
        TextKey("info1", ExitField.info1, .hex), TextKey("info2", ExitField.info2, .hex),
        TextKey("ext_inf1", ExitField.info1, .hex), TextKey("ext_inf2", ExitField.info2, .hex),
        TextKey("ext_int", ExitField.interruptInfo, .hex),
        TextKey("int_info", ExitField.interruptInfo, .hex),
        TextKey("ext_int_err", ExitField.errorCode, .hex),
        TextKey("int_info_err", ExitField.errorCode, .hex),
      ]
    case .nestedExitInject:
      [
        TextKey("reason", InjectField.reason, .reason), TextKey("info1", InjectField.info1, .hex),
        TextKey("info2", InjectField.info2, .hex),
        TextKey("int_info", InjectField.interruptInfo, .hex),
        TextKey("ext_inf1", InjectField.info1, .hex), TextKey("ext_inf2", InjectField.info2, .hex),
        TextKey("ext_int", InjectField.interruptInfo, .hex),
      ]
    case .nestedEntry:
      [
        TextKey("vmcs", NestedEntryField.controlBlock, .ofVMX),
        TextKey("vmcb", NestedEntryField.controlBlock, .ofSVM),
        TextKey("nrip", NestedEntryField.nestedRIP),
      ]
    case .nestedIntercepts:
      [
        TextKey("intercepts", NestedInterceptsField.general, .hex),
        TextKey("intercept", NestedInterceptsField.general, .hex),
      ]
    case .emulateInstruction:
      // As its text has them, trace-cmd prints these without `0x` in its raw format.
      [
        TextKey("rip", EmulateField.rip, .alwaysHex),
        TextKey("csbase", EmulateField.csBase, .alwaysHex),
      ]
    case .smmTransition: [TextKey("vcpu", SMMField.vcpu)]
    case .pageFault:
      [
        TextKey("vcpu", PageFaultField.vcpu), TextKey("address", PageFaultField.address, .hex),
      ]
    case .pio: [TextKey("at", PIOField.port, .hex)]
    case .msr:
      [
        TextKey("msr_read", DetailField.number, .hex),
        TextKey("msr_write", DetailField.number, .hex),
      ]
    case .controlRegister:
      [
        TextKey("cr_read", DetailField.number, .hex), TextKey("cr_write", DetailField.number, .hex),
      ]
    case .hypercall: [TextKey("nr", DetailField.number, .hex)]
    case .cpuid: [TextKey("func", DetailField.number, .hex)]
    case .vcpuWakeup: [TextKey("time", WakeupField.nanoseconds)]
    case .writeTSCOffset:
      [
        TextKey("vcpu", WriteTSCOffsetField.vcpu), TextKey("prev", WriteTSCOffsetField.previous),
      ]
    case .vcpuMention: [TextKey("vcpu", MentionField.vcpu)]
    case .injectInterrupt: [TextKey("IRQ", 0, .hex), TextKey("Soft/INTn", 0, .hex)]
    default: []
    }
  }
}
