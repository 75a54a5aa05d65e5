import KVMEvents

extension ExitCode {
  /// The reason as the kernel spells it, without the flag of a refused entry.
  var reasonName: String {
    ExitReasonTable.name(of: isFailedEntry ? ExitCode(raw: code, isa: isa) : self)
  }

  /// The reason for people: a refused entry says so.
  var label: String { ExitReasonTable.name(of: self) }
}
