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

  /// What does not hold and fails nothing is not said to have passed.
  @Test func whatIsToleratedIsCounted() throws {
    try Tool.withDirectory { directory in
      let file = directory.appendingPathComponent("r.yaml")
      try """
      rules:
        - {name: holds, never: "kvm_exit: guest_rip == 1 && guest_rip == 2"}
        - {name: warns, severity: warning, never: kvm_exit}
        - {name: not-here, where: {isa: svm}, never: kvm_exit}
        - {name: known, expect: fail, never: kvm_exit}
        - {name: many, severity: warning, sequence: {after: kvm_exit, never: kvm_entry}}
      """.write(to: file, atomically: true, encoding: .utf8)
      func run(_ format: String) throws -> String {
        let outcome = try Tool.run([
          "assert", "--rules", file.path, "--format", format, Recording.bug,
        ])
        #expect(outcome.code == 0)
        return outcome.output
      }
      #expect(try run("text").contains("5 rules: 3 passed, 2 warnings"))
      let json = try run("json")
      let validator = try SchemaValidator(Repository.text(of: "schemas/findings-v1.schema.json"))
      #expect(try validator.problems(of: json) == [])
      let document = try JSONParser.parse(json)
      let rules = document["rules"]?.elements ?? []
      #expect(
        rules.map { $0["holds"] } == [.bool(true), .bool(false), .null, .bool(false), .bool(false)])
      #expect(rules.allSatisfy { $0["outcome"]?.text == "pass" })
      #expect(rules[0]["count"]?.integer == 0)
      #expect(rules[2]["count"] == .null && rules[2]["findings"]?.integer == 0)
      let exits = try #require(rules[1]["count"]?.integer)
      #expect(exits > 100 && rules[3]["count"]?.integer == exits)
      // There are more violations than are listed.
      for rule in rules {
        let own = document["findings"]?.elements.filter { $0["check"] == rule["rule"] }.count
        #expect(own == rule["findings"]?.integer)
      }
      #expect(rules[4]["findings"]?.integer == 100)
      #expect(try #require(rules[4]["count"]?.integer) > 100)
      let tests = try TAPReader.parse(run("tap"))
      #expect(tests.map(\.isOK) == [true])
      let junit = try XMLReader.parse(run("junit"))
      #expect(JUnitRules.problems(junit) == [] && junit["failures"] == "0")
      let commands = try run("github").split(separator: "\n").map { WorkflowCommand(String($0)) }
      #expect(Set(commands.map { $0?.name }) == ["warning", "notice"])
      #expect(try SARIFRules.problems(run("sarif")) == [])
    }
  }
}
