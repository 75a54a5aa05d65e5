import KVMEvents
import Testing
import TraceContainer

/// The fields of events in the words of all kernels and programs.
///
/// Source: arch/x86/kvm/trace.h of Linux 3.10, 4.14, 5.4, 5.10, 6.1 and 6.12; libtraceevent's plugin_kvm.c; raw
/// lines of trace-cmd report -R and of the tracefs option `fields`.
@Suite struct TextFieldTests {
  /// A text, and the fields in it.
  struct Case: Sendable, CustomTestStringConvertible {
    var event: String
    var text: String
    var fields: [String: UInt64]
    var testDescription: String { "\(event): \(text)" }

    init(_ event: String, _ text: String, _ fields: [String: UInt64]) {
      self.event = event
      self.text = text
      self.fields = fields
    }
  }

  static let entries: [Case] = [
    Case("kvm_entry", "vcpu 3", ["vcpu_id": 3]),
    Case("kvm_entry", "vcpu 3, rip 0xfff0", ["vcpu_id": 3, "rip": 0xfff0]),
    Case(
      "kvm_entry", "vcpu 3 rip 0xffffffff81000000", ["vcpu_id": 3, "rip": 0xffff_ffff_8100_0000]),
    Case(
      "kvm_entry", "vcpu 3, rip 0xfff0 intr_info 0x80000030 error_code 0x00000000 [immediate exit]",
      ["vcpu_id": 3, "rip": 0xfff0]),
    Case("kvm_entry", "vcpu_id=3 rip=0xfff0 immediate_exit=0", ["vcpu_id": 3, "rip": 0xfff0]),
    Case(
      "kvm_entry", "vcpu_id=0x3 (3) rip=0xfff0 (65520) immediate_exit=(0)",
      ["vcpu_id": 3, "rip": 0xfff0]),
  ]

  static let exits: [Case] = [
    Case(
      "kvm_exit", "reason HLT rip 0xffffffff8105cf76 info 0 0",
      ["exit_reason": 12, "guest_rip": 0xffff_ffff_8105_cf76, "isa": 1, "info1": 0, "info2": 0]),
    Case(
      "kvm_exit", "vcpu 2 reason EPT_VIOLATION rip 0x401000 info 184 80000b0e",
      [
        "vcpu_id": 2, "exit_reason": 48, "guest_rip": 0x401000, "isa": 1, "info1": 0x184,
        "info2": 0x8000_0b0e,
      ]),
    Case(
      "kvm_exit",
      "vcpu 2 reason EPT_VIOLATION rip 0x401000 info1 0x0000000000000184 info2 0x0000000080000b0e intr_info 0x80000b0e error_code 0x00000002",
      [
        "vcpu_id": 2, "exit_reason": 48, "guest_rip": 0x401000, "isa": 1, "info1": 0x184,
        "info2": 0x8000_0b0e, "intr_info": 0x8000_0b0e, "error_code": 2,
      ]),
    Case(
      "kvm_exit",
      "vcpu 2 reason MSR_WRITE rip 0x401000 info1 0x0000000000000000 info2 0x0000000000000000 intr_info 0x00000000 error_code 0x00000000 requests 0x0000000000000000",
      [
        "vcpu_id": 2, "exit_reason": 32, "guest_rip": 0x401000, "isa": 1, "info1": 0, "info2": 0,
        "intr_info": 0, "error_code": 0,
      ]),
    Case(
      "kvm_exit",
      "vcpu 0 reason INVALID_STATE FAILED_VMENTRY rip 0x1 info1 0x0000000000000000 info2 0x0000000000000000 intr_info 0x00000000 error_code 0x00000000",
      [
        "vcpu_id": 0, "exit_reason": 0x8000_0021, "guest_rip": 1, "isa": 1, "info1": 0, "info2": 0,
        "intr_info": 0, "error_code": 0,
      ]),
    Case(
      "kvm_exit", "vcpu 0 reason npf rip 0x401000 info 100000004 8000",
      [
        "vcpu_id": 0, "exit_reason": 0x400, "guest_rip": 0x401000, "isa": 2, "info1": 0x1_0000_0004,
        "info2": 0x8000,
      ]),
    Case(
      "kvm_exit", "reason EXIT_NPF rip 0x401000 info 0 0",
      ["exit_reason": 0x400, "guest_rip": 0x401000, "isa": 2, "info1": 0, "info2": 0]),
    Case(
      "kvm_exit",
      "exit_reason=48 guest_rip=0x401000 isa=1 info1=0x0000000000000184 info2=0x0000000000000000 intr_info=0x00000000 error_code=0x00000000 vcpu_id=2",
      [
        "vcpu_id": 2, "exit_reason": 48, "guest_rip": 0x401000, "isa": 1, "info1": 0x184,
        "info2": 0,
        "intr_info": 0, "error_code": 0,
      ]),
    Case(
      "kvm_exit",
      "exit_reason=0x30 (48) guest_rip=0x401000 (4198400) isa=0x1 (1) info1=0x184 (388) info2=0x0 (0) intr_info=0x0 (0) error_code=0x0 (0) vcpu_id=0x2 (2)",
      [
        "vcpu_id": 2, "exit_reason": 48, "guest_rip": 0x401000, "isa": 1, "info1": 0x184,
        "info2": 0,
        "intr_info": 0, "error_code": 0,
      ]),
    Case(
      "kvm_nested_vmexit",
      "rip: 0x0000000000401000 reason: EXTERNAL_INTERRUPT ext_inf1: 0x0000000000000001 ext_inf2: 0x0000000000000002 ext_int: 0x800000f6 ext_int_err: 0x00000003",
      [
        "exit_reason": 1, "guest_rip": 0x401000, "isa": 1, "info1": 1, "info2": 2,
        "intr_info": 0x8000_00f6, "error_code": 3,
      ]),
    Case(
      "kvm_nested_vmexit",
      "<CANT FIND FIELD rip>vcpu 1 reason IO_INSTRUCTION rip 0x401e37 info 20000008 0",
      [
        "vcpu_id": 1, "exit_reason": 30, "guest_rip": 0x401e37, "isa": 1, "info1": 0x2000_0008,
        "info2": 0,
      ]),
    Case(
      "kvm_nested_vmexit_inject",
      "reason: TRIPLE_FAULT ext_inf1: 0x0000000000000000 ext_inf2: 0x0000000000000000 ext_int: 0x00000000 ext_int_err: 0x00000000",
      ["exit_code": 2, "isa": 1, "exit_info1": 0, "exit_info2": 0, "exit_int_info": 0]),
    Case(
      "kvm_nested_vmexit_inject",
      "reason: vmmcall ext_inf1: 0x0000000000000000 ext_inf2: 0x0000000000000000 ext_int: 0x00000000 ext_int_err: 0x00000000",
      ["exit_code": 0x81, "isa": 2, "exit_info1": 0, "exit_info2": 0, "exit_int_info": 0]),
  ]

  static let nested: [Case] = [
    Case(
      "kvm_nested_vmrun",
      "rip: 0x0000000000401f30 vmcb: 0x000000000010d000 nrip: 0x0000000000401e30 int_ctl: 0x01000000 event_inj: 0x00000000 npt: on",
      ["rip": 0x401f30, "vmcb": 0x10d000, "nested_rip": 0x401e30, "isa": 2]),
    Case(
      "kvm_nested_vmenter",
      "rip: 0x0000000000401f30 vmcs: 0x000000000010d000 nested_rip: 0x0000000000401e30 int_ctl: 0x00000000 event_inj: 0x00000000 nested_ept=n guest_cr3: 0x0000000000180000",
      ["rip": 0x401f30, "vmcb": 0x10d000, "nested_rip": 0x401e30, "isa": 1]),
    Case(
      "kvm_nested_vmenter",
      "rip=0x0000000000401f30 vmcb=0x000000000010d000 nested_rip=0x0000000000401e30 int_ctl=0x00000000 event_inj=0x00000000 tdp_enabled=0 guest_pgd=0x0000000000180000 isa=1",
      ["rip": 0x401f30, "vmcb": 0x10d000, "nested_rip": 0x401e30, "isa": 1]),
  ]

  static let others: [Case] = [
    Case("kvm_fpu", "load", ["load": 1]), Case("kvm_fpu", "unload", ["load": 0]),
    Case("kvm_fpu", "load=1", ["load": 1]), Case("kvm_fpu", "load=0x0 (0)", ["load": 0]),
    Case("kvm_userspace_exit", "reason KVM_EXIT_IO (2)", ["reason": 2]),
    Case("kvm_userspace_exit", "reason restart (4)", ["reason": 0, "errno": UInt64.max - 3]),
    Case("kvm_userspace_exit", "reason error (5)", ["reason": 0, "errno": UInt64.max - 4]),
    Case("kvm_userspace_exit", "reason=2 errno=-4", ["reason": 2, "errno": UInt64.max - 3]),
    Case(
      "kvm_emulate_insn", "0:4019c6:c3 (prot64)",
      ["csbase": 0, "rip": 0x4019c6, "len": 1, "flags": 9, "failed": 0]),
    Case(
      "kvm_emulate_insn", "0:4019c6: 0f 0b FAIL",
      ["csbase": 0, "rip": 0x4019c6, "len": 2, "flags": 1, "failed": 1]),
    Case(
      "kvm_emulate_insn", "ffff0000:fff0:ea 5b e0 00 f0 (real)",
      ["csbase": 0xffff_0000, "rip": 0xfff0, "len": 5, "flags": 0, "failed": 0]),
    Case(
      "kvm_emulate_insn", "0:4019c6:0f 0b (prot64) failed",
      ["csbase": 0, "rip": 0x4019c6, "len": 2, "flags": 9, "failed": 1]),
    Case(
      "kvm_emulate_insn", "rip=401e38 csbase=10 len=5 insn=ARRAY[b9, 20, 00, 00] flags=9 failed=0",
      ["csbase": 0x10, "rip": 0x401e38, "len": 5, "flags": 9, "failed": 0]),
    Case(
      "kvm_emulate_insn",
      "rip=0x1003 (4099) csbase=0x0 (0) len=(2) insn=<INVALID-SIZE> flags=(9) failed=(1)",
      ["csbase": 0, "rip": 0x1003, "len": 2, "flags": 9, "failed": 1]),
    Case("kvm_inj_virq", "irq 236", ["vector": 236]),
    Case("kvm_inj_virq", "IRQ 0xec", ["vector": 0xec, "reinjected": 0]),
    Case("kvm_inj_virq", "Soft/INTn 0x80 [reinjected]", ["vector": 0x80, "reinjected": 1]),
    Case("kvm_inj_exception", "#PF (0x2)", ["exception": 14, "reinjected": 0]),
    Case("kvm_inj_exception", "#UD", ["exception": 6, "reinjected": 0]),
    Case("kvm_inj_exception", "#DF (0x0) [reinjected]", ["exception": 8, "reinjected": 1]),
    Case("kvm_pio", "pio_read at 0x2000 size 1 count 1", ["rw": 0, "port": 0x2000]),
    Case("kvm_pio", "pio_write at 0x2001 size 1 count 1 val 0x9 ", ["rw": 1, "port": 0x2001]),
    Case("kvm_pio", "rw=1 port=0x2001 size=1 count=1 val=0x9", ["rw": 1, "port": 0x2001]),
    Case("kvm_msr", "msr_read 487 = 0xffffffff", ["ecx": 0x487]),
    Case("kvm_msr", "msr_write c0000080 = 0xd01 (#GP)", ["ecx": 0xc000_0080]),
    Case("kvm_msr", "write=0 ecx=1155 data=0x0 exception=0", ["ecx": 1155]),
    Case("kvm_cr", "cr_write 4 = 0x2220", ["cr": 4]),
    Case("kvm_hypercall", "nr 0x5 a0 0x1 a1 0x2 a2 0x0 a3 0x0", ["nr": 5]),
    Case(
      "kvm_cpuid", "func 40000001 idx 0 rax 1007afb rbx 0 rcx 0 rdx 0, cpuid entry found",
      ["function": 0x4000_0001]),
    Case("kvm_cpuid", "func d idx 1 rax f rbx 0 rcx 0 rdx 0", ["function": 13]),
    Case("kvm_mmio", "mmio write len 4 gpa 0xfee000b0 val 0x0", ["type": 2, "gpa": 0xfee0_00b0]),
    Case(
      "kvm_mmio", "mmio unsatisfied-read len 4 gpa 0xfee000b0 val 0x0",
      ["type": 0, "gpa": 0xfee0_00b0]),
    Case("kvm_enter_smm", "vcpu 1: entering SMM, smbase 0x30000", ["vcpu_id": 1, "entering": 1]),
    Case(
      "kvm_smm_transition", "vcpu 1: leaving SMM, smbase 0x30000", ["vcpu_id": 1, "entering": 0]),
    Case("kvm_vcpu_wakeup", "poll time 12345 ns", ["ns": 12345, "waited": 0]),
    Case(
      "kvm_vcpu_wakeup", "wait time 12345 ns, polling valid",
      ["ns": 12345, "waited": 1, "valid": 1]),
    Case(
      "kvm_vcpu_wakeup", "wait time 12345 ns, polling invalid",
      ["ns": 12345, "waited": 1, "valid": 0]),
    Case(
      "kvm_write_tsc_offset", "vcpu=1 prev=0 next=18446744073709551615",
      ["vcpu_id": 1, "previous_tsc_offset": 0]),
    Case(
      "kvm_track_tsc", "vcpu_id 1 masterclock 0 offsetmatched 0 nr_online 1 hostclock tsc",
      ["vcpu_id": 1]),
    Case("kvm_page_fault", "address fee00000 error_code 6", ["fault_address": 0xfee0_0000]),
    Case(
      "kvm_page_fault", "vcpu 1 rip 0x410b9a address 0x000000000010d000 error_code 0x582",
      ["vcpu_id": 1, "fault_address": 0x10d000]),
    Case("kvm_halt_poll_ns", "vcpu 1: halt_poll_ns 0 (shrink 10000)", ["vcpu_id": 1]),
    Case(
      "sched_switch",
      "prev_comm=CPU 0/KVM prev_pid=12 prev_prio=120 prev_state=S ==> next_comm=a next_pid=3 next_pid=0 next_prio=120",
      ["prev_pid": 12, "prev_state": 1, "next_pid": 0]),
    Case(
      "sched_switch",
      "prev_comm=a prev_pid=12 prev_prio=120 prev_state=R+ ==> next_comm=swapper/1 next_pid=0 next_prio=120",
      ["prev_pid": 12, "prev_state": 0, "next_pid": 0]),
    Case(
      "sched_switch",
      "prev_comm=a prev_pid=0x37a4 (14244) prev_prio=0x78 (120) prev_state=0x1 (1) next_comm=b next_pid=0x37b3 (14259) next_prio=0x78 (120)",
      ["prev_pid": 14244, "prev_state": 1, "next_pid": 14259]),
    Case(
      "sched_switch", "kworker/0:0:7 [120] W ==> a:354 [120]", ["prev_pid": 7, "next_pid": 354]),
    Case("sched_process_fork", "comm=a b pid=1 child_comm=a b child_pid=77", ["child_pid": 77]),
    Case("sched_process_exec", "filename=/a/b pid=77 old_pid=78", ["pid": 77, "old_pid": 78]),
    Case("sched_process_exit", "comm=a pid=77 prio=120", ["pid": 77]),
  ]

  static let all = entries + exits + nested + others

  @Test(arguments: all) func fields(_ wanted: Case) throws {
    let line = "      invalid_l2-537   [000]   111.217849: \(wanted.event):   \(wanted.text)\n"
    // Read once, and known the second time.
    let reading = try TextReading(line + line)
    #expect(reading.unreadable == 0)
    #expect(reading.events.count == 2)
    for event in reading.events {
      #expect(event.kind != .other)
      for (name, value) in wanted.fields { #expect(event.fields[name] == value, "\(name)") }
      // What a text does not tell is no field of it.
      if wanted.event == "kvm_exit" || wanted.event == "kvm_nested_vmexit" {
        #expect(Set(event.fields.keys) == Set(wanted.fields.keys))
      }
    }
  }

  @Test("words that nobody understands are a loss, said once") func unreadable() throws {
    let known = "      invalid_l2-537   [000]   111.217849: kvm_entry:   vcpu 0\n"
    let strange = "      invalid_l2-537   [000]   111.217849: kvm_entry:   processor zero\n"
    let reading = try TextReading(known + strange + strange + known)
    #expect(reading.unreadable == 2)
    #expect(reading.gaps.map(\.position) == [1, 2])
    #expect(reading.damage.count == 1)
    #expect(reading.events.map(\.kind) == [.entry, .other, .other, .entry])
  }

  @Test("numbers that no field has room for") func overflow() throws {
    for number in [
      "18446744073709551616", "0x10000000000000000", "99999999999999999999999999", "0x", "-", "x",
    ] {
      let line = "      invalid_l2-537   [000]   111.217849: kvm_entry:   vcpu \(number)\n"
      #expect(try TextReading(line).unreadable == 1, "\(number)")
    }
    let line = "      invalid_l2-537   [000]   111.217849: kvm_entry:   vcpu 18446744073709551615\n"
    #expect(try TextReading(line).events.map { $0.fields["vcpu_id"] } == [UInt64.max])
  }
}
