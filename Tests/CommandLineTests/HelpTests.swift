import Testing
import TraceTestSupport

/// The help pages, and that they are true.
@Suite struct HelpTests {
  private static let commands = [
    "check", "assert", "merge", "diff", "summary", "timeline", "events", "info", "explain",
  ]

  @Test(arguments: commands) func everyCommandTeaches(command: String) throws {
    let outcome = try Tool.run([command, "--help"])
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("EXAMPLES"))
    #expect(outcome.output.contains("kvmscope \(command)"))
  }

  @Test func theFirstPageNamesAllCommandsAndExitCodes() throws {
    let page = try Tool.run(["--help"]).output
    for command in Self.commands { #expect(page.contains("\n  \(command) ")) }
    for code in [0, 1, 2, 64, 65, 66, 74, 130] { #expect(page.contains("\n  \(code) ")) }
  }

  /// Pages and messages list the words that an option can have.
  @Test func wordsOfOptions() throws {
    let page = try Tool.run(["summary", "--help"]).output.split { $0 == " " || $0 == "\n" }
      .joined(separator: " ")
    #expect(page.contains("How to write it. (values: table, csv, json; default: table)"))
    #expect(page.contains("or mean time. (values: sample, time)"))
    let outcome = try Tool.run(["summary", "--format", "xml", "trace.dat"])
    #expect(outcome.code == 64)
    #expect(outcome.errors.contains("'xml' is invalid for '--format <format>'"))
    #expect(outcome.errors.contains("'table', 'csv' or 'json'"))
  }

  @Test func explainKnowsEveryCheckThatItLists() throws {
    let document = try JSONParser.parse(Tool.run(["explain", "--list", "--format", "json"]).output)
    let ids = document["checks"]?.elements.compactMap { $0["check"]?.text } ?? []
    #expect(ids.contains("l2-emulation") && ids.contains("damaged"))
    for id in ids {
      let outcome = try Tool.run(["explain", id])
      #expect(outcome.code == 0)
      #expect(outcome.output.hasPrefix(id))
    }
  }
}
