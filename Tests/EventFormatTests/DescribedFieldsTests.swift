import EventFormat
import KVMEvents
import Testing
import TraceTestSupport

/// A catalogue that tells only the fields of events that the timeline knows is otherwise the same.
@Suite struct DescribedFieldsTests {
  /// What both catalogues of the same texts must agree on; returns both.
  @discardableResult
  private func compare(_ sources: [FormatSource]) -> (all: EventCatalogue, known: EventCatalogue) {
    let all = EventCatalogue(sources, longSize: 8, isBigEndian: false)
    let known = EventCatalogue(sources, longSize: 8, isBigEndian: false, fields: .ofKnownEvents)
    #expect(known.problems == all.problems)
    #expect(known.events.map(\.id) == all.events.map(\.id))
    #expect(known.events.map(\.system) == all.events.map(\.system))
    #expect(known.events.map(\.name) == all.events.map(\.name))
    #expect(known.descriptors.map { "\($0)" } == all.descriptors.map { "\($0)" })
    #expect("\(known.commonType) \(known.commonPID)" == "\(all.commonType) \(all.commonPID)")
    let names = Set(EventSchema.all.flatMap(\.names))
    for (some, whole) in zip(known.events, all.events) {
      // What libtraceevent could refuse it has been given whole.
      guard !some.fields.isEmpty || names.contains(some.name) else { continue }
      #expect("\(some.fields)" == "\(whole.fields)", "\(some.name)")
    }
    return (all, known)
  }

  @Test(arguments: Fixture.traceDatNames)
  func recordedTexts(name: String) throws {
    let (all, known) = compare(try RecordedFormatTests.sources(name))
    if all.records(named: "kvm_exit") {
      #expect((known.event(named: "kvm_exit")?.fields.count ?? 0) >= 5)
    }
    let mute = zip(all.events, known.events).filter { !$0.0.fields.isEmpty && $0.1.fields.isEmpty }
    #expect(all.events.count < 40 || mute.count > 10)
  }

  /// Of damaged texts the same is said, whoever asks.
  @Test func damagedTexts() throws {
    var generator = SeededGenerator(for: "damagedTexts")
    let sources = try RecordedFormatTests.sources("trace-dat/svm-6.1/midway-2v-full.dat")
    for _ in 0..<60 {
      compare(
        sources.map { source in
          var text = source.text
          let head = text.count / 2
          for _ in 0..<Int.random(in: 0...3, using: &generator) {
            text[Int.random(in: 0..<head, using: &generator)] =
              Bool.random(using: &generator)
              ? UInt8.random(in: 0...255, using: &generator)
              : Array("[]*; \n\t0:_".utf8).randomElement(using: &generator) ?? 0
          }
          return FormatSource(system: source.system, text: text)
        })
    }
  }

  /// Another system's event of a known name has its fields, too: they are looked up by the name alone.
  @Test func knownNameOfAnotherSystem() {
    let (_, known) = compare([FormatSource(system: "mine", text: FormatTexts.newExit)])
    #expect(known.events[1].fields.count == 8)
    #expect(known.descriptors[1].kind == .other)
  }

  /// The common fields are those of the first text, whether its own fields are asked for or not.
  @Test(arguments: ["kvm_exit", "unheard_of"])
  func commonFields(first: String) {
    let moved = FormatTexts.common
      .replacing("common_pid;\toffset:4;\tsize:4;", with: "common_pid;\toffset:6;\tsize:2;")
    let text =
      "name: \(first)\nID: 5\nformat:\n\(moved)\n\tfield:unsigned int exit_reason;\toffset:8;\tsize:4;\tsigned:0;\n"
    let (all, known) = compare(
      [Array(text.utf8), FormatTexts.newExit].map { FormatSource(system: "kvm", text: $0) })
    #expect(all.commonPID.offset == 6)
    #expect(known.commonPID.offset == 6)
  }
}

/// Lines that are copied as they are.
@Suite struct CanonicalLineTests {
  /// Whatever words and numbers such a line has, libtraceevent takes it: it may be left out where nobody asks.
  @Test func areNeverRefused() throws {
    var generator = SeededGenerator(for: "areNeverRefused")
    let words = [
      "field", "special", "offset", "size", "signed", "unsigned", "long", "struct", "const", "u8",
      "char", "__data_loc", "__rel_loc", "__attribute", "__attribute___", "_", "0", "9x", "REC",
      "print", "fmt", "name", "ID", "format", "if", "union", "x", "void", "bool",
    ]
    for round in 0..<300 {
      let fields = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
        var line = (0..<Int.random(in: 2...5, using: &generator))
          .map { _ in words.randomElement(using: &generator) ?? "x" }.joined(separator: " ")
        if Bool.random(using: &generator) {
          line += "[\(Int.random(in: 0...65535, using: &generator))]"
        }
        return (
          line, Int.random(in: 0...300, using: &generator),
          [0, 1, 2, 4, 8, 16, 3].randomElement(
            using: &generator) ?? 0, Bool.random(using: &generator)
        )
      }
      let text = FormatTexts.text("e\(round)", id: round, fields)
      for system in ["kvm", "ftrace"] {
        let catalogue = EventCatalogue(
          [FormatSource(system: system, text: text)], longSize: 8, isBigEndian: false)
        #expect(catalogue.problems.isEmpty, "\(fields)")
        #expect(catalogue.events.last?.fields.count == fields.count, "\(fields)")
      }
    }
  }

  /// A line with one blank more means the same, and is taken apart and written anew.
  @Test(arguments: Fixture.traceDatNames)
  func meanTheSameAsOthers(name: String) throws {
    let sources = try RecordedFormatTests.sources(name)
    let spread = sources.map { source in
      let text = String(decoding: source.text, as: UTF8.self)
        .replacing("\tfield:", with: "\tfield: ").replacing(";\tsize", with: " ;\t size")
      return FormatSource(system: source.system, text: Array(text.utf8))
    }
    let plain = EventCatalogue(sources, longSize: 8, isBigEndian: false)
    let other = EventCatalogue(spread, longSize: 8, isBigEndian: false)
    #expect(other.problems == plain.problems)
    #expect("\(other.events)" == "\(plain.events)")
    #expect("\(other.descriptors)" == "\(plain.descriptors)")
  }
}
