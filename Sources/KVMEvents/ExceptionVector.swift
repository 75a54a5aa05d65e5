/// The exceptions of x86, by vector.
///
/// Source: Intel's manual, volume 3, chapter "Interrupt and exception handling".
public enum ExceptionVector {
  /// The mnemonic, as `#PF`; a vector without one is kept as `vector 99`.
  public static func name(of vector: UInt64) -> String {
    let short = vector < UInt64(mnemonics.count) ? mnemonics[Int(vector)] : ""
    return short.isEmpty ? "vector \(vector)" : "#" + short
  }

  /// By vector; empty where the manuals reserve the number, or define no exception (2 is NMI's).
  static let mnemonics: [String] = [
    "DE", "DB", "", "BP", "OF", "BR", "UD", "NM", "DF", "", "TS", "NP", "SS", "GP", "PF", "",
    "MF", "AC", "MC", "XM", "VE", "CP", "", "", "", "", "", "", "HV", "VC", "SX", "",
  ]
}

extension ExceptionVector {
  /// The vector of a mnemonic without `#`, as `PF`; nil when there is none such.
  public static func number(named name: String) -> UInt64? {
    guard !name.isEmpty else { return nil }
    return mnemonics.firstIndex(of: name).map { UInt64($0) }
  }
}
