import KVMEvents

extension ExitCode {
  /// The reason as the kernel spells it; `UNKNOWN(n)` for a number that no table has.
  var reasonName: String {
    "UNKNOWN(\(code))"
  }

  /// The reason for people: a refused entry says so.
  var label: String {
    isFailedEntry ? reasonName + " (failed entry)" : reasonName
  }
}
