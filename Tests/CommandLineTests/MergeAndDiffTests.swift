import Foundation
import Testing
import TraceTestSupport

/// `summary --save`, `merge` and `diff` on real recordings.
@Suite struct MergeAndDiffTests {
  private static let old = "fixtures/trace-dat/vmx-5.10/vmx_invalid_nested_guest_state.dat"

  private func run(_ arguments: String..., code: Int32 = 0) throws -> String {
    let outcome = try Tool.run(arguments)
    #expect(outcome.code == code, "\(arguments): \(outcome.errors)")
    return outcome.output
  }

  @Test func whatIsSavedIsTheDocument() throws {
    try Tool.withDirectory { directory in
      let file = directory.appendingPathComponent("s.json")
      let table = try run("summary", Recording.bug)
      #expect(try run("summary", "--save", file.path, Recording.bug) == table)
      let saved = try String(contentsOf: file, encoding: .utf8)
      #expect(try saved == run("summary", "--format", "json", Recording.bug))
      // A trace and what was saved of it are the same to `merge`.
      #expect(try run("merge", file.path) == run("merge", Recording.bug))
    }
  }

  /// Ticks have no rate, and no percentile that can be compared with one in nanoseconds; counts and shares have.
  @Test func ticksAreComparedAsFarAsTheyGo() throws {
    let two = "fixtures/trace-dat/svm-6.1/nested_mix-2v-full-clock-mono.dat"
    let same = try Tool.run(["diff", "--fail-above", "count=10%", Recording.ticks, Recording.ticks])
    #expect(same.code == 0)
    #expect(same.output.contains("vmrun"))
    let grown = try Tool.run([
      "diff", "--format", "csv", "--fail-above", "count=10%", Recording.ticks, two,
    ])
    #expect(grown.code == 1)
    let rows = grown.output.split(separator: "\n").filter { $0.contains("vmrun") }
    #expect(rows.contains { $0.contains("count") })
    #expect(!rows.contains { $0.contains("p50") || $0.contains("rate") })
  }

  @Test func neitherOrderNorGroupingMatters() throws {
    try Tool.withDirectory { directory in
      let traces = [
        Recording.bug, Recording.control, Recording.ticks, Self.old, Recording.incomplete,
      ]
      let whole = try run("merge", traces[0], traces[1], traces[2], traces[3], traces[4])
      #expect(try run("merge", traces[4], traces[2], traces[0], traces[3], traces[1]) == whole)
      func part(_ name: String, _ inputs: String...) throws -> String {
        let path = directory.appendingPathComponent(name).path
        #expect(try Tool.run(["merge", "-o", path] + inputs).code == 0)
        return path
      }
      let first = try part("1", traces[3], traces[1])
      let second = try part("2", traces[2], traces[0])
      let third = try part("3", traces[4], second)
      #expect(try run("merge", third, first) == whole)
      let validator = try SchemaValidator(Repository.text(of: "schemas/summary-v1.schema.json"))
      #expect(try validator.problems(of: whole) == [])
      // The sum is that of the parts.
      let document = try JSONParser.parse(whole)
      let summaries = try traces.map {
        try JSONParser.parse(run("summary", "--format", "json", $0))
      }
      func sum(_ document: JSONValue, _ key: String) -> Int {
        (document["vcpus"]?.elements ?? []).reduce(0) { $0 + ($1[key]?.integer ?? 0) }
      }
      for key in ["exits", "entries", "l2_exits", "l2_exits_reflected", "round_trip_exits"] {
        #expect(sum(document, key) == summaries.reduce(0) { $0 + sum($1, key) }, "\(key)")
      }
      let findings = summaries.reduce(0) {
        $0 + ($1["findings_by_severity"]?["error"]?.integer ?? 0)
      }
      #expect(document["findings_by_severity"]?["error"]?.integer == findings)
      #expect(document["verdict"]?.text == "fail")
    }
  }

  @Test func whatIsNoSummaryIsNamed() throws {
    try Tool.withDirectory { directory in
      let file = directory.appendingPathComponent("s.json")
      for text in [
        "{", "{}", "{\"schema\": \"kvmscope/findings/v1\"}",
        "{\"schema\": \"kvmscope/summary/v1\"}",
      ] {
        try text.write(to: file, atomically: true, encoding: .utf8)
        let outcome = try Tool.run(["merge", file.path])
        #expect(outcome.code == 65 && outcome.output.isEmpty && outcome.errors.contains("s.json"))
      }
      let outcome = try Tool.run(["merge", "no/such/file", Recording.bug])
      #expect(outcome.code == 66 && outcome.output.contains("no/such/file"))
      // Bytes that were flipped end in an error or in a sum, never otherwise.
      let sound = Array(try run("summary", "--format", "json", Recording.control).utf8)
      var random = SeededGenerator(seed: 5)
      for _ in 0..<20 {
        var bytes = sound
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
        try Data(bytes).write(to: file)
        #expect(try [0, 65].contains(Tool.run(["merge", file.path]).code))
      }
    }
  }

  @Test func aTraceDoesNotDifferFromItself() throws {
    let json = try run(
      "diff", "--format", "json", "--fail-above", "p99=0,count=0,rate=0", Recording.bug,
      Recording.bug)
    let validator = try SchemaValidator(Repository.text(of: "schemas/diff-v1.schema.json"))
    #expect(try validator.problems(of: json) == [])
    let changes = try JSONParser.parse(json)["changes"]?.elements ?? []
    #expect(changes.count > 10)
    for number in changes.flatMap({ $0["numbers"]?.elements ?? [] }) {
      #expect(number["significant"] == .bool(false))
    }
  }

  @Test func aNewErrorIsARegressionAndAnOldOneIsNot() throws {
    _ = try run("diff", Recording.control, Recording.bug, code: 1)
    _ = try run("diff", Recording.bug, Recording.control)
    _ = try run("diff", Recording.bug, Recording.bug)
    _ = try run("diff", Recording.control, "README.md", code: 65)
    _ = try run("diff", "--fail-above", "p98=1%", Recording.bug, Recording.bug, code: 64)
    _ = try run("diff", "--fail-above", "p99=20%,p99=30%", Recording.bug, Recording.bug, code: 64)
    _ = try run("diff", Recording.bug, code: 64)
  }

  @Test func aPartIsComparedWithAPart() throws {
    let traces = (
      "fixtures/trace-dat/svm-5.10/svm_vmcall_test.dat",
      "fixtures/trace-dat/svm-5.10/svm_nested_shutdown_test.dat"
    )
    func changes(_ options: String...) throws -> JSONValue? {
      let outcome = try Tool.run(["diff", "--format", "json"] + options + [traces.0, traces.1])
      #expect([0, 1].contains(outcome.code), "\(outcome.errors)")
      return try JSONParser.parse(outcome.output)["changes"]
    }
    let whole = try changes()
    #expect(whole?.elements.isEmpty == false)
    #expect(try changes("--vcpu", "0-7") == whole)
    #expect(try changes("--vcpu", "7")?.elements.isEmpty == true)
    #expect(try changes("--pid", "1")?.elements.isEmpty == true)
    #expect(try changes("--end", "1")?.elements.isEmpty == true)
    #expect(try changes("-e", "sched_switch")?.elements.isEmpty == true)
    // Moved away from the window, and moved with it.
    #expect(try changes("--ts-offset=1000", "--ts-offset=1000", "--end", "1000") != whole)
    #expect(try changes("--ts-offset=1000", "--ts-offset=1000", "--begin", "1000") == whole)
  }

  @Test func nothingIsSelectedOfASavedSummary() throws {
    try Tool.withDirectory { directory in
      let saved = directory.appendingPathComponent("s.json").path
      _ = try run("summary", "--save", saved, Recording.control)
      for option in ["--begin=5", "--vcpu=0", "--cpu=0", "--ts-offset=5", "--event=kvm_exit"] {
        for inputs in [[saved, Recording.control], [Recording.control, saved]] {
          let outcome = try Tool.run(["diff", option] + inputs)
          #expect(outcome.code == 64 && outcome.output.isEmpty)
          #expect(outcome.errors.contains("\(saved) is a saved summary"), "\(outcome.errors)")
        }
      }
      _ = try run("diff", saved, Recording.control)
      let outcome = try Tool.run(
        ["diff"] + Array(repeating: "--ts-offset=1", count: 3) + [saved, saved])
      #expect(outcome.code == 64)
    }
  }

  /// A shutdown that L1 does not intercept is legal: the check says so in a note, which is no regression.
  @Test func howBadAFindingIsSaysTheFinding() throws {
    let traces = ["svm_vmcall_test", "svm_nested_shutdown_test"].map {
      Fixture.path("trace-dat/svm-5.10/\($0).dat")
    }
    let plain = try run("diff", "--format", "json", traces[0], traces[1])
    #expect(plain.contains("triple-fault-escaped"))
    try Tool.withDirectory { directory in
      let saved = try traces.enumerated().map { number, trace in
        let path = directory.appendingPathComponent("\(number).json").path
        _ = try run("summary", "--format", "json", "--save", path, trace)
        return path
      }
      let again = try run("diff", "--format", "json", saved[0], saved[1])
      func rows(_ text: String) throws -> String {
        try String(#require(text.firstRange(of: "\"findings\"").map { text[$0.lowerBound...] }))
      }
      #expect(try rows(plain) == rows(again))
      let merged = try JSONParser.parse(run("merge", saved[1], saved[0]))
      #expect(merged["worst_severity"]?["triple-fault-escaped"]?.text == "note")
    }
  }

  @Test(arguments: ["table", "csv", "json", "markdown"])
  func everyFormatNamesWhatIsNew(format: String) throws {
    let output = try run("diff", "--format", format, Recording.control, Recording.bug, code: 1)
    #expect(output.contains("l2-emulation"))
    #expect(
      output.contains(
        format == "markdown" ? "invalid\\_l2-mode2" : format == "csv" ? "exit," : "invalid_l2-mode2"
      ))
  }
}
