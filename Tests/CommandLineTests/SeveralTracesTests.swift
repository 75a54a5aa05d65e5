import Foundation
import Testing
import TraceTestSupport

/// Several traces on one command line: each is named, and one that cannot be read hides nothing of the others.
@Suite struct SeveralTracesTests {
  private static let missing = "no/such/file.dat"

  /// Every command with every format that it has for traces.
  static let forms: [(command: String, format: String)] = [
    ("check", "text"), ("check", "json"), ("check", "csv"), ("check", "junit"), ("check", "sarif"),
    ("check", "github"), ("check", "tap"), ("summary", "table"),
    ("summary", "csv"), ("summary", "json"), ("timeline", "table"), ("timeline", "csv"),
    ("timeline", "json"), ("timeline", "jsonl"), ("events", "text"), ("events", "csv"),
    ("events", "jsonl"), ("info", "text"), ("info", "json"),
  ]

  @Test(arguments: forms)
  func whatCannotBeReadIsNamedAndTheOthersAreJudged(form: (command: String, format: String)) throws
  {
    func run(_ traces: String...) throws -> Tool.Outcome {
      try Tool.run([form.command, "--format", form.format] + traces)
    }
    let mixed = try run(Recording.bug, Self.missing, Recording.control, "README.md")
    #expect(mixed.code == 66, "the first one's code wins over all")
    #expect(try run("README.md", Recording.bug, Self.missing).code == 65)
    for path in [Recording.bug, Self.missing, Recording.control, "README.md"] {
      #expect(mixed.output.contains(path), "\(path)")
    }
    #expect(mixed.errors.contains(Self.missing) && mixed.errors.contains("README.md"))
    // Everything that the readable ones alone would say is there.
    let alone = try run(Recording.bug, Recording.control)
    #expect(alone.code == (form.command == "check" ? 1 : 0))
    let isRows = ["csv", "jsonl"].contains(form.format) || form.command == "events"
    if isRows {
      let rows = Set(mixed.output.split(separator: "\n").map(Self.withoutError))
      let missing = alone.output.split(separator: "\n").filter { !rows.contains($0) }
      #expect(missing == [])
    }
  }

  /// A row of CSV without its last, empty column.
  private static func withoutError(_ row: Substring) -> Substring {
    row.hasSuffix(",error") ? row.dropLast(6) : row.hasSuffix(",") ? row.dropLast() : row
  }

  @Test func evenWhenNoneCanBeRead() throws {
    let outcome = try Tool.run(["check", "--format", "json", Self.missing, "README.md"])
    #expect(outcome.code == 66)
    let document = try JSONParser.parse(outcome.output)
    #expect(document["traces"]?.elements.isEmpty == true)
    #expect(document["unreadable"]?.elements.map { $0["exit_code"]?.integer } == [66, 65])
  }

  @Test(arguments: ["check", "summary", "timeline", "info"])
  func documentsMatchTheirSchemas(command: String) throws {
    let outcome = try Tool.run(
      [command, "--format", "json", Recording.bug, Self.missing, Recording.ticks])
    let schema = command == "check" ? "findings" : command
    let validator = try SchemaValidator(Repository.text(of: "schemas/\(schema)-v1.schema.json"))
    #expect(try validator.problems(of: outcome.output) == [])
  }

  @Test func linesMatchTheirSchemas() throws {
    let events = try SchemaValidator(Repository.text(of: "schemas/events-v1.schema.json"))
    let lines = try Tool.run(
      ["events", "--format", "jsonl", Recording.bug, Self.missing, Recording.ticks]
    ).output.split(separator: "\n")
    #expect(try lines.flatMap { try events.problems(of: String($0)) } == [])
    let traces = try lines.map { try JSONParser.parse(String($0))["trace"]?.text }
    #expect(Set(traces) == [Recording.bug, Self.missing, Recording.ticks])
  }

  /// One column of a CSV without quotes that matter.
  private func column(_ name: String, _ text: String) -> [Substring] {
    let rows = text.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    guard let at = rows.first?.firstIndex(of: Substring(name)) else { return [] }
    return rows.dropFirst().map { $0[at] }
  }

  @Test(arguments: ["timeline", "summary"], [true, false])
  func ticksAndNanosecondsMixedKeepBoth(command: String, ticksFirst: Bool) throws {
    let traces =
      ticksFirst ? [Recording.ticks, Recording.bug] : [Recording.bug, Recording.ticks]
    let text = try Tool.run([command, "--format", "csv"] + traces).output
    let name = command == "timeline" ? "begin" : "total"
    let nanoseconds = column(name + "_ns", text)
    let ticks = column(name + "_ticks", text)
    let names = column("trace", text)
    #expect(nanoseconds.count > 10 && nanoseconds.count == ticks.count)
    for (row, trace) in names.enumerated() {
      let isTicks = trace == Recording.ticks
      #expect(isTicks ? nanoseconds[row].isEmpty : ticks[row].isEmpty)
      if command == "timeline" {
        #expect(isTicks ? !ticks[row].isEmpty : !nanoseconds[row].isEmpty)
      }
    }
    #expect(Set(names) == [Substring(Recording.bug), Substring(Recording.ticks)])
  }

  @Test(arguments: forms.filter { $0.command == "timeline" || $0.command == "events" })
  func oneTraceIsNotNamed(form: (command: String, format: String)) throws {
    let output = try Tool.run([form.command, "--format", form.format, Recording.bug]).output
    #expect(!output.contains(Recording.bug))
  }

  @Test func aMisspeltCommandAfterHelpIsSaid() throws {
    let outcome = try Tool.run(["help", "timelien"])
    #expect(outcome.code == 64)
    #expect(outcome.errors.contains("timeline"))
  }
}
