import KVMTimeline
import Testing
import TraceChecks
import TraceTestSupport

@testable import TraceReport

/// JUnit, SARIF, GitHub's commands and TAP, each read by a strict reader.
@Suite struct TestSystemTests {
  /// What a task may call itself, or a path or a message may hold.
  static let hostile =
    "a%b%0A,c=d\n::error::x::\"<q>&]]>#\\{0}[l](1)\u{1b}[2J\u{7}\r\u{202e}\u{2028}\u{fffe}\t…"
  static let shown = Printable.escaped(hostile)

  static func results() -> CheckResults {
    var results = Samples.results()
    results.traces[0].path = "dir/\(hostile)"
    results.findings[0].message = hostile
    results.findings[0].evidence[0].comm = hostile
    results.findings[0].evidence[1].text = hostile
    results.notJudged[0].why = hostile
    results.unreadable = [
      UnreadableTrace(path: hostile, cause: .notATrace, reason: "no \(hostile)")
    ]
    results.cases = results.cases(
      of: ["l2-emulation", "l2-triple-fault", "damaged"], threshold: .error)
    return results
  }

  private func written(
    _ results: CheckResults, _ write: (CheckReport, ByteSink) -> Void
  ) -> String {
    let sink = ByteSink()
    write(CheckReport(results), sink)
    return sink.text
  }

  @Test func theSampleHasEveryOutcome() {
    #expect(Self.results().cases.map(\.outcome) == [.fail, .inconclusive, .pass])
  }

  @Test func junit() throws {
    let root = try XMLReader.parse(written(Self.results()) { $0.writeJUnit(to: $1) })
    #expect(JUnitRules.problems(root) == [])
    let suites = root.all("testsuite")
    #expect(suites.count == 2)
    // A line break is kept in an attribute; what XML cannot hold is written out.
    func readable(_ text: String) -> String {
      text.unicodeScalars.map { scalar in
        scalar == "\n" || !Printable.isUnsafe(scalar) && scalar != "\u{fffe}"
          ? String(scalar) : Printable.code(of: scalar)
      }.joined()
    }
    #expect(suites[0]["name"] == "dir/" + readable(Self.hostile))
    #expect(suites[1]["name"] == readable(Self.hostile))
    let tests = suites[0].all("testcase")
    #expect(tests.map { $0["name"] } == ["l2-emulation", "l2-triple-fault", "damaged"])
    #expect(tests[0].all("failure").first?["message"] == readable(Self.hostile))
    let inText = Self.shown.unicodeScalars.map {
      $0 == "\u{fffe}" ? Printable.code(of: $0) : String($0)
    }.joined()
    #expect(tests[0].all("failure").first?.text.contains(inText) == true)
    #expect(tests[1].all("error").first?["message"] == readable(Self.hostile))
    #expect(suites[1].all("testcase").first?.all("error").count == 1)
  }

  @Test func sarif() throws {
    let text = written(Self.results()) { $0.writeSARIF(to: $1) }
    let problems = try SARIFRules.problems(text)
    #expect(problems == [])
    let run = try #require(JSONParser.parse(text)["runs"]?[0])
    let results = run["results"]?.elements ?? []
    #expect(results.map { $0["ruleId"]?.text } == ["l2-emulation", "l2-triple-fault"])
    #expect(results.map { $0["level"]?.text } == ["error", "none"])
    #expect(results[1]["kind"]?.text == "open")
    #expect(results[0]["message"]?["text"]?.text?.contains(#"::error::x::"<q>&\]\]>#"#) == true)
    #expect(run["invocations"]?[0]?["executionSuccessful"] == .bool(false))
    #expect(run["invocations"]?[0]?["toolExecutionNotifications"]?.elements.count == 1)
  }

  /// A viewer makes links of `[text](address)`, whoever wrote it.
  @Test func sarifMakesNoLinksOfNames() throws {
    var results = Self.results()
    results.findings[0].message = #"[x](http:e) \ {0}"#
    let text = written(results) { $0.writeSARIF(to: $1) }
    #expect(text.contains(#""text": "\\[x\\](http:e) \\\\ {{0}}"#))
  }

  @Test func sarifWithoutFindingsHasAnEmptyList() throws {
    var results = Samples.results()
    results.findings = []
    results.notJudged = []
    results.verdict = .pass
    results.cases = results.cases(of: ["l2-emulation"], threshold: .error)
    let text = written(results) { $0.writeSARIF(to: $1) }
    #expect(try SARIFRules.problems(text) == [])
    #expect(try JSONParser.parse(text)["runs"]?[0]?["results"] == .array([]))
  }

  @Test func github() throws {
    let text = written(Self.results()) { $0.writeGitHub(to: $1) }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    let commands = try lines.map { try #require(WorkflowCommand(String($0)), "\($0)") }
    #expect(commands.map(\.name) == ["error", "warning", "error", "error"])
    #expect(commands[0].properties["file"] == "dir/" + Self.shown)
    #expect(commands[0].message.contains(Self.shown))
    #expect(commands[1].message == Self.shown)
    #expect(commands[2].properties["file"] == Self.shown)
    #expect(commands[3].message.hasPrefix("FAIL"))
    for command in commands {
      #expect(Set(command.properties.keys).isSubset(of: ["file", "title"]))
    }
  }

  @Test func tap() throws {
    let tests = try TAPReader.parse(written(Self.results()) { $0.writeTAP(to: $1) })
    #expect(tests.map(\.isOK) == [false, false])
    #expect(tests.map(\.description) == ["dir/" + Self.shown, Self.shown])
    #expect(tests[0].subtests.map(\.isOK) == [false, false, true])
    let inLines = Self.hostile.split(separator: "\n").map { Printable.escaped(String($0)) }
    #expect(tests[0].subtests[0].diagnostics["message"] == inLines.joined(separator: "\n"))
    #expect(tests[0].subtests[0].diagnostics["details"]?.contains(Self.shown) == true)
    #expect(tests[0].subtests[1].diagnostics["outcome"] == "inconclusive")
    #expect(tests[1].diagnostics["outcome"] == "unreadable")
  }

  /// The readers would see it if something were wrong.
  @Test(arguments: [
    "<a>", "<a></b>", "<a b=\"1\" b=\"2\"/>", "<a>&x;</a>", "<a>]]></a>", "<a>\u{1b}</a>",
    "<a b=\"<\"/>", "<a/><b/>", "<a b=\"\n\"/>",
  ])
  func theXMLReaderIsStrict(body: String) {
    let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    #expect(throws: XMLReader.Failure.self) { try XMLReader.parse(declaration + body) }
  }

  @Test(arguments: [
    "1..1\nok 2 - x\n", "1..2\nok 1 - x\n", "1..1\nok 1 - x # TODO\n", "1..1\nok 1 - x\nmore\n",
    "1..1\nok 1 - x\n  ---\n  a: b\n  ...\n",
  ])
  func theTAPReaderIsStrict(body: String) {
    #expect(throws: TAPReader.Failure.self) { try TAPReader.parse("TAP version 14\n" + body) }
  }
}
