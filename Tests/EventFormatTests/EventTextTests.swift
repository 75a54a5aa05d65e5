import EventFormat
import Testing
import TraceBytes
import TraceTestSupport

/// The texts are what `trace-cmd report` writes, but where a test says that it is wrong.
@Suite struct EventTextTests {
  @Test func entryAndExit() {
    let entry = OneEvent(
      "kvm_entry", fields: ["unsigned int vcpu_id 8 4 0", "unsigned long rip 16 8 0"])
    #expect(entry.text(entry.record([(8, 4, 1), (16, 8, 0x402b80)])) == " vcpu 1 rip 0x402b80")
    let exit = OneEvent("kvm_exit", fields: Formats.exitFields)
    func record(_ reason: UInt64, _ isa: UInt64) -> [UInt8] {
      exit.record([(8, 4, reason), (16, 8, 0x402b80), (24, 4, isa), (32, 8, 0x82), (56, 4, 0)])
    }
    #expect(exit.text(record(48, 1)) == "reason EPT_VIOLATION rip 0x402b80 info 82 0")
    #expect(exit.text(record(0x400, 2)) == "reason EXIT_NPF rip 0x402b80 info 82 0")
    #expect(exit.text(record(7, 1)) == "reason PENDING_INTERRUPT rip 0x402b80 info 82 0")
    // trace-cmd knows no failed entries, and fewer reasons than the kernel.
    #expect(
      exit.text(record(0x8000_0021, 1))
        == "reason INVALID_STATE FAILED_VMENTRY rip 0x402b80 info 82 0")
    #expect(exit.text(record(3, 1)) == "reason INIT_SIGNAL rip 0x402b80 info 82 0")
    #expect(
      exit.text(record(0xf000_0000, 2)) == "reason UNKNOWN (4026531840) rip 0x402b80 info 82 0")
    #expect(exit.text(record(48, 9)) == "reason UNKNOWN-ISA (48) rip 0x402b80 info 82 0")
  }

  /// trace-cmd writes `<CANT FIND FIELD rip>` before it.
  @Test func nestedExitFollowsItsFormat() {
    let one = OneEvent("kvm_nested_vmexit", fields: Formats.exitFields, print: PrintFormats.exit)
    func text(_ reason: UInt64, _ isa: UInt64) -> String {
      one.text(
        one.record([(8, 4, reason), (16, 8, 0x401980), (24, 4, isa), (32, 8, 0x81), (56, 4, 2)]))
    }
    #expect(text(2, 1) == "vcpu 2 reason TRIPLE_FAULT rip 0x401980 info1 0x0000000000000081")
    #expect(
      text(0x8000_0021, 1)
        == "vcpu 2 reason INVALID_STATE FAILED_VMENTRY rip 0x401980 info1 0x0000000000000081")
    #expect(text(0x4e, 2) == "vcpu 2 reason PF excp rip 0x401980 info1 0x0000000000000081")
    #expect(text(0x77, 2) == "vcpu 2 reason 0x77 rip 0x401980 info1 0x0000000000000081")
  }

  @Test func nestedExitOfOldKernels() {
    let one = OneEvent(
      "kvm_nested_vmexit",
      fields: [
        "__u64 rip 8 8 0", "__u32 exit_code 16 4 0", "__u64 exit_info1 24 8 0",
        "__u64 exit_info2 32 8 0", "__u32 exit_int_info 40 4 0", "__u32 exit_int_info_err 44 4 0",
        "__u32 isa 48 4 0",
      ])
    let record = one.record([(8, 8, 0x40), (16, 4, 48), (24, 8, 1), (32, 8, 2), (48, 4, 1)])
    #expect(
      one.text(record)
        == " rip 40 reason EPT_VIOLATION info1 1 info2 2 int_info 0 int_info_err 0")
  }

  @Test func aBrokenPrintFormatCostsNoField() {
    let one = OneEvent(
      "kvm_fpu", fields: ["u32 load 8 4 0"], print: "\"%d\", nonsense(((REC->load")
    #expect(one.text(one.record([(8, 4, 1)])) == "load=1")
  }

  /// trace-cmd compares without sign: it writes the stale reason.
  @Test func userspaceExitWithError() {
    let one = OneEvent(
      "kvm_userspace_exit", fields: ["__u32 reason 8 4 0", "int errno 12 4 1"],
      print: PrintFormats.userspaceExit)
    func text(_ errno: Int64) -> String {
      one.text(one.record([(8, 4, 2), (12, 4, UInt64(bitPattern: errno))]))
    }
    #expect(text(0) == "reason KVM_EXIT_IO (2)")
    #expect(text(-4) == "reason restart (4)")
    #expect(text(-5) == "reason error (5)")
  }

  /// trace-cmd writes `[FAILED TO PARSE]`.
  @Test func injectedException() {
    let one = OneEvent(
      "kvm_inj_exception",
      fields: [
        "u8 exception 8 1 0", "u8 has_error 9 1 0", "u32 error_code 12 4 0",
        "bool reinjected 16 1 0",
      ],
      print: PrintFormats.injectException)
    #expect(
      one.text(one.record([(8, 1, 14), (9, 1, 1), (12, 4, 0xdead_beef), (16, 1, 1)]))
        == "#PF (0xdeadbeef) [reinjected]")
    #expect(one.text(one.record([(8, 1, 14), (16, 1, 0)])) == "#PF")
  }

  @Test func emulatedInstruction() {
    let one = OneEvent(
      "kvm_emulate_insn",
      fields: [
        "__u64 rip 8 8 0", "__u32 csbase 16 4 0", "__u8 len 20 1 0", "__u8 insn[15] 21 15 0",
        "__u8 flags 36 1 0", "__u8 failed 37 1 0",
      ])
    func text(_ length: UInt64, failed: UInt64) -> String {
      one.text(
        one.record([
          (8, 8, 0x8004), (16, 4, 0x100_0000), (20, 1, length), (21, 2, 0xaa0f), (37, 1, failed),
        ]))
    }
    #expect(text(2, failed: 0) == "1000000:8004: 0f aa")
    #expect(text(2, failed: 1) == "1000000:8004: 0f aa FAIL")
    // trace-cmd writes the bytes of the instruction before it.
    #expect(text(0, failed: 0) == "1000000:8004:")
    // A length beyond the array reads no more than the array.
    #expect(text(255, failed: 0) == "1000000:8004: 0f aa" + String(repeating: " 00", count: 13))
  }

  @Test func schedulerSwitch() {
    let one = OneEvent(
      "sched_switch", system: "sched",
      fields: [
        "char prev_comm[16] 8 16 0", "pid_t prev_pid 24 4 1", "int prev_prio 28 4 1",
        "long prev_state 32 8 1", "char next_comm[16] 40 16 0", "pid_t next_pid 56 4 1",
        "int next_prio 60 4 1",
      ],
      print: "\"%s\", (REC->prev_state & 0xff) ? __print_flags(REC->prev_state & 0xff, \"|\", "
        + "{ 0x00000001, \"S\" }, { 0x00000002, \"D\" }, { 0x00000004, \"T\" }) : \"R\"")
    func text(_ state: UInt64) -> String {
      one.text(
        one.record(
          [(24, 4, 331), (28, 4, 120), (32, 8, state), (56, 4, 0), (60, 4, 120)],
          texts: [(8, "nested_mix"), (40, "swapper/0")]))
    }
    #expect(text(0) == "nested_mix:331 [120] R ==> swapper/0:0 [120]")
    #expect(text(1) == "nested_mix:331 [120] S ==> swapper/0:0 [120]")
    #expect(text(5) == "nested_mix:331 [120] S|T ==> swapper/0:0 [120]")
    #expect(text(256) == "nested_mix:331 [120] R ==> swapper/0:0 [120]")
  }

  @Test func callStack() {
    let one = OneEvent(
      "kernel_stack", system: "ftrace",
      fields: ["int size 8 4 1", "unsigned long caller[8] 16 64 0"],
      kallsyms:
        "0000000000001000 T first\n0000000000002000 t second\t[kvm]\n0000000000003000 T last\n")
    let record = one.record([
      (8, 4, 3), (16, 8, 0x1010), (24, 8, 0x2fff), (32, 8, 0x9000), (40, 8, .max),
    ])
    #expect(
      one.text(record) == "<stack trace >\n=> first (1010)\n=> second (2fff)\n=> 9000")
  }

  @Test func functionsAndPointers() {
    let one = OneEvent(
      "print", system: "ftrace", fields: ["unsigned long ip 8 8 0", "char buf[] 16 0 0"],
      print: "\"%ps|%pS: %s\", (void *)REC->ip, (void *)REC->ip, REC->buf",
      kallsyms: "0000000000001000 T first\n0000000000002000 T next\n")
    #expect(
      one.text(one.record([(8, 8, 0x1004)], texts: [(16, "hello\n")])) == "first|first+0x4: hello")
    #expect(one.text(one.record([(8, 8, 4)], texts: [(16, "a\nb")])) == "0x4|0x4: a\\nb")
  }

  @Test func messageAsPointerOrString() {
    let pointer = OneEvent(
      "kvm_nested_vmenter_failed", fields: ["const char * msg 8 8 0", "u32 err 16 4 0"],
      print: "\"%s%s\", REC->msg, !REC->err ? \"\" : __print_symbolic(REC->err, "
        + "{ VMXERR_ENTRY_INVALID_CONTROL_FIELD, \"VMENTRY_INVALID_CONTROL_FIELD\" })",
      printkFormats: "0xffffffff81000010 : \"consistency check: \"\n")
    #expect(
      pointer.text(pointer.record([(8, 8, 0xffff_ffff_8100_0010), (16, 4, 7)]))
        == "consistency check: VMENTRY_INVALID_CONTROL_FIELD")
    #expect(
      pointer.text(pointer.record([(8, 8, 0xffff_ffff_8100_0020), (16, 4, 0)]))
        == "ffffffff81000020")
    let string = OneEvent(
      "kvm_nested_vmenter_failed", fields: ["__data_loc char[] msg 8 4 0", "u32 err 12 4 0"],
      print: "\"%s\", __get_str(msg)")
    #expect(string.text(string.record([(8, 4, 16 | 5 << 16)], texts: [(16, "cr3?")])) == "cr3?")
    // Beyond the record: what is there is shown, nothing behind it.
    #expect(string.text(string.record([(8, 4, 16 | 60000 << 16)], texts: [(16, "cr3?")])) == "cr3?")
    #expect(string.text(string.record([(8, 4, 60000 | 60000 << 16), (12, 4, 0)])) == "")
  }

  @Test(arguments: [
    ("\"%d %u %x\", REC->a, REC->a, REC->a", "-1 4294967295 ffffffff"),
    ("\"%lld %llx\", REC->a, REC->a", "-1 ffffffffffffffff"),
    ("\"%5d|%-5d|%05d\", REC->b, REC->b, REC->b", "   42|42   |00042"),
    ("\"%#x %#010x %X\", REC->b, REC->b, REC->b", "0x2a 0x0000002a 2A"),
    ("\"%s\", REC->b > 5 ? \"big\" : \"small\"", "big"),
    ("\"%d\", REC->a < 0 && !(REC->b == 41) || 0", "1"),
    ("\"%d\", (REC->b << 2) + 3 * 2 - 1", "173"),
    ("\"%d %d\", REC->b / 0, REC->b % 0", "0 0"),
    ("\"%d\", 1 ? 2 : 0 ? 3 : 4", "2"),
    ("\"%d\", !1 ? 2 : 0 ? 3 : 4", "4"),
    ("\"%u\", (u8)REC->a", "255"),
    ("\"%d\", (int)(unsigned char)REC->a", "255"),
    ("\"%llu\", ~0xffULL", "18446744073709551360"),
    ("\"%x\", REC->b & ~0xf", "20"),
    ("\"%c%%\", REC->b", "*%"),
    ("\"%x\", REC->list[1]", "2"),
    ("\"%s\", __print_array(REC->list, 2, 2)", "{0x1,0x2}"),
    ("\"%s\", __print_hex(REC->list, 4)", "01 00 02 00"),
    ("\"%s\", __print_hex_str(REC->list, 100)", "01000200"),
    ("\"%s\", __print_flags(REC->b, \"|\", { 2, \"B\" }, { 8, \"D\" })", "B|D|0x20"),
    ("\"%s\", __print_symbolic(REC->b, { (1 << 5) | 10, \"found\" })", "found"),
    ("\"%p\", (void *)REC->b", "0x2a"),
    ("\"%s\", __print_flags(REC->b, \"|\", { ((1UL)) << (NAME), \"N\" })", "0x2a"),
    ("\"a\" \"b\\t%d\", 1", "ab\\t1"),
  ])
  func expressions(print: String, text: String) {
    let one = OneEvent(
      "event", fields: ["int a 8 4 1", "unsigned char b 12 1 0", "u16 list[2] 14 4 0"], print: print
    )
    let record = one.record([(8, 4, .max), (12, 1, 42), (14, 2, 1), (16, 2, 2)])
    #expect(one.text(record) == text)
  }

  /// Formats beyond the parser are shown by their fields.
  @Test(arguments: [
    "\"%d\", REC->missing", "\"%d\"", "\"%pI6c\", REC->a", "\"%99999d\", REC->a",
    "\"%d\", f(REC->a)",
    "\"%d\", REC->a REC->a", "\"%d\", sizeof(struct x)", "no format", "\"%*d\", 3, REC->a",
  ])
  func unusableFormats(print: String) {
    let one = OneEvent("event", fields: ["int a 8 4 1", "unsigned long b 16 8 0"], print: print)
    #expect(one.text(one.record([(8, 4, .max), (16, 8, 255)])) == "a=-1 b=0xff")
  }

  @Test func unknownEventAndShortRecord() {
    let one = OneEvent("kvm_exit", fields: Formats.exitFields)
    #expect(one.text([1, 2, 3, 4], number: 0) == "[UNKNOWN EVENT] 01 02 03 04")
    #expect(one.text([1, 2, 3, 4], number: 99) == "[UNKNOWN EVENT] 01 02 03 04")
    #expect(one.text([7, 0, 0, 0]) == "reason UNKNOWN-ISA (0) rip 0x0 info 0 0")
  }

  @Test func hostileNames() {
    let one = OneEvent(
      "event", fields: ["char comm[16] 8 16 0"], print: "\"%s\", REC->comm")
    #expect(one.text(one.record([(20, 4, 0)], texts: [(8, "\u{1b}]0;x\u{7}")])) == "\\x1b]0;x\\x07")
    #expect(
      one.text(one.record([(20, 4, 0)], texts: [(8, "a\nb\u{202e}é")])) == "a\\nb\\xe2\\x80\\xaeé")
    #expect(one.text(one.record([(8, 4, 0x0041_80c0)])) == "\\xc0\\x80A")
    #expect(SafeText.sanitized("plain") == "plain")
    #expect(SafeText.sanitized([0x41, 0, 0x42]) == "A")
    #expect(SafeText.sanitized("\u{85}") == "\\xc2\\x85")
  }

  @Test func typedFields() {
    let one = OneEvent(
      "event",
      fields: [
        "int a 8 4 1", "u64 b 16 8 0", "char comm[4] 24 4 0", "u8 raw[2] 28 2 0",
        "__data_loc char[] text 32 4 0", "u32 late 40 4 0",
      ])
    let record = one.record(
      [(8, 4, .max), (16, 8, .max), (28, 2, 0x0201), (32, 4, 36 | 3 << 16)],
      texts: [(24, "ab"), (36, "xyz")])
    let fields = one.fields(record)
    #expect(fields.map(\.0) == ["a", "b", "comm", "raw", "text", "late"])
    #expect(
      fields.map(\.1) == [
        .signed(-1), .unsigned(.max), .text("ab"), .bytes([1, 2]), .text("xyz"), .missing,
      ])
  }

  @Test func randomRecords() {
    var random = SeededGenerator(for: "randomRecords")
    let events = [
      OneEvent("kvm_exit", fields: Formats.exitFields),
      OneEvent("kvm_nested_vmexit", fields: Formats.exitFields, print: PrintFormats.exit),
      OneEvent(
        "event", fields: ["__data_loc char[] s 8 4 0", "__rel_loc u8[] r 12 4 0", "u32 n 16 4 0"],
        print: "\"%s %s %d\", __get_str(s), __print_hex(__get_rel_dynamic_array(r), REC->n), "
          + "__get_dynamic_array_len(s)"),
      OneEvent("kernel_stack", system: "ftrace", fields: ["unsigned long caller[8] 16 64 0"]),
    ]
    for _ in 0..<2000 {
      let record = (0..<Int.random(in: 0...96, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      for event in events {
        let text = event.text(record)
        #expect(text.utf8.count < 2000)
        #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
        _ = event.fields(record)
      }
    }
  }
}
