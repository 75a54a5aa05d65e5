/// The processor mode that KVM's emulator decoded an instruction in: `flags` of `kvm_emulate_insn`.
///
/// Source: `KVM_EMUL_INSN_F_*` and `kvm_trace_symbol_emul_flags` in `arch/x86/kvm/trace.h`.
public enum EmulationMode {
  /// The name as in the event's `print fmt`; nil for a combination that has none.
  public static func name(of flags: UInt64) -> String? {
    switch flags {
    case 0: "real"
    // CR0.PE and EFLAGS.VM: virtual-8086 mode.
    case 0b0011: "vm16"
    case 0b0001: "prot16"
    case 0b0101: "prot32"
    case 0b1001: "prot64"
    default: nil
    }
  }
}
