import EventFormat
import KVMEvents
import Testing
import TraceBytes
import TraceContainer
import TraceTestSupport

/// The format texts of recorded kernels.
@Suite struct RecordedFormatTests {
  static func sources(_ name: String) throws -> [FormatSource] {
    let file = try TraceDatFile.open(MappedFile(path: Fixture.path(name)))
    return file.formats.map { FormatSource(system: $0.system, text: $0.text) }
  }

  @Test(arguments: Fixture.traceDatNames)
  func everyFieldIsTaken(name: String) throws {
    let sources = try Self.sources(name)
    let catalogue = EventCatalogue(sources, longSize: 8, isBigEndian: false)
    #expect(catalogue.problems.isEmpty)
    #expect(catalogue.events.count == sources.count + 1)
    #expect(catalogue.commonPID.offset == 4)
    for source in sources {
      let lines = String(decoding: source.text, as: UTF8.self).split(separator: "\n")
      let id = try #require(
        lines.lazy.compactMap { $0.hasPrefix("ID: ") ? UInt16($0.dropFirst(4)) : nil }.first)
      let event = catalogue.events[catalogue.number(of: id)]
      #expect(event.system == source.system)
      // The text's own words, read in another way than the catalogue does.
      let declared = lines.filter { $0.hasPrefix("\tfield:") && !$0.contains(" common_") }
      #expect(event.fields.count == declared.count, "\(event.name)")
      for (field, line) in zip(event.fields, declared) {
        #expect(
          line.hasSuffix(
            ";\toffset:\(field.offset);\tsize:\(field.size);\tsigned:\(field.isSigned ? 1 : 0);"),
          "\(line)")
        let declaration = line.prefix { $0 != ";" }
        let isNamed =
          declaration.hasSuffix(" " + field.name) || declaration.contains(" " + field.name + "[")
        #expect(isNamed, "\(line)")
      }
    }
  }

  /// KVM's own list of names in the `print fmt` of `kvm_exit` is the table's.
  @Test(arguments: Fixture.traceDatNames)
  func exitReasonsAreSpelledAsTheKernelDoes(name: String) throws {
    for source in try Self.sources(name) where source.system == "kvm" {
      let text = String(decoding: source.text, as: UTF8.self)
      guard text.hasPrefix("name: kvm_exit\n") || text.hasPrefix("name: kvm_nested_vmexit\n") else {
        continue
      }
      // One list for each instruction set, VMX first.
      let lists = text.split(separator: "__print_symbolic(").dropFirst()
      #expect(!lists.isEmpty)
      for list in lists.map({ $0.split(separator: "__print_flags(")[0] }) {
        var names: [(UInt64, String)] = []
        for pair in list.split(separator: "{").dropFirst() {
          let parts = pair.prefix { $0 != "}" }.split(separator: ",", maxSplits: 1)
          guard parts.count == 2, let code = Self.number(parts[0]) else { continue }
          names.append((code, String(parts[1].filter { $0 != "\"" }.drop { $0 == " " })))
        }
        let isa: ISA = names.contains { $0.1.hasPrefix("EPT_") } ? .vmx : .svm
        try #require(names.count > 40)
        for (raw, spelled) in names {
          let found = ExitReasonTable.name(of: ExitCode(raw: raw, isa: isa)).trimmingBlanks
          let code = ExitReasonTable.code(named: spelled, isa: isa)?.code
          #expect(code == ExitCode(raw: raw, isa: isa).code, "\(spelled) \(raw)")
          #expect(found == spelled.trimmingBlanks || Self.respelled[spelled] == found, "\(raw)")
        }
      }
    }
  }

  /// Older kernels' names, and what newer ones say.
  static let respelled = ["PENDING_INTERRUPT": "INTERRUPT_WINDOW"]

  private static func number(_ text: Substring) -> UInt64? {
    let digits = text.filter { $0 != " " }
    if digits.hasPrefix("-") { return Int64(digits).map { UInt64(bitPattern: $0) } }
    return digits.hasPrefix("0x") ? UInt64(digits.dropFirst(2), radix: 16) : UInt64(digits)
  }
}

extension String {
  fileprivate var trimmingBlanks: String {
    String(self.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
