/// What exit reasons are called.
///
/// There is one canonical table per instruction set, spelled as the newest kernel spells it in the
/// `print fmt` of `kvm_exit`, whatever kernel recorded the trace. The names of other programs and
/// of older kernels are understood as input. Source: `arch/x86/include/uapi/asm/vmx.h` and `svm.h`.
public enum ExitReasonTable {
  /// Every number that has a name, in ascending order; SVM's -1 comes last as `UInt64.max`.
  public static func entries(of isa: ISA) -> [(code: UInt64, name: String)] {
    switch isa {
    case .vmx: vmx.map { ($0.code, $0.name) }
    case .svm: svm.map { ($0.code, $0.name) }
    }
  }

  /// The name of an exit reason.
  ///
  /// A number without a name is kept as `UNKNOWN(35)` (VMX, decimal as in Intel's manual) or
  /// `UNKNOWN(0x8e)` (SVM, hexadecimal as in AMD's). A refused VM entry has its flag behind the
  /// name: `INVALID_STATE FAILED_VMENTRY`. Where the event did not say which instruction set it
  /// meant, only the number can be given.
  public static func name(of code: ExitCode) -> String {
    if let name = knownName(of: code) { return name }
    if code.isa == .svm { return "UNKNOWN(0x\(String(code.code, radix: 16)))" }
    return "UNKNOWN(\(code.code))" + (code.isFailedEntry ? " FAILED_VMENTRY" : "")
  }

  /// As ``name(of:)``; nil for a number without a name.
  public static func knownName(of code: ExitCode) -> String? {
    switch code.isa {
    case .vmx:
      guard let name = entry(code.code, in: vmx)?.name else { return nil }
      return code.isFailedEntry ? name + " FAILED_VMENTRY" : name
    case .svm: return entry(code.code, in: svm)?.name
    case nil: return nil
    }
  }

  /// The number that a name stands for; nil when the instruction set has no such reason.
  ///
  /// The name may be in any case: the kernel's own, that of an older kernel, the constant of the
  /// kernel's headers (`EXIT_REASON_HLT`, `SVM_EXIT_NPF`), that of other tools (`EXIT_NPF`,
  /// `VMEXIT_NPF`), what ``name(of:)`` writes for an unknown number, or the bare number.
  public static func code(named name: String, isa: ISA) -> ExitCode? {
    var wanted = folded(name)
    var isFailedEntry = false
    if isa == .vmx, wanted.hasSuffix("FAILED_VMENTRY") {
      isFailedEntry = true
      wanted = folded(String(wanted.dropLast("FAILED_VMENTRY".count)))
    }
    guard let code = number(wanted, isa) else { return nil }
    let flag: UInt64 = isFailedEntry ? 0x8000_0000 : 0
    return ExitCode(raw: code | flag, isa: isa)
  }

  /// Every meaning that a name has, VMX first.
  ///
  /// Two where both instruction sets have such a reason (`HLT`), none where it is no exit reason at
  /// all. See ``code(named:isa:)``.
  public static func codes(named name: String) -> [ExitCode] {
    [ISA.vmx, .svm].compactMap { code(named: name, isa: $0) }
  }

  /// The name that trace-cmd and perf print, by libtraceevent's `plugin_kvm`; nil where that plugin
  /// knows none.
  ///
  /// The plugin's list is older than the kernel's, and its names for SVM are AMD's, not the
  /// kernel's.
  public static func pluginName(of code: UInt64, isa: ISA) -> String? {
    switch isa {
    case .vmx: entry(code, in: vmx)?.pluginName
    case .svm: entry(code, in: svm)?.pluginName
    }
  }

  /// One reason with all its spellings.
  struct Entry: Sendable {
    let code: UInt64
    let name: String
    /// As libtraceevent's plugin spells it.
    let pluginName: String?
    /// Further spellings, in capitals.
    let aliases: [String]
    /// As names are compared.
    let foldedName: String
    let foldedPluginName: String?

    init(_ code: UInt64, _ name: String, plugin: String?, aliases: [String] = []) {
      self.code = code
      self.name = name
      pluginName = plugin
      self.aliases = aliases
      foldedName = folded(name)
      foldedPluginName = plugin.map { folded($0) }
    }
  }

  private static func entry(_ code: UInt64, in table: [Entry]) -> Entry? {
    var low = 0
    var high = table.count
    while low < high {
      let middle = (low + high) / 2
      if table[middle].code < code { low = middle + 1 } else { high = middle }
    }
    return low < table.count && table[low].code == code ? table[low] : nil
  }

  private static func number(_ name: String, _ isa: ISA) -> UInt64? {
    let table = isa == .vmx ? vmx : svm
    for prefix in ["", "EXIT_REASON_", "SVM_EXIT_", "VMEXIT_", "EXIT_"] where name.hasPrefix(prefix)
    {
      let rest = String(name.dropFirst(prefix.count))
      for entry in table
      where entry.foldedName == rest || entry.aliases.contains(rest)
        || entry.foldedPluginName.map({ $0 == name || $0 == "EXIT_" + rest }) == true
      {
        return entry.code
      }
    }
    return bareNumber(name)
  }

  /// `12`, `0x8F`, `UNKNOWN(12)` and `UNKNOWN(0x8F)`.
  private static func bareNumber(_ name: String) -> UInt64? {
    var digits = Substring(name)
    if name.hasPrefix("UNKNOWN(") && name.hasSuffix(")") {
      digits = name.dropFirst("UNKNOWN(".count).dropLast()
    }
    return digits.hasPrefix("0X") ? UInt64(digits.dropFirst(2), radix: 16) : UInt64(digits)
  }

  /// Capitals, without blanks at the ends, and with underscores for blanks and hyphens inside.
  private static func folded(_ name: String) -> String {
    var bytes: [UInt8] = []
    for byte in name.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"): bytes.append(byte - 32)
      case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "\t"): bytes.append(UInt8(ascii: "_"))
      default: bytes.append(byte)
      }
    }
    while bytes.last == UInt8(ascii: "_") { bytes.removeLast() }
    let begin = bytes.firstIndex { $0 != UInt8(ascii: "_") } ?? bytes.endIndex
    return String(decoding: bytes[begin...], as: UTF8.self)
  }
}
