import EventFormat
import KVMEvents
import Testing
import TraceTestSupport

/// Texts that no kernel wrote: they may cost what they declare, never the process.
@Suite struct HostileFormatTests {
  /// Each of these ends the process when libtraceevent 1.7.1 is given it as it is.
  @Test(
    arguments: [
      // Reads through a null pointer: the text ends behind the bracket.
      "\tfield:char a[",
      // The same: the type begins with an attribute.
      "\tfield:__attribute__((user)) a;\toffset:8;\tsize:1;\tsigned:0;\n",
      // Frees a token twice.
      "\nprint fmt: \"%d\", sizeof(REC->a\n",
      // Recurses without a bound.
      "\nprint fmt: \"%d\", " + String(repeating: "(", count: 400_000),
    ])
  func libtraceeventDoesNotSeeIt(tail: String) throws {
    let head = "name: kvm_fpu\nID: 4\nformat:\n\(FormatTexts.common)\n"
    let field = "\tfield:u32 load;\toffset:8;\tsize:4;\tsigned:0;\n"
    let catalogue = FormatTexts.catalogue(Array((head + field + tail).utf8))
    let number = catalogue.number(of: 4)
    #expect(catalogue.descriptors[number].kind == .fpu)
    #expect(catalogue.descriptors[number].fields[FPUField.load].offset == 8)
    #expect(catalogue.events[number].fields.map(\.name) == ["load"])
    #expect(catalogue.problems.isEmpty == tail.hasPrefix("\nprint"))
  }

  @Test(
    arguments: [
      "int", "int ", "", "*", "int *", "int a b[3] c d", "int a[3][4]", "int a[", "int a]", "a[3]",
      "int (*f)(void)", "int a\u{0}", "int ä", "int \"a\"", "[3] a", "int a.b", "int a-b",
      "__attribute__ a", "int __attribute__((user a", "int __attribute__) a", "int a[']']",
    ])
  func noDeclaration(declaration: String) {
    let catalogue = FormatTexts.catalogue(
      FormatTexts.text("e", id: 3, [(declaration, 8, 4, false), ("int good", 12, 4, true)]))
    #expect(catalogue.event(named: "e")?.fields.map(\.name) == ["good"])
    #expect(catalogue.problems.count == 1)
    #expect(catalogue.problems.first?.what == "1 lines are no fields, line 9 first")
  }

  @Test(
    arguments: [
      "offset:-1;\tsize:4;\tsigned:1;", "offset:65533;\tsize:4;\tsigned:1;",
      "offset:99999999999999999999;\tsize:4;\tsigned:1;", "offset:8;\tsize:65535;\tsigned:1;",
      "offset:8;\tsize:;\tsigned:1;", "offset:8;\tsize:0x4;\tsigned:1;",
      "size:4;\toffset:8;\tsigned:1;",
      "offset:8;\tsize:4;\tsigned:1", "offset:8;\tsize:4;\tsigned:1;;", "offset:8;\tsize:4",
      "offset:8;", "",
    ])
  func noPlace(place: String) {
    let text =
      "name: e\nID: 3\nformat:\n\(FormatTexts.common)\n\tfield:int a;\t\(place)\n\nprint fmt: \"\"\n"
    let catalogue = FormatTexts.catalogue(Array(text.utf8))
    #expect(catalogue.event(named: "e")?.fields.isEmpty == true)
    #expect(catalogue.problems.count == 1)
  }

  @Test(
    arguments: [
      ("", "without a name"), ("\n\n\n", "without a name"),
      ("name:\nID: 1\nformat:\n", "without a name"),
      ("name: a b\nID: 1\nformat:\n", "without a name"),
      ("name: e\nID: -1\nformat:\n", "without an id"),
      ("name: e\nID: 65536\nformat:\n", "without an id"),
      ("name: e\nID: \nformat:\n", "without an id"),
      ("name: e\nformat:\n", "without an id"), ("name: e\nID: 1\n", "without fields"),
      ("name: e\nID: 1\nfield", "without fields"), ("\u{0}", "without a name"),
    ])
  func noFormatText(text: String, reason: String) {
    let catalogue = FormatTexts.catalogue(Array(text.utf8), FormatTexts.newExit)
    #expect(catalogue.events.map(\.name) == ["unknown", "kvm_exit"])
    #expect(catalogue.problems.count == 1)
    #expect(catalogue.problems.first?.what.contains(reason) == true)
    #expect(catalogue.problems.first?.event == "kvm")
  }

  /// A field that the timeline cannot do without: its event is not interpreted, and that is said.
  @Test func missingField() {
    let damaged = String(decoding: FormatTexts.newExit, as: UTF8.self)
      .replacing("int exit_reason", with: "int exit_reaspn")
    let catalogue = FormatTexts.catalogue(Array(damaged.utf8))
    #expect(!catalogue.records(.exit))
    #expect(catalogue.records(named: "kvm_exit"))
    #expect(catalogue.descriptors[catalogue.number(of: 701)].kind == .other)
    #expect(catalogue.problems.map(\.what) == ["exit_reason is not declared"])
    #expect(catalogue.problems.map(\.costsEvents) == [true])
    let optional = String(decoding: FormatTexts.newExit, as: UTF8.self)
      .replacing("u32 intr_info", with: "u32 intr_inof")
    #expect(FormatTexts.catalogue(Array(optional.utf8)).records(.exit))
  }

  @Test func namesOfSystemsAreSafeToPrint() {
    let catalogue = EventCatalogue(
      [FormatSource(system: "a\u{1b}[2J", text: [])], longSize: 8, isBigEndian: false)
    #expect(catalogue.problems.map(\.event) == ["a\\x1b[2J"])
    #expect(catalogue.problems.map(\.costsEvents) == [false])
  }

  @Test func tooManyFieldsAndTooLongLines() {
    let many = (0..<2000).map { ("int f\($0)", 8, 4, true) }
    let long = String(repeating: "x", count: 5000)
    let catalogue = FormatTexts.catalogue(
      FormatTexts.text("many", id: 1, many),
      FormatTexts.text("long", id: 2, [("int \(long)", 8, 4, true)]))
    #expect(catalogue.event(named: "many")?.fields.count == 508)
    #expect(catalogue.event(named: "long")?.fields.isEmpty == true)
    #expect(catalogue.problems.map(\.event) == ["many", "long"])
  }

  @Test func moreEventsThanThereAreIds() {
    let texts = (0..<3000).map {
      FormatSource(system: "kvm", text: FormatTexts.text("e\($0)", id: $0 % 1500 + 1, []))
    }
    let catalogue = EventCatalogue(texts, longSize: 8, isBigEndian: false)
    #expect(catalogue.events.count == 1501)
    #expect(catalogue.problems.count == 1500)
  }

  @Test(arguments: [0, -1, 4, 8, 16, Int.max])
  func anySizeOfLong(size: Int) {
    let catalogue = EventCatalogue(
      [FormatSource(system: "kvm", text: FormatTexts.newExit)], longSize: size, isBigEndian: false)
    #expect(catalogue.records(.exit))
  }

  /// A text cut anywhere keeps the fields that are complete, in order.
  @Test func cutAnywhere() {
    let whole = FormatTexts.text(
      "kvm_exit", id: 7,
      [
        ("unsigned int exit_reason", 8, 4, false), ("char a[16]", 12, 16, true),
        ("__data_loc char[] b", 28, 4, true),
      ], print: "\"%u %s %s\", REC->exit_reason, REC->a, __get_str(b)")
    let names = ["exit_reason", "a", "b"]
    var last = 0
    for count in 0...whole.count {
      let catalogue = FormatTexts.catalogue(Array(whole.prefix(count)))
      #expect(catalogue.events.count == 2 || catalogue.problems.count == 1, "cut at \(count)")
      guard catalogue.events.count == 2 else { continue }
      let fields = catalogue.events[1].fields
      let found = fields.map(\.name)
      #expect(fields.map(\.isSigned) == Array([false, true, true].prefix(found.count)))
      #expect(found == Array(names.prefix(found.count)), "cut at \(count)")
      #expect(found.count >= last)
      last = found.count
    }
    #expect(last == 3)
  }

  /// Whatever bits flip, no field lies outside of a record, and the process lives.
  @Test func flippedBits() {
    var generator = SeededGenerator(for: "flippedBits")
    let seeds = [
      FormatTexts.newExit,
      FormatTexts.text(
        "e", id: 9,
        [
          ("char a[16]", 8, 16, true), ("__data_loc char[] b", 24, 4, true),
          ("struct s * p", 32, 8, false),
        ],
        print: "\"%s %s\", REC->a, __print_symbolic(REC->b, { 0x1, \"A\" }, { 2, \"B\" })"),
    ]
    for _ in 0..<4000 {
      var text = seeds[Int.random(in: 0..<seeds.count, using: &generator)]
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        let index = text.indices.randomElement(using: &generator) ?? 0
        text[index] = UInt8.random(in: 0...255, using: &generator)
      }
      let catalogue = FormatTexts.catalogue(text)
      for event in catalogue.events {
        for field in event.fields {
          #expect(field.offset >= 0 && field.size >= 0 && field.offset + field.size <= 65535)
          #expect(!field.name.isEmpty && !field.type.isEmpty)
        }
      }
      for descriptor in catalogue.descriptors { #expect(descriptor.minimumLength <= 65535) }
    }
  }
}
