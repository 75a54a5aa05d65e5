internal import KVMEvents
internal import TraceBytes

/// The exit reason that a name in a line of text stands for.
///
/// Names are looked up as they are spelled: the kernel's and trace-cmd's spellings of the two
/// instruction sets have none in common. Whatever is spelled otherwise is asked of
/// ``ExitReasonTable``, once for each spelling.
struct TextReasonTable {
  /// A reason as events carry it.
  struct Reason {
    /// With bit 31 for a refused entry of VMX.
    var raw: UInt64
    /// 1 VMX, 2 SVM, 0 unknown.
    var isa: UInt64
  }

  private struct Slot {
    var low: UInt64 = 0
    var high: UInt64 = 0
    /// 0 where there is none.
    var length = 0
    var reason = Reason(raw: 0, isa: 0)
  }

  /// So many further spellings are remembered.
  private static let mostOthers = 256

  /// Open addressing; a power of two.
  private var slots: [Slot]
  private var others: [String: Reason?] = [:]

  init() {
    slots = [Slot](repeating: Slot(), count: 1024)
    for isa in [ISA.vmx, .svm] {
      for (code, name) in ExitReasonTable.entries(of: isa) {
        let reason = Reason(raw: code, isa: UInt64(isa.rawValue))
        add(name, reason)
        if let plugin = ExitReasonTable.pluginName(of: code, isa: isa) { add(plugin, reason) }
      }
    }
  }

  private static func start(_ low: UInt64, _ high: UInt64) -> Int {
    let mixed = (low ^ (high &* 0x9e37_79b9_7f4a_7c15)) &* 0xff51_afd7_ed55_8ccd
    return Int(truncatingIfNeeded: mixed >> 54)
  }

  private mutating func add(_ name: String, _ reason: Reason) {
    let key = TextKey(name, 0)
    var at = Self.start(key.low, key.high)
    while slots[at].length != 0 {
      let slot = slots[at]
      if slot.low == key.low, slot.high == key.high, slot.length == key.length { return }
      at = (at + 1) & 1023
    }
    slots[at] = Slot(low: key.low, high: key.high, length: key.length, reason: reason)
  }

  /// The reason that a text names.
  ///
  /// - Parameters:
  ///   - bytes: what the text lies in; readable behind its end.
  ///   - text: without blanks around it; may hold blanks, a flag or a number in parentheses.
  ///   - isa: what the log has shown so far; 0 unknown.
  /// - Returns: the reason; nil when the text names none.
  mutating func reason(_ bytes: RawSpan, _ text: Range<Int>, isa: UInt64) -> Reason? {
    known(bytes, text) ?? other(bytes.text(text), isa: isa)
  }

  /// The reason that the kernel or trace-cmd spells so; nil for all other spellings.
  @inline(__always)
  func known(_ bytes: RawSpan, _ text: Range<Int>) -> Reason? {
    let (low, high) = TextKey.packed(bytes, text.lowerBound, text.count)
    var at = Self.start(low, high)
    while true {
      let slot = slots[at]
      // Names of more than sixteen bytes that begin alike have different lengths.
      if slot.low == low, slot.high == high, slot.length == text.count { return slot.reason }
      if slot.length == 0 { return nil }
      at = (at + 1) & 1023
    }
  }

  @inline(never)
  private mutating func other(_ name: String, isa: UInt64) -> Reason? {
    if let known = others[name] {
      guard let known else { return nil }
      return Reason(raw: known.raw, isa: known.isa == 0 ? isa : known.isa)
    }
    // No machine has so many reasons: what comes now is made up.
    guard others.count < Self.mostOthers else { return nil }
    let found = Self.search(name)
    others[name] = .some(found)
    guard let found else { return nil }
    return Reason(raw: found.raw, isa: found.isa == 0 ? isa : found.isa)
  }

  /// Names with flags, numbers, and other spellings.
  private static func search(_ name: String) -> Reason? {
    var words = name.split(separator: " ").map(String.init)
    var flag: UInt64 = 0
    // `INVALID_STATE FAILED_VMENTRY`, and further flags of VMX behind `|`.
    if let last = words.last, words.count > 1, last.hasPrefix("FAILED_VMENTRY") {
      flag = 0x8000_0000
      words.removeLast()
    }
    let rest = words.joined(separator: " ")
    if let number = number(rest) { return Reason(raw: number | flag, isa: flag == 0 ? 0 : 1) }
    let meanings = ExitReasonTable.codes(named: rest)
    guard let first = meanings.first, let isa = first.isa else { return nil }
    // A name of both instruction sets says nothing of which one it is.
    guard meanings.count == 1 || flag != 0 else { return nil }
    return Reason(raw: first.code | flag, isa: UInt64(isa.rawValue))
  }

  /// `UNKNOWN (2147483681)`, `UNKNOWN(35)`, `0x8e`.
  private static func number(_ text: String) -> UInt64? {
    var digits = Substring(text)
    if text.hasPrefix("UNKNOWN") {
      digits = digits.dropFirst("UNKNOWN".count)
      while digits.first == " " || digits.first == "(" { digits = digits.dropFirst() }
      if digits.last == ")" { digits = digits.dropLast() }
    } else if !text.hasPrefix("0x") {
      return nil
    }
    return digits.hasPrefix("0x") ? UInt64(digits.dropFirst(2), radix: 16) : UInt64(digits)
  }
}
