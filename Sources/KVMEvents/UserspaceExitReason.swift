/// Why KVM_RUN returned to the program that called it: the number in `kvm_run.exit_reason`.
///
/// Source: `include/uapi/linux/kvm.h`. The list in the `print fmt` of `kvm_userspace_exit` ends at
/// 30.
public enum UserspaceExitReason {
  /// The name of a reason, as `KVM_EXIT_MMIO`; a number without a name is kept as `UNKNOWN(99)`.
  public static func name(of reason: UInt64) -> String {
    reason < UInt64(names.count) ? "KVM_EXIT_" + names[Int(reason)] : "UNKNOWN(\(reason))"
  }

  /// The number of a reason, by its name in any case, with or without `KVM_EXIT_`; nil when there
  /// is none such.
  public static func number(named name: String) -> UInt64? {
    let wanted = name.uppercased()
    let short = wanted.hasPrefix("KVM_EXIT_") ? String(wanted.dropFirst("KVM_EXIT_".count)) : wanted
    return names.firstIndex(of: short).map { UInt64($0) }
  }

  /// By number, without gaps.
  static let names: [String] = [
    "UNKNOWN", "EXCEPTION", "IO", "HYPERCALL", "DEBUG", "HLT", "MMIO", "IRQ_WINDOW_OPEN",
    "SHUTDOWN", "FAIL_ENTRY", "INTR", "SET_TPR", "TPR_ACCESS", "S390_SIEIC", "S390_RESET", "DCR",
    "NMI", "INTERNAL_ERROR", "OSI", "PAPR_HCALL", "S390_UCONTROL", "WATCHDOG", "S390_TSCH", "EPR",
    "SYSTEM_EVENT", "S390_STSI", "IOAPIC_EOI", "HYPERV", "ARM_NISV", "X86_RDMSR", "X86_WRMSR",
    "DIRTY_RING_FULL", "AP_RESET_HOLD", "X86_BUS_LOCK", "XEN", "RISCV_SBI", "RISCV_CSR", "NOTIFY",
    "LOONGARCH_IOCSR", "MEMORY_FAULT", "TDX", "ARM_SEA",
  ]
}
