import Foundation
import Testing
import TraceTestSupport

/// What the commands write, on real recordings.
@Suite struct FormatTests {
  @Test(
    arguments: ["check", "summary", "timeline", "info"],
    [Recording.bug, Recording.control, Recording.ticks])
  func everyJSONDocumentMatchesItsSchema(command: String, recording: String) throws {
    let outcome = try Tool.run([command, "--format", "json", recording])
    let schema = command == "check" ? "findings" : command
    let validator = try SchemaValidator(
      Repository.text(of: "schemas/\(schema)-v1.schema.json"))
    #expect(try validator.problems(of: outcome.output) == [])
  }

  @Test(arguments: [Recording.bug, Recording.ticks, "fixtures/trace-dat/containers/s7inst.dat"])
  func everyLineOfEventsMatchesItsSchema(recording: String) throws {
    let validator = try SchemaValidator(Repository.text(of: "schemas/events-v1.schema.json"))
    let lines = try Tool.run(["events", "--format", "jsonl", recording]).output.split(
      separator: "\n")
    #expect(lines.count > 1000)
    let problems = try lines.flatMap { try validator.problems(of: String($0)) }
    #expect(problems == [])
  }

  @Test func eventsAreSelectedByNameThreadCPUAndTime() throws {
    func lines(_ options: String...) throws -> [Substring] {
      try Tool.run(["events"] + options + [Recording.bug]).output.split(separator: "\n")
    }
    let all = try lines()
    #expect(try lines("-e", "kvm_exit") == all.filter { $0.contains(": kvm_exit: ") })
    #expect(try lines("-e", "sched") == all.filter { $0.contains(": sched_switch: ") })
    #expect(
      try lines("-e", "kvm:kvm_nested_*").count == all.filter { $0.contains(": kvm_nested_") }.count
    )
    #expect(try lines("--pid", "355") == all.filter { $0.contains("-355 ") })
    #expect(try lines("--cpu", "1") == [])
    #expect(try lines("--cpu", "0") == all)
    let late = try lines("--begin", "104.802")
    #expect(!late.isEmpty && late == Array(all.suffix(late.count)))
    let early = try lines("--end", "104.802")
    #expect(early + late == all)
    #expect(try Set(lines("--vcpu", "0")).isSubset(of: lines("--pid", "355")))
    #expect(try lines("--vcpu", "1") == [])
  }

  @Test func findingsAreSelectedByCPUAndThread() throws {
    #expect(try Tool.run(["check", "--cpu", "1", Recording.bug]).code == 2)
    #expect(try Tool.run(["check", "--cpu", "0-3", Recording.bug]).code == 1)
    #expect(try Tool.run(["check", "--pid", "1", Recording.bug]).code == 2)
    #expect(try Tool.run(["check", "--pid", "355", Recording.bug]).code == 1)
  }

  @Test func timelineLinesAreTheIntervalsOfTheDocument() throws {
    let lines = try Tool.run(["timeline", "--format", "jsonl", Recording.bug]).output
    let document = try JSONParser.parse(
      Tool.run(["timeline", "--format", "json", Recording.bug]).output)
    let intervals = try lines.split(separator: "\n").map { try JSONParser.parse(String($0)) }
    #expect(intervals.count > 100)
    #expect(intervals == document["intervals"]?.elements)
  }

  @Test(arguments: ["summary", "timeline", "check"])
  func everyRowOfCSVHasTheColumnsOfItsHeader(command: String) throws {
    let text = try Tool.run([command, "--format", "csv", Recording.bug]).output
    let rows = text.split(separator: "\n")
    let columns = rows.first?.split(separator: ",", omittingEmptySubsequences: false).count
    #expect(rows.count > 1)
    // No value of these recordings holds a comma, but for messages, which are quoted.
    for row in rows where !row.contains("\"") {
      #expect(row.split(separator: ",", omittingEmptySubsequences: false).count == columns)
    }
  }

  @Test func theSummaryOfTheBugSaysSo() throws {
    let summary = try JSONParser.parse(
      Tool.run(["summary", "--format", "json", Recording.bug]).output)
    #expect(summary["verdict"]?.text == "fail")
    #expect(summary["findings"]?["l2-emulation"]?.integer == 1)
    #expect(summary["vcpus"]?[0]?["exits"]?.integer == 141)
    #expect(summary["traces"]?[0]?["events"]?.integer == 2648)
  }

  @Test func theSameInputGivesTheSameBytes() throws {
    let arguments = ["summary", "--format", "json", Recording.bug, Recording.ticks]
    #expect(try Tool.run(arguments).output == Tool.run(arguments).output)
  }

  @Test func outputGoesToTheFile() throws {
    try Tool.withDirectory { directory in
      let file = directory.appendingPathComponent("out.txt")
      // What was longer before leaves no rest behind.
      try Data(repeating: 0x78, count: 1 << 20).write(to: file)
      let direct = try Tool.run(["summary", Recording.bug])
      let outcome = try Tool.run(["summary", "-o", file.path, Recording.bug])
      #expect(outcome.output == "")
      #expect(try String(contentsOf: file, encoding: .utf8) == direct.output)
    }
  }

  @Test func colorIsForTerminalsUnlessAskedFor() throws {
    let escape = "\u{1b}["
    #expect(try !Tool.run(["check", Recording.bug]).output.contains(escape))
    #expect(try Tool.run(["check", "--color", "always", Recording.bug]).output.contains(escape))
    #expect(try !Tool.run(["check", "--color", "never", Recording.bug]).output.contains(escape))
  }

  @Test(arguments: [60, 80, 120])
  func tablesFitTheTerminal(width: Int) throws {
    let outcome = try Tool.run(
      ["summary", Recording.bug], environment: ["COLUMNS": String(width)])
    let wide = outcome.output.split(separator: "\n").filter { $0.count > width }
    #expect(wide.allSatisfy { $0.contains("/") }, "only a path may be wider: \(wide)")
  }
}
