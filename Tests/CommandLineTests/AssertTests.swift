import Foundation
import Testing
import TraceTestSupport

/// `assert` on the command line.
@Suite struct AssertTests {
  private static let all = [Recording.bug, Recording.control, Recording.incomplete, "no/such/file"]

  private func output(_ format: String) throws -> String {
    let rules = ["--rules", "rules/nested.yaml", "--rules", "rules/missing-triple-fault.yaml"]
    let outcome = try Tool.run(["assert", "--format", format] + rules + Self.all)
    #expect(outcome.code == 66)
    return outcome.output
  }

  @Test func everyFormatIsReadByItsReader() throws {
    let validator = try SchemaValidator(Repository.text(of: "schemas/findings-v1.schema.json"))
    let json = try output("json")
    #expect(try validator.problems(of: json) == [])
    let rules = try JSONParser.parse(json)["rules"]?.elements ?? []
    #expect(rules.count == 3 * 9)
    #expect(Set(rules.compactMap { $0["outcome"]?.text }) == ["pass", "fail", "inconclusive"])
    let junit = try XMLReader.parse(output("junit"))
    #expect(JUnitRules.problems(junit) == [])
    #expect(junit["tests"] == "28")
    #expect(try SARIFRules.problems(output("sarif")) == [])
    for line in try output("github").split(separator: "\n") {
      #expect(WorkflowCommand(String(line)) != nil, "\(line)")
    }
    #expect(try TAPReader.parse(output("tap")).map(\.isOK) == [false, true, false, false])
    #expect(try output("csv").contains("no-l2-emulation"))
    let text = try output("text")
    for path in Self.all { #expect(text.contains(path)) }
  }

  @Test func wrongRulesAreAllSaidAndNoTraceIsRead() throws {
    try Tool.withDirectory { directory in
      let file = directory.appendingPathComponent("r.yaml")
      try """
      rules:
        - {name: a, chek: damaged}
        - {name: b, check: damagd}
        - {name: c, never: "kvm_exit: guest_rip ="}
      """.write(to: file, atomically: true, encoding: .utf8)
      // Neither file is there, and nobody notices.
      let outcome = try Tool.run(["assert", "--rules", file.path, "no/such/file.dat"])
      #expect(outcome.code == 64)
      #expect(outcome.output.isEmpty)
      let lines = outcome.errors.split(separator: "\n")
      #expect(lines.count == 3)
      #expect(lines.allSatisfy { $0.contains("r.yaml:") && $0.contains("expected") })
      #expect(!outcome.errors.contains("no/such"))
    }
  }

  @Test func namesOfRulesCannotBreakAFormat() throws {
    try Tool.withDirectory { directory in
      let file = directory.appendingPathComponent("r.yaml")
      try """
      rules:
        - name: "a%b::error::\\n<]]>\\"#\\e[2J"
          never: kvm_exit
      """.write(to: file, atomically: true, encoding: .utf8)
      func run(_ format: String) throws -> String {
        try Tool.run(["assert", "--rules", file.path, "--format", format, Recording.bug]).output
      }
      let shown = "a%b::error::\\x0a<]]>\"#\\x1b[2J"
      let junit = try XMLReader.parse(run("junit"))
      #expect(JUnitRules.problems(junit) == [])
      #expect(try SARIFRules.problems(run("sarif")) == [])
      let tests = try TAPReader.parse(run("tap"))
      #expect(tests[0].subtests.map(\.description) == [shown])
      let commands = try run("github").split(separator: "\n").map { WorkflowCommand(String($0)) }
      #expect(commands.count == 2 && commands[0]?.properties["title"]?.hasPrefix(shown) == true)
      for format in ["text", "csv", "json", "junit", "sarif", "tap", "github"] {
        #expect(try !run(format).contains("\u{1b}"), "\(format)")
      }
    }
  }
}
