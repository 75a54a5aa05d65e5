import KVMEvents
import Testing

@Suite struct ExitReasonTableTests {
  @Test(arguments: [ISA.vmx, .svm])
  func tablesAscendAndNamesAreUnique(isa: ISA) {
    let entries = ExitReasonTable.entries(of: isa)
    #expect(entries.count >= 66)
    for (entry, next) in zip(entries, entries.dropFirst()) { #expect(entry.code < next.code) }
    #expect(Set(entries.map(\.name)).count == entries.count)
  }

  @Test(arguments: [ISA.vmx, .svm])
  func everyNameFindsItsCode(isa: ISA) {
    for entry in ExitReasonTable.entries(of: isa) {
      let code = ExitCode(raw: entry.code, isa: isa)
      #expect(ExitReasonTable.name(of: code) == entry.name)
      #expect(ExitReasonTable.code(named: entry.name, isa: isa) == code)
      #expect(ExitReasonTable.code(named: entry.name.uppercased(), isa: isa) == code)
      if let plugin = ExitReasonTable.pluginName(of: entry.code, isa: isa) {
        #expect(ExitReasonTable.code(named: plugin, isa: isa) == code, "\(plugin)")
      }
    }
  }

  @Test(
    arguments: [
      ("EPT_VIOLATION", ISA.vmx, 48), ("EXIT_REASON_HLT", .vmx, 12), ("hlt", .vmx, 12),
      ("pending_interrupt", .vmx, 7), ("interrupt-window", .vmx, 7), ("UNKNOWN(35)", .vmx, 35),
      ("npf", .svm, 0x400), ("EXIT_NPF", .svm, 0x400), ("VMEXIT_NPF", .svm, 0x400),
      ("SVM_EXIT_NPF", .svm, 0x400), ("hlt", .svm, 0x78), ("vmmcall", .svm, 0x81),
      ("hypercall", .svm, 0x81), ("UD excp", .svm, 0x46), ("EXIT_EXCP_UD", .svm, 0x46),
      ("ioio", .svm, 0x7b), ("UNKNOWN(0xf0000000)", .svm, 0xf000_0000), (" npf ", .svm, 0x400),
      ("0x400", .svm, 0x400), ("invalid_guest_state", .svm, UInt64.max), ("err", .svm, .max),
    ] as [(String, ISA, UInt64)])
  func dialects(name: String, isa: ISA, code: UInt64) {
    #expect(ExitReasonTable.code(named: name, isa: isa)?.code == code)
  }

  @Test func namesOfBothInstructionSets() {
    #expect(ExitReasonTable.codes(named: "hlt").map(\.isa) == [.vmx, .svm])
    #expect(ExitReasonTable.codes(named: "npf").map(\.isa) == [.svm])
    #expect(ExitReasonTable.codes(named: "EPT_VIOLATION").map(\.isa) == [.vmx])
    #expect(ExitReasonTable.codes(named: "no such reason").isEmpty)
    #expect(ExitReasonTable.codes(named: "").isEmpty)
    #expect(ExitReasonTable.codes(named: "EXIT_").isEmpty)
  }

  @Test func unknownNumbersAreKept() {
    #expect(ExitReasonTable.name(of: ExitCode(raw: 35, isa: .vmx)) == "UNKNOWN(35)")
    let software = ExitCode(raw: 0xf000_0000, isa: .svm)
    #expect(ExitReasonTable.name(of: software) == "UNKNOWN(0xf0000000)")
    #expect(ExitReasonTable.name(of: ExitCode(raw: 12, isa: nil)) == "UNKNOWN(12)")
  }

  @Test func failedEntries() {
    let code = ExitCode(raw: 0x8000_0021, isa: .vmx)
    #expect(ExitReasonTable.name(of: code) == "INVALID_STATE FAILED_VMENTRY")
    #expect(ExitReasonTable.code(named: "INVALID_STATE FAILED_VMENTRY", isa: .vmx) == code)
    #expect(ExitReasonTable.code(named: "INVALID_STATE", isa: .vmx)?.isFailedEntry == false)
  }

  @Test func minusOneHasTwoWidths() {
    for raw in [0xffff_ffff, UInt64.max] {
      #expect(ExitReasonTable.name(of: ExitCode(raw: raw, isa: .svm)) == "invalid_guest_state")
    }
  }

  @Test func userspaceReasons() {
    #expect(UserspaceExitReason.name(of: 2) == "KVM_EXIT_IO")
    #expect(UserspaceExitReason.name(of: 17) == "KVM_EXIT_INTERNAL_ERROR")
    #expect(UserspaceExitReason.name(of: 41) == "KVM_EXIT_ARM_SEA")
    #expect(UserspaceExitReason.name(of: 4711) == "UNKNOWN(4711)")
    #expect(UserspaceExitReason.number(named: "kvm_exit_shutdown") == 8)
    #expect(UserspaceExitReason.number(named: "MMIO") == 6)
    #expect(UserspaceExitReason.number(named: "none") == nil)
  }

  @Test func vectorsAndModes() {
    #expect(ExceptionVector.name(of: 14) == "#PF")
    #expect(ExceptionVector.name(of: 2) == "vector 2")
    #expect(ExceptionVector.name(of: 300) == "vector 300")
    #expect(EmulationMode.name(of: 0) == "real")
    #expect(EmulationMode.name(of: 9) == "prot64")
    #expect(EmulationMode.name(of: 15) == nil)
  }
}
