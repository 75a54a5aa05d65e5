import EventFormat
import KVMEvents
import Testing
import TraceBytes
import TraceTestSupport

/// What the catalogue makes of the layouts that kernels have had.
@Suite struct EventCatalogueTests {
  /// A record whose byte at position n is n, so that a value tells where it was read.
  static let counting = HeldBytes((0..<96).map { UInt8($0) })

  @Test func exitWithoutVCPU() throws {
    let catalogue = FormatTexts.catalogue(FormatTexts.oldExit)
    #expect(catalogue.problems.isEmpty)
    let number = catalogue.number(of: 700)
    let descriptor = catalogue.descriptors[number]
    #expect(descriptor.kind == .exit)
    #expect(descriptor.minimumLength == 48)
    let fields = SlotReader(Self.counting, at: 0, descriptor, isBigEndian: false)
    #expect(!fields.has(ExitField.vcpu))
    #expect(fields.integer(ExitField.vcpu) == 0)
    #expect(!fields.has(ExitField.interruptInfo))
    #expect(fields.integer(ExitField.reason) == 0x0b0a_0908)
    #expect(fields.integer(ExitField.rip) == 0x1716_1514_1312_1110)
    #expect(fields.integer(ExitField.isa) == 0x1b1a_1918)
  }

  @Test func exitWithVCPU() throws {
    let catalogue = FormatTexts.catalogue(FormatTexts.newExit)
    let descriptor = catalogue.descriptors[catalogue.number(of: 701)]
    #expect(descriptor.minimumLength == 60)
    let fields = SlotReader(Self.counting, at: 4, descriptor, isBigEndian: false)
    #expect(fields.has(ExitField.vcpu))
    #expect(fields.integer(ExitField.vcpu) == 0x3f3e_3d3c)
    #expect(fields.integer(ExitField.errorCode) == 0x3b3a_3938)
  }

  /// SVM's exit code has had 32 and 64 bits; -1 is the same reason in both.
  @Test(arguments: [("u32 exit_code", 4), ("u64 exit_code", 8)])
  func exitCodeOfAnyWidth(declaration: String, size: Int) {
    let catalogue = FormatTexts.catalogue(
      FormatTexts.text("kvm_nested_vmexit", id: 9, [(declaration, 8, size, false)]))
    let descriptor = catalogue.descriptors[catalogue.number(of: 9)]
    #expect(descriptor.kind == .nestedExit)
    let record = HeldBytes([UInt8](repeating: 0xff, count: 16))
    let fields = SlotReader(record, at: 0, descriptor, isBigEndian: false)
    let code = ExitCode(raw: fields.integer(ExitField.reason), isa: .svm)
    #expect(ExitReasonTable.name(of: code) == "invalid_guest_state")
  }

  /// The event's message has been a pointer and a string; neither may cost the vCPU.
  @Test(arguments: [("const char * msg", 8), ("__data_loc char[] msg", 4), ("char msg[16]", 16)])
  func messageOfAnyType(declaration: String, size: Int) throws {
    let catalogue = FormatTexts.catalogue(
      FormatTexts.text(
        "kvm_pml_full", id: 9,
        [(declaration, 8, size, false), ("unsigned int vcpu_id", 24, 4, false)]))
    #expect(catalogue.problems.isEmpty)
    let number = catalogue.number(of: 9)
    #expect(catalogue.descriptors[number].fields[MentionField.vcpu].offset == 24)
    let field = try #require(catalogue.events[number].fields.first)
    #expect(field.name == "msg")
    #expect(field.isDynamic == declaration.hasPrefix("__data_loc"))
    #expect(field.isString == (size != 8))
    #expect(field.offset == 8)
    #expect(field.size == size)
  }

  @Test(
    arguments: [
      ("int x", "x", "int"), ("unsigned long long  x", "x", "unsigned long long"),
      ("struct kvm_vcpu * vcpu", "vcpu", "struct kvm_vcpu *"),
      ("char comm[16]", "comm", "char[16]"),
      ("u8 insn[(15 * 1)]", "insn", "u8[(15*1)]"),
      ("__rel_loc u32[] list", "list", "__rel_loc u32[]"),
      ("__data_loc cpumask_t *[] mask", "mask", "__data_loc cpumask_t *[]"),
      ("const char __attribute__((user)) * path", "path", "const char *"),
      ("__data_loc name", "name", "__data_loc"),
    ])
  func declarations(declaration: String, name: String, type: String) throws {
    let catalogue = FormatTexts.catalogue(
      FormatTexts.text("e", id: 3, [(declaration, 8, 4, false)]))
    #expect(catalogue.problems.isEmpty)
    let field = try #require(catalogue.event(named: "e")?.fields.first)
    #expect(field.name == name)
    #expect(field.type == type)
  }

  @Test func signIsExtended() {
    let catalogue = FormatTexts.catalogue(
      FormatTexts.text(
        "kvm_userspace_exit", id: 5, [("__u32 reason", 8, 4, false), ("int errno", 12, 4, true)]))
    let record = HeldBytes([UInt8](repeating: 0xff, count: 16))
    let descriptor = catalogue.descriptors[catalogue.number(of: 5)]
    let fields = SlotReader(record, at: 0, descriptor, isBigEndian: false)
    #expect(fields.integer(UserspaceExitField.reason) == 0xffff_ffff)
    #expect(Int64(bitPattern: fields.integer(UserspaceExitField.errno)) == -1)
  }

  @Test func bigEndian() {
    let catalogue = FormatTexts.catalogue(FormatTexts.newExit, isBigEndian: true)
    #expect(catalogue.isBigEndian)
    let descriptor = catalogue.descriptors[catalogue.number(of: 701)]
    let fields = SlotReader(Self.counting, at: 0, descriptor, isBigEndian: true)
    #expect(fields.integer(ExitField.reason) == 0x0809_0a0b)
    #expect(fields.integer(ExitField.rip) == 0x1011_1213_1415_1617)
    #expect(fields.integer(EntryField.vcpu) == 0x3839_3a3b)
  }

  @Test func renamedEvents() {
    let catalogue = FormatTexts.catalogue(
      FormatTexts.text("kvm_nested_vmrun", id: 1, [("__u64 nested_rip", 8, 8, false)]),
      FormatTexts.text("kvm_nested_vmenter", id: 2, [("__u64 nested_rip", 16, 8, false)]),
      FormatTexts.text(
        "kvm_enter_smm", id: 3,
        [("unsigned int vcpu_id", 8, 4, false), ("bool entering", 12, 1, false)]),
      FormatTexts.text(
        "kvm_smm_transition", id: 4,
        [("unsigned int vcpu_id", 8, 4, false), ("bool entering", 12, 1, false)]))
    let kinds = (1...4).map { catalogue.descriptors[catalogue.number(of: UInt16($0))].kind }
    #expect(kinds == [.nestedEntry, .nestedEntry, .smmTransition, .smmTransition])
    #expect(catalogue.records(.nestedEntry))
    #expect(!catalogue.records(.nestedExit))
    #expect(catalogue.records(named: "kvm_enter_smm"))
    #expect(!catalogue.records(named: "kvm_exit"))
  }

  /// The subsystem is part of an event's name: another's `kvm_exit` is not KVM's.
  @Test func systemsAreKeptApart() {
    let catalogue = EventCatalogue(
      [FormatSource(system: "mine", text: FormatTexts.newExit)], longSize: 8, isBigEndian: false)
    #expect(catalogue.descriptors[catalogue.number(of: 701)].kind == .other)
  }

  @Test func unknownIdsAreEventZero() {
    let catalogue = FormatTexts.catalogue(FormatTexts.newExit)
    #expect(catalogue.number(of: 0) == 0)
    #expect(catalogue.number(of: .max) == 0)
    #expect(catalogue.descriptors[0].kind == .other)
    #expect(catalogue.events.count == catalogue.descriptors.count)
  }

  @Test func firstOfTwoWithOneIdCounts() {
    let catalogue = FormatTexts.catalogue(
      FormatTexts.text("first", id: 8, []), FormatTexts.text("second", id: 8, []))
    #expect(catalogue.events[catalogue.number(of: 8)].name == "first")
    #expect(catalogue.problems.map(\.event) == ["second"])
    #expect(catalogue.problems.map(\.what) == ["id 8 is taken already"])
  }

  @Test(
    arguments: [(false, 0x0504, 0x0b0a_0908), (true, 0x0405, 0x0809_0a0b)]
      as [(Bool, UInt16, Int32)])
  func headerOfARecord(isBigEndian: Bool, id: UInt16, thread: Int32) {
    let catalogue = FormatTexts.catalogue(FormatTexts.newExit, isBigEndian: isBigEndian)
    let header = catalogue.header(in: Self.counting.span, at: 4)
    #expect(header == (id, thread))
  }

  /// No kernel has had another header, but the texts could say so.
  @Test func headerThatTheTextsMove() {
    let moved = String(decoding: FormatTexts.newExit, as: UTF8.self)
      .replacing("common_pid;\toffset:4;\tsize:4;", with: "common_pid;\toffset:6;\tsize:2;")
      .replacing("common_type;\toffset:0;", with: "common_type;\toffset:2;")
    let catalogue = FormatTexts.catalogue(Array(moved.utf8))
    #expect(catalogue.header(in: Self.counting.span, at: 0) == (0x0302, 0x0706))
    #expect(catalogue.header(in: HeldBytes([1, 2, 3, 4]).span, at: 0) == (0, 0))
  }

  /// Common fields of a first event that lie where no record need reach are not believed.
  @Test func commonFieldsStayInsideEveryRecord() {
    let moved = String(decoding: FormatTexts.newExit, as: UTF8.self)
      .replacing("common_pid;\toffset:4;", with: "common_pid;\toffset:60000;")
    let catalogue = FormatTexts.catalogue(Array(moved.utf8))
    #expect(catalogue.commonPID.offset == 4)
    #expect(catalogue.commonPID.size == 4)
    #expect(catalogue.commonType.offset == 0)
  }
}

/// Numbers at any place of a record.
@Suite struct FieldLayoutTests {
  @Test(
    arguments: [
      (1, false, false, 0x80), (1, true, false, 0xffff_ffff_ffff_ff80), (2, false, false, 0x8180),
      (2, true, false, 0xffff_ffff_ffff_8180), (4, false, false, 0x8382_8180),
      (4, true, false, 0xffff_ffff_8382_8180), (8, false, false, 0x8786_8584_8382_8180),
      (8, true, false, 0x8786_8584_8382_8180), (1, true, true, 0xffff_ffff_ffff_ff80),
      (2, false, true, 0x8081), (4, true, true, 0xffff_ffff_8081_8283),
      (8, true, true, 0x8081_8283_8485_8687), (0, false, false, 0), (0, true, true, 0),
    ] as [(UInt8, Bool, Bool, UInt64)])
  func reads(size: UInt8, isSigned: Bool, isBigEndian: Bool, value: UInt64) {
    let bytes = HeldBytes([0, 0, 0, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87])
    let layout = FieldLayout(offset: 2, size: size, isSigned: isSigned)
    #expect(layout.read(in: bytes.span, at: 1, isBigEndian: isBigEndian) == value)
    #expect(layout.isPresent == (size > 0))
  }

  @Test func slotsBehindTheLastAreAbsent() {
    var layouts = FieldLayouts()
    for slot in 0..<9 {
      layouts[slot] = FieldLayout(offset: UInt16(slot), size: 4, isSigned: false)
    }
    for slot in 0..<8 { #expect(layouts[slot].offset == UInt16(slot)) }
    #expect(!layouts[8].isPresent)
    #expect(!layouts[-1].isPresent)
  }
}
