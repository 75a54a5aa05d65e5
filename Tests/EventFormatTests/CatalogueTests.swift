import EventFormat
import KVMEvents
import Testing
import TraceBytes
import TraceTestSupport

@Suite struct CatalogueTests {
  @Test func exitOfLinux510() throws {
    let one = OneEvent("kvm_exit", fields: Formats.exitFields)
    let event = try #require(one.catalogue.event(named: "kvm_exit"))
    #expect(event.id == 7)
    #expect(event.fields.map(\.name).last == "vcpu_id")
    let descriptor = one.catalogue.descriptors[one.catalogue.number(of: 7)]
    #expect(descriptor.kind == .exit)
    #expect(descriptor.minimumLength == 60)
    let record = one.record([
      (8, 4, 0x8000_0021), (16, 8, 0x1234), (24, 4, 1), (32, 8, 5), (40, 8, 6), (48, 4, 7),
      (56, 4, 3),
    ])
    let held = HeldBytes(record)
    let fields = ReadFields(held, descriptor, isBigEndian: false)
    #expect(fields.integer(ExitField.reason) == 0x8000_0021)
    #expect(fields.integer(ExitField.vcpu) == 3)
    #expect(fields.integer(ExitField.info2) == 6)
    #expect(fields.has(ExitField.errorCode))
  }

  /// Up to 5.9 the exit had no vCPU, and the newest kernels give SVM's codes 64 bits.
  @Test(arguments: [4, 8])
  func exitWithoutVCPU(size: Int) {
    let one = OneEvent(
      "kvm_exit",
      fields: ["u64 exit_reason 8 \(size) 0", "unsigned long guest_rip 16 8 0", "u32 isa 24 4 0"])
    let descriptor = one.catalogue.descriptors[1]
    let record = one.record([(8, size, .max), (16, 8, 0x10), (24, 4, 2)])
    let held = HeldBytes(record)
    let fields = ReadFields(held, descriptor, isBigEndian: false)
    #expect(!fields.has(ExitField.vcpu))
    let code = ExitCode(raw: fields.integer(ExitField.reason), isa: .svm)
    #expect(ExitReasonTable.name(of: code) == "invalid_guest_state")
    #expect(one.text(record) == "reason EXIT_ERR rip 0x10")
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

  @Test func signedFieldsAndBigEndian() {
    for order in [ByteOrder.little, .big] {
      let one = OneEvent(
        "kvm_userspace_exit", fields: ["__u32 reason 8 4 0", "int errno 12 4 1"], order: order)
      let descriptor = one.catalogue.descriptors[1]
      let held = HeldBytes(one.record([(8, 4, 2), (12, 4, UInt64(bitPattern: -4))]))
      let fields = ReadFields(held, descriptor, isBigEndian: order == .big)
      #expect(Int64(bitPattern: fields.integer(UserspaceExitField.errno)) == -4)
      #expect(fields.integer(UserspaceExitField.reason) == 2)
    }
  }

  @Test func aBrokenPrintFormatCostsNoField() {
    let one = OneEvent(
      "kvm_fpu", fields: ["u32 load 8 4 0"], print: "\"%d\", nonsense(((REC->load")
    #expect(one.catalogue.problems.isEmpty)
    #expect(one.catalogue.descriptors[1].kind == .fpu)
    #expect(one.text(one.record([(8, 4, 1)])) == "load=1")
  }

  @Test func theFirstOfTwoTextsCounts() {
    let sources = [
      FormatSource(system: "kvm", text: Formats.text("kvm_fpu", id: 9, fields: ["u32 load 8 4 0"])),
      FormatSource(system: "kvm", text: Formats.text("kvm_pio", id: 9, fields: ["u32 rw 8 4 0"])),
    ]
    let catalogue = EventCatalogue(sources, longSize: 8, isBigEndian: false)
    #expect(catalogue.events.map(\.name) == ["unknown", "kvm_fpu"])
    #expect(catalogue.problems.count == 1)
  }

  /// What made libtraceevent crash, hang, or would: each text costs at most itself.
  @Test(arguments: [
    "", "\n", "name:", "name: a\n", "name: a\nID: 1\n", "name: a\nID: 1\nformat:\n\tfield:int a[",
    "name: a\nID: 1\nformat:\n\tfield:int a[1;\toffset:8;\tsize:4;\tsigned:0;\n",
    "name: a\nID: 1\nformat:\n\tfield:int __attribute__((user",
    "name: a\nID: 99999999999999999999\nformat:\n", "name: a b\nID: 1\nformat:\n",
    "name: \"\nID: 1\nformat:\n", "name: a\u{1b}[2J\nID: 1\nformat:\n",
    "name: a\nID: 1\nformat:\n\tfield:int a;\toffset:99999999999;\tsize:4;\tsigned:0;\n",
    "name: a\nID: 1\nformat:\n\tfield:int \"a;\toffset:8;\tsize:4;\tsigned:0;\n",
    "name: a\nID: 1\nformat:\n\tfield:;\toffset:8;\tsize:4;\tsigned:0;\n",
    "name: a\nID: 1\nformat:\n\tfield:a;\toffset:8;\tsize:4;\tsigned:0;\n",
  ])
  func brokenTexts(text: String) {
    let good = FormatSource(
      system: "kvm", text: Formats.text("kvm_fpu", id: 9, fields: ["u32 load 8 4 0"]))
    let bad = FormatSource(system: "kvm", text: Array(text.utf8))
    let catalogue = EventCatalogue([bad, good], longSize: 8, isBigEndian: false)
    #expect(catalogue.event(named: "kvm_fpu") != nil)
    #expect(catalogue.events.allSatisfy { $0.fields.allSatisfy { $0.offset < 10_000_000 } })
  }

  @Test func mutatedTexts() {
    var random = SeededGenerator(for: "mutatedTexts")
    let text = Formats.text("kvm_exit", id: 7, fields: Formats.exitFields, print: PrintFormats.exit)
    let alphabet = Array("[](){};:\"\n\t *,0159aRf\\?%".utf8)
    for _ in 0..<400 {
      var mutated = text
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let at = Int.random(in: 0..<mutated.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: mutated[at] = alphabet.randomElement(using: &random) ?? 0
        case 1: mutated.removeSubrange(at..<min(mutated.count, at + 7))
        case 2: mutated.insert(alphabet.randomElement(using: &random) ?? 0, at: at)
        default: mutated.removeSubrange(at...)
        }
        if mutated.isEmpty { break }
      }
      let one = OneEvent(text: mutated)
      let record = (0..<64).map { _ in UInt8.random(in: 0...255, using: &random) }
      let number = min(1, one.catalogue.events.count - 1)
      #expect(one.text(record, number: number).utf8.allSatisfy { $0 >= 0x20 })
    }
  }

  /// Time and memory for a text of a megabyte stay small, whatever is in it.
  @Test(arguments: ["(", "!", "REC->a+", "a ", "\"a\" ", "1?1:", "{", "-", "[", "*"])
  func hugeTexts(piece: String) {
    let huge = String(repeating: piece, count: 200_000)
    let one = OneEvent("kvm_fpu", fields: ["u32 load 8 4 0"], print: "\"%d\", \(huge)")
    #expect(one.text(one.record([(8, 4, 1)])) == "load=1")
    let declared = Array(
      "name: a\nID: 1\nformat:\n\tfield:int \(huge) x;\toffset:8;\tsize:4;\n".utf8)
    #expect(OneEvent(text: declared).catalogue.events.count <= 2)
  }
}
