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

  /// The bug shows in vCPU 0, thread 355, from 104.494 to 104.839.
  @Test(
    arguments: [
      ([], 1), (["--vcpu", "0"], 1), (["--pid", "355"], 1), (["--vcpu", "1"], 2),
      (["--pid", "1"], 2),
      (["--begin", "104.4", "--end", "104.9"], 1), (["--end", "104.5"], 0),
      (["--begin", "200"], 2),
      (["--ts-offset", "100", "--begin", "204.4"], 1),
      (["--ts-offset", "100", "--end", "204.5"], 0),
      (["--begin", "5", "--end", "4"], 64), (["--merge"], 64), (["--ts-offset=-200"], 65),
    ] as [([String], Int32)])
  func selectionNarrowsAllRules(options: [String], code: Int32) throws {
    let outcome = try Tool.run(
      ["assert", "--rules", "rules/nested.yaml"] + options + [Recording.bug])
    #expect(outcome.code == code, "\(outcome.output)\(outcome.errors)")
  }

  @Test func narrowingIsWhatWhereSays() throws {
    try Tool.withDirectory { directory in
      func json(_ scope: String, _ options: String...) throws -> JSONValue? {
        let file = directory.appendingPathComponent("r.yaml")
        let rules = """
          rules:
            - {name: entries, never: kvm_entry\(scope)}
            - {name: rate, metric: exits.count, at_most: 1\(scope)}
            - {name: follows, sequence: {after: kvm_exit, require: kvm_fpu, within: 1us}\(scope)}
          """
        try rules.write(to: file, atomically: true, encoding: .utf8)
        let outcome = try Tool.run(
          ["assert", "--format", "json", "--rules", file.path] + options + [Recording.bug])
        #expect(outcome.code == 1, "\(outcome.errors)")
        return try JSONParser.parse(outcome.output)["rules"]
      }
      let scope = ", where: {vcpu: 0, begin: 104.66, end: 104.67}"
      let whole = try json("")
      let said = try json(scope)
      #expect(said != nil && said != whole)
      let time = ["--begin", "104.66", "--end", "104.67"]
      #expect(try json("", "--vcpu", "0", time[0], time[1], time[2], time[3]) == said)
      // The narrower one holds, whoever says it.
      #expect(try json(scope, "--begin", "104", "--end", "105") == said)
      #expect(
        try json(
          ", where: {vcpu: [0, 1], begin: 104, end: 105}", "--vcpu", "0,7", time[0], time[1],
          time[2], time[3]) == said)
    }
  }

  @Test func partsAreMerged() throws {
    let parts = [1, 2].map { "fixtures/split/vmx_invalid_nested_guest_state.\($0).dat" }
    let whole = "fixtures/trace-dat/vmx-6.1-unfixed/vmx_invalid_nested_guest_state.dat"
    func outcomes(_ arguments: [String]) throws -> [String?] {
      let outcome = try Tool.run(
        ["assert", "--format", "json", "--rules", "rules/nested.yaml"] + arguments)
      return try JSONParser.parse(outcome.output)["rules"]?.elements.map { $0["outcome"]?.text }
        ?? []
    }
    let expected = try outcomes([whole])
    #expect(expected.contains("fail"))
    #expect(try outcomes(["--merge"] + parts) == expected)
    #expect(try outcomes([parts[0]]) != expected)
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

  /// CPUID is reason 10, and the recording has 48 of it.
  @Test(arguments: [
    ("exit_reason == 10", true), ("exit_reason - 11 == -1", true),
    ("exit_reason - 11 < 0 && exit_reason > 9", true),
    ("0 - exit_reason < -9 && exit_reason < 11", true), ("-exit_reason == -10", true),
    ("~exit_reason == -11", true),
    ("exit_reason - 11 == 0xffffffffffffffff", false),
    ("guest_rip - 0x1000 < 0 && exit_reason == 10", false),
    ("exit_reason * 0x4000000000000000 == 10 << 62", true),
  ])
  func arithmeticDoesNotWrap(_ condition: String, _ isCPUID: Bool) throws {
    try Tool.withDirectory { directory in
      let file = directory.appendingPathComponent("r.yaml")
      func count(_ condition: String) throws -> Int? {
        try "rules:\n- {name: r, never: 'kvm_exit: \(condition)'}\n".write(
          to: file, atomically: true, encoding: .utf8)
        let document = try JSONParser.parse(
          Tool.run([
            "assert", "--rules", file.path, "--format", "json",
            "fixtures/trace-dat/vmx-6.1-fixed/nested_mix-1v-full.dat",
          ]).output)
        return document["rules"]?[0]?["count"]?.integer
      }
      let found = try count(condition)
      #expect(found == (isCPUID ? 48 : 0))
    }
  }

  // MARK: - The examples of the documentation

  /// The text of a code block of docs/assert.md that begins so.
  private func example(_ beginning: String) throws -> String {
    let parts = try Repository.text(of: "docs/assert.md").components(separatedBy: "```")
    return String(try #require(parts.first { $0.hasPrefix(beginning) }).dropFirst(beginning.count))
  }

  /// Runs the wrapper around a test that ends with a code; a script stands for trace-cmd.
  private func traced(
    _ directory: URL, traceCommand: String, test code: Int
  ) throws -> (code: Int32, output: String) {
    func write(_ name: String, _ text: String) throws {
      let file = directory.appendingPathComponent(name)
      try text.write(to: file, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }
    try write("kvm-traced", "#!/bin/sh" + example("sh\n#!/bin/sh"))
    try write("trace-cmd", "#!/bin/sh\n" + traceCommand)
    try write("the-test", "#!/bin/sh\nexit \(code)\n")
    let path = directory.path
    let outcome = try Tool.shell(
      "PATH='\(path)':$PATH OUT='\(path)' '\(path)/kvm-traced' '\(path)/the-test'")
    return (outcome.code, outcome.output)
  }

  /// Records what it finds in a file, and runs the test: `… -o FILE sh -c … CODE TEST`.
  private func recording(_ trace: String) -> String {
    """
    while [ "$1" != -o ]; do shift; done
    cp '\(Repository.path(of: trace))' "$2"
    shift 2
    "$@"
    """
  }

  @Test func theWrapperJudgesTheTestAndItsTrace() throws {
    let cases: [(String, Int, Int32)] = [
      (Recording.control, 0, 0), (Recording.control, 1, 1), (Recording.control, 4, 4),
      (Recording.bug, 0, 1), (Recording.incomplete, 0, 1),
    ]
    for (trace, test, expected) in cases {
      try Tool.withDirectory { directory in
        let outcome = try traced(directory, traceCommand: recording(trace), test: test)
        #expect(outcome.code == expected, "\(trace) \(test): \(outcome.output)")
      }
    }
  }

  /// The files of an earlier run that went well are not this run's.
  @Test func theWrapperFailsWhereNothingIsRecorded() throws {
    // It fails at once; it fails after the test has run; it says that all is well and has written nothing.
    for failing in ["exit 1", "while [ \"$1\" != sh ]; do shift; done; \"$@\"; exit 1", "exit 0"] {
      try Tool.withDirectory { directory in
        let good = try traced(directory, traceCommand: recording(Recording.control), test: 0)
        #expect(good.code == 0)
        let bad = try traced(directory, traceCommand: failing, test: 0)
        #expect(bad.code == 1, "\(failing)")
        #expect(bad.output.contains("no recording to judge"))
        let left = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(!left.contains("the-test.dat") && !left.contains("the-test.tap"))
      }
    }
  }

  /// The steps of the job that need neither root nor the network, as the runner runs them.
  @Test func theJobWritesAllReportsAndEndsWithTheVerdict() throws {
    let job = try example("yaml\nname: kvm")
    let step = try #require(
      job.components(separatedBy: "- name: ").first { $0.hasPrefix("Judge\n") })
    let script = step.components(separatedBy: "run: |\n")[1].split(separator: "\n")
      .map { $0.drop { $0 == " " } }.joined(separator: "\n")
    for (trace, code) in [(Recording.control, 0), (Recording.bug, 1), (Recording.incomplete, 2)] {
      try Tool.withDirectory { directory in
        let path = directory.path
        let manager = FileManager.default
        try manager.copyItem(
          atPath: Repository.path(of: trace), toPath: path + "/trace.dat")
        try manager.createSymbolicLink(
          atPath: path + "/kvmscope", withDestinationPath: Repository.path(of: "."))
        try script.write(toFile: path + "/step.sh", atomically: true, encoding: .utf8)
        let outcome = try Tool.shell("cd '\(path)' && bash -e step.sh")
        #expect(Int(outcome.code) == code, "\(outcome.errors)")
        for file in ["junit.xml", "results.sarif", "summary.json", "summary.txt"] {
          #expect(manager.fileExists(atPath: path + "/" + file), "\(file)")
        }
      }
    }
  }
}
