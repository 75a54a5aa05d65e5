import KVMEvents
import KVMTimeline
import Testing
import TraceChecks
import TraceTestSupport
import Yams

@testable import TraceAssertions

/// Rules files: what they mean, and what is said when they are wrong.
@Suite struct RuleFileTests {
  private func mistakes(_ text: String) -> [RuleMistake] {
    do throws(RuleMistakes) {
      _ = try RuleFile.read(text, path: "r.yaml")
      return []
    } catch { return error.mistakes }
  }

  @Test(arguments: ["nested", "missing-triple-fault"])
  func whatShipsIsSound(name: String) throws {
    let text = try Repository.text(of: "rules/\(name).yaml")
    #expect(mistakes(text) == [])
  }

  @Test func everythingIsRead() throws {
    let set = try RuleFile.read(
      """
      version: 1
      checks: {disable: damaged}
      rules:
        - name: one
          description: first
          where: {vm: 7, vcpu: "0,2-4", tid: [5, 6], level: L2, isa: vmx, begin: 1.5, end: 2}
          check: l2-emulation
          at_most: 1k
          severity: warning
          expect: fail
          on_inconclusive: pass
        - name: two
          metric: state.share
          where: {state: [userspace, halted]}
          per: vcpu
          below: 2.5 %
          at_least: 0
        - {name: three, eventually: [kvm_entry, {event: kvm_exit, optional: true}], at_least: 3}
        - name: four
          sequence:
            after: kvm_exit
            bind: {rip: guest_rip}
            then: [{event: kvm_fpu, within: 5us, unless: kvm_entry}]
            require: "kvm_entry: rip == $rip"
            before: kvm_exit
            within: 2ms
            at_end: fail
            per: thread
      """, path: "r.yaml")
    #expect(set.rules.map(\.name) == ["one", "two", "three", "four"])
    let one = set.rules[0]
    #expect(one.severity == .warning && one.isExpectedToFail && one.onInconclusive == .pass)
    let scope = set.scopes[one.scope]
    #expect(scope.vms == [7] && scope.vcpus == [0, 2, 3, 4] && scope.threads == [5, 6])
    #expect(scope.level == .l2 && scope.isa == .vmx)
    #expect(scope.begin?.nanoseconds == 1_500_000_000 && scope.end?.ticks == 2)
    guard case .check("l2-emulation", CountBound(atLeast: 0, atMost: 1000)) = one.statement else {
      return #expect(Bool(false), "\(one.statement)")
    }
    guard case .metric(let metric) = set.rules[1].statement else {
      return #expect(Bool(false), "\(set.rules[1].statement)")
    }
    #expect(metric.per == .vcpu && metric.bounds.map(\.value) == [0, 0.025])
    guard
      case .occurrence(let patterns, CountBound(atLeast: 3, atMost: nil)) = set.rules[2].statement
    else { return #expect(Bool(false), "\(set.rules[2].statement)") }
    #expect(patterns.map(\.isOptional) == [false, true])
    guard case .sequence(let sequence) = set.rules[3].statement else {
      return #expect(Bool(false), "\(set.rules[3].statement)")
    }
    #expect(sequence.steps.count == 2 && sequence.steps[1].within == 5000)
    #expect(sequence.within == 2_000_000 && sequence.failsAtEnd && sequence.key == .thread)
    #expect(sequence.bindings == ["rip"])
    #expect(set.checks.isOn("l2-emulation") && !set.checks.isOn("damaged"))
  }

  /// One mistake in a rules file.
  struct Slip: Sendable, CustomTestStringConvertible {
    let text: String
    let line: Int
    let column: Int
    let found: String
    let suggestion: String
    var testDescription: String { found }

    init(_ text: String, _ line: Int, _ column: Int, _ found: String, _ suggestion: String = "") {
      (self.text, self.line, self.column) = (text, line, column)
      (self.found, self.suggestion) = (found, suggestion)
    }
  }

  static let slips: [Slip] = [
    Slip("", 1, 1, "nothing"),
    Slip("rules: 3", 1, 8, "'3'"),
    Slip("rules: []", 1, 8, "a list"),
    Slip("ruls: []", 1, 1, "'ruls'", "rules"),
    Slip("rules:\n  - name: [a", 3, 1, "no YAML"),
    Slip("version: 2\nrules: [{name: a, check: damaged}]", 1, 10, "'2'"),
    Slip(
      "checks: {enable: nonsense}\nrules: [{name: a, check: damaged}]", 1, 18,
      "there is no check 'nonsense': "),
    Slip(
      "checks: {set: {slow-exit.budgt: 5us}}\nrules: [{name: a, check: damaged}]", 1, 16,
      "slow-exit has no option 'budgt': expected slow-exit.budget. Did you mean 'slow-exit.budget'?"
    ),
    Slip(
      "checks: {severity: {damaged: eror}}\nrules: [{name: a, check: damaged}]", 1, 21,
      "'eror' is no severity: expected error, warning or note. Did you mean 'error'?"),
    Slip(
      "checks: {disabel: [damaged]}\nrules: [{name: a, check: damaged}]", 1, 10,
      "unknown key 'disabel': expected only, enable, disable, severity, set. Did you mean 'disable'?"
    ),
    Slip("rules:\n  - text", 2, 5, "'text'"),
    Slip("rules:\n  - {check: damaged}", 2, 5, "without a name"),
    Slip("rules:\n  - {name: a}", 2, 5, "none"),
    Slip("rules:\n  - {name: a, chek: damaged}", 2, 15, "'chek'", "check"),
    Slip("rules:\n  - {name: a, check: damaged, never: kvm_exit}", 2, 5, "check and never"),
    Slip("rules:\n  - {name: a, name: b, check: damaged}", 2, 6, "'name' twice"),
    Slip("rules:\n  - {name: a, check: damagd}", 2, 22, "'damagd'", "damaged"),
    Slip(
      "rules:\n  - {name: a, check: damaged}\n  - {name: a, check: damaged}", 3, 12, "'a' again"),
    Slip("rules:\n  - {name: a, check: damaged, severity: fatal}", 2, 41, "'fatal'"),
    Slip("rules:\n  - {name: a, check: damaged, expect: fial}", 2, 39, "'fial'", "fail"),
    Slip("rules:\n  - {name: a, check: damaged, on_inconclusive: fai}", 2, 48, "'fai'", "fail"),
    Slip("rules:\n  - {name: a, check: damaged, at_most: many}", 2, 40, "'many'"),
    Slip("rules:\n  - {name: a, check: damaged, at_least: 2, at_most: 1}", 2, 53, "'1'"),
    Slip("rules:\n  - {name: a, check: damaged, below: 1}", 2, 31, "'below'"),
    Slip("rules:\n  - {name: a, metric: exits, above: 5, below: 3}", 2, 47, "'3'"),
    Slip("rules:\n  - {name: a, metric: exits, at_most: 5, above: 5}", 2, 39, "'5'"),
    Slip("rules:\n  - {name: a, metric: exits, equals: 3, at_least: 5}", 2, 38, "'3'"),
    Slip("rules:\n  - {name: a, metric: exits}", 2, 23, "without a bound"),
    Slip(
      "rules:\n  - {name: a, metric: exits.cuont, at_most: 1}", 2, 23, "'exits.cuont'",
      "exits.count"),
    Slip("rules:\n  - {name: a, metric: exits.handling_ns.p99, at_most: 50}", 2, 55, "'50'"),
    Slip("rules:\n  - {name: a, metric: exits.rate, at_most: 5us}", 2, 44, "'5us'"),
    Slip("rules:\n  - {name: a, metric: state.share, at_most: 5%}", 2, 23, "without a state"),
    Slip("rules:\n  - {name: a, metric: exits, per: vpu, at_most: 1}", 2, 35, "'vpu'", "vcpu"),
    Slip("rules:\n  - {name: a, never: kvm_exti}", 2, 22, "'kvm_exti'", "kvm_exit"),
    Slip(
      "rules:\n  - {name: a, never: \"kvm_exit: guest_rop == 1\"}", 2, 33, "'guest_rop'",
      "guest_rip"),
    Slip(
      "rules:\n  - {name: a, never: \"kvm_exit: exit_reson == HLT\"}", 2, 33, "'exit_reson'",
      "exit_reason"),
    Slip("rules:\n  - {name: a, never: \"kvm_exit: exit_reason == HTL\"}", 2, 48, "'HTL'", "HLT"),
    Slip("rules:\n  - {name: a, never: \"kvm_exit: guest_rip == \"}", 2, 46, "the end"),
    Slip("rules:\n  - {name: a, never: \"kvm_exit: COMM == 3\"}", 2, 33, "'COMM' beside a number"),
    Slip("rules:\n  - {name: a, never: \"kvm/kvm_exit: exit_reason / 0 == 3\"}", 2, 49, "'/ 0'"),
    Slip("rules:\n  - {name: a, never: \"kvm_exit: exit_reason % 0 == 3\"}", 2, 45, "'% 0'"),
    Slip("rules:\n  - {name: a, never: \"kvm_exit: guest_rip == $x\"}", 2, 46, "'$x'"),
    Slip(
      "rules:\n  - {name: a, never: {evnt: kvm_exit, event: kvm_exit}}", 2, 23, "'evnt'", "event"),
    Slip(
      "rules:\n  - {name: a, never: [{event: kvm_exit, optional: perhaps}]}", 2, 51, "'perhaps'"),
    Slip("rules:\n  - {name: a, check: damaged, where: {levl: L2}}", 2, 39, "'levl'", "level"),
    Slip("rules:\n  - {name: a, check: damaged, where: {level: L3}}", 2, 46, "'L3'", "L1"),
    Slip("rules:\n  - {name: a, check: damaged, where: {vcpu: x}}", 2, 45, "'x'"),
    Slip("rules:\n  - {name: a, never: kvm_exit, where: {reason: HALT}}", 2, 48, "'HALT'", "HLT"),
    Slip("rules:\n  - {name: a, check: damaged, where: {begin: soon}}", 2, 46, "'soon'"),
    Slip(
      "rules:\n  - {name: a, check: damaged, where: {begin: 2, end: 1}}", 2, 54, "before the begin"),
    Slip(
      "rules:\n  - {name: a, check: damaged, where: {between: [kvm_exit]}}", 2, 48, "1 patterns"),
    Slip("rules:\n  - {name: a, check: damaged, where: {state: guest}}", 2, 39, "'state' in"),
    Slip("rules:\n  - {name: a, never: kvm_exit, where: {state: guest}}", 2, 39, "a state"),
    Slip("rules:\n  - {name: a, check: damaged, where: {reason: HLT}}", 2, 39, "'reason' in"),
    Slip(
      "rules:\n  - {name: a, metric: exits, at_most: 1, where: {state: guest}}", 2, 50, "'state' in"
    ),
    Slip(
      "rules:\n  - {name: a, metric: entries, at_most: 1, where: {vcpu: 0, reason: HLT}}", 2, 61,
      "'reason' in 'where' beside 'entries'"),
    Slip(
      "rules:\n  - {name: a, metric: l2_exits, at_most: 1, where: {level: L1}}", 2, 53,
      "'level' in"),
    Slip(
      "rules:\n  - {name: a, metric: l2_exits_synthesized, at_most: 1, where: {reason: HLT}}", 2,
      65, "'reason' in"),
    Slip(
      "rules:\n  - {name: a, metric: exit_multiplication, at_most: 1, where: {level: L2}}", 2, 64,
      "'level' in"),
    Slip(
      "rules:\n  - {name: a, metric: state.share, at_most: 1, where: {state: guest, reason: HLT}}",
      2,
      70, "'reason' in"),
    Slip(
      "rules:\n  - {name: a, metric: trace.events, at_most: 1, where: {vcpu: 0}}", 2, 57,
      "'vcpu' in"),
    Slip(
      "rules:\n  - {name: a, metric: trace.events, at_most: 1, where: {begin: 2}}", 2, 57,
      "'begin' in"),
    Slip(
      "rules:\n  - {name: a, metric: trace.events, at_most: 1, per: vcpu}", 2, 49, "'per' beside"),
    Slip(
      "rules:\n  - {name: a, metric: state.share, at_most: 6, where: {state: guest}}", 2, 45, "'6'"),
    Slip("rules:\n  - {name: null, check: damaged}", 2, 12, "nothing"),
    Slip("rules:\n  - {name: a, sequence: {require: kvm_exit}}", 2, 25, "without a beginning"),
    Slip("rules:\n  - {name: a, sequence: {after: kvm_exit}}", 2, 25, "asks for nothing"),
    Slip(
      "rules:\n  - {name: a, sequence: {after: kvm_exit, never: kvm_fpu, within: 1s}}", 2, 59,
      "'within' without"),
    Slip(
      "rules:\n  - {name: a, sequence: {after: kvm_exit, require: kvm_fpu, within: 1}}", 2, 69,
      "'1'"),
    Slip(
      "rules:\n  - {name: a, sequence: {after: kvm_exit, bind: {rip: guest_rip}, require: \"kvm_entry: rip == $rap\"}}",
      2, 95, "'$rap'", "rip"),
    Slip(
      "rules:\n  - {name: a, sequence: {after: kvm_exit, bind: {rip: guest_rop}, never: \"kvm_entry: rip == $rip\"}}",
      2, 55, "'guest_rop'", "guest_rip"),
    Slip(
      "rules:\n  - {name: a, sequence: {after: kvm_exit, then: [{event: kvm_entry, bind: {x: rpi}}], never: \"kvm_entry: rip == $x\"}}",
      2, 79, "'rpi'"),
    Slip(
      "rules:\n  - {name: a, sequence: {after: kvm_exit, bind: {x: COMM}, never: \"kvm_entry: rip == $x\"}}",
      2, 53, "'COMM'"),
    Slip(
      "rules:\n  - {name: a, sequence: {after: kvm_exit, never: kvm_fpu, per: cpu}}", 2, 64,
      "'cpu'", "vcpu"),
  ]

  @Test(arguments: slips) func aMistakeIsSaidOnceAndAtItsPlace(slip: Slip) {
    let found = mistakes(slip.text)
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.found.contains(slip.found) == true, "\(found)")
    #expect(found.first.map { [$0.line, $0.column] } == [slip.line, slip.column], "\(found)")
    #expect(found.first?.suggestion.contains(slip.suggestion) == true, "\(found)")
    let what = slip.text.hasPrefix("checks") ? slip.found : "found "
    #expect(found.first?.expected.isEmpty == slip.text.hasPrefix("checks"))
    #expect(
      found.first?.description.hasPrefix("r.yaml:\(slip.line):\(slip.column): \(what)") == true)
  }

  /// What `check --config` would say is said with the rest, all of it.
  @Test func allMistakesOfChecksAreSaid() {
    let text =
      "checks:\n  set: {slow-exit.budgt: 5us, nope.x: 3}\n  severity: {nope: eror}\n"
      + "  disable: [xx, yy]\n  enable: 3\n  nonsense: 1\nrulse: []\n"
    let found = mistakes(text)
    #expect(found.map(\.line) == [2, 2, 3, 4, 4, 5, 6, 7], "\(found)")
    #expect(found.map(\.column) == [9, 31, 14, 13, 17, 11, 3, 1], "\(found)")
  }

  @Test func twoFilesMustNotShareAName() throws {
    var whole = try RuleFile.read("rules: [{name: a, check: damaged}]", path: "a.yaml")
    let other = try RuleFile.read("rules:\n  - check: damaged\n    name: a\n", path: "b.yaml")
    do throws(RuleMistakes) {
      try whole.add(other)
      Issue.record("nothing was said")
    } catch {
      #expect(error.mistakes.map(\.description).count == 1)
      #expect(error.mistakes[0].description.hasPrefix("b.yaml:3:11: found the name 'a' again"))
    }
  }

  @Test func aWayHasOnlySoManySteps() {
    func text(_ steps: Int) -> String {
      let then = Array(repeating: "kvm_fpu", count: steps).map { "{event: \($0)}" }
      return
        "rules:\n  - {name: a, sequence: {after: kvm_exit, then: [\(then.joined(separator: ", "))], require: kvm_entry}}"
    }
    #expect(mistakes(text(Role.mostSteps - 1)) == [])
    #expect(mistakes(text(Role.mostSteps)).map(\.found) == ["\(Role.mostSteps) steps"])
  }

  /// The documentation's rules are rules.
  @Test func theRulesOfTheDocumentationAreSound() throws {
    var count = 0
    for document in ["README.md", "docs/assert.md"] {
      let parts = try Repository.text(of: document).split(
        separator: "```", omittingEmptySubsequences: false)
      for (number, part) in parts.enumerated()
      where number % 2 == 1 && part.hasPrefix("yaml\nrules:") {
        #expect(mistakes(String(part.dropFirst("yaml\n".count))) == [], "\(part)")
        #expect(try schemaProblems(String(part.dropFirst("yaml\n".count))) == [], "\(part)")
        count += 1
      }
    }
    #expect(count >= 4)
  }

  /// A file with all of them has all of their messages.
  @Test func allMistakesAreSaidAtOnce() {
    var text = "rules:\n"
    var count = 0
    for slip in Self.slips where slip.text.hasPrefix("rules:\n  - {") && slip.found != "'a' again" {
      text +=
        slip.text.dropFirst("rules:\n".count).replacing("name: a,", with: "name: a\(count),") + "\n"
      count += 1
    }
    #expect(mistakes(text).count == count)
  }

  @Test(arguments: [
    "[[[[", "a: &a [*a, *a]", "\u{0}", "- - - -", "? : ?", "{\"a\": !!binary x}", "%YAML 9.9",
  ])
  func hostileFilesAreMistakes(text: String) {
    #expect(!mistakes(text).isEmpty)
    #expect(!mistakes("rules:\n  - " + text).isEmpty)
  }

  @Test(arguments: ["\r\n", "\r", "\n", "\u{85}", "\u{2028}"])
  func linesMayEndInAnyWay(end: String) {
    let text = "rules:\n  - name: a\n    check: damaged\n    name: b\n    name: c\n"
    let found = mistakes(text.replacing("\n", with: end))
    #expect(found.contains { $0.found == "the key 'name' twice" && $0.line == 2 }, "\(found)")
    let sound = "rules:\n  - name: a\n    check: damaged\n"
    #expect(mistakes(sound.replacing("\n", with: end)) == [])
  }

  /// Editors of Windows begin files with a mark; columns do not count it.
  @Test func aByteOrderMarkIsNoText() {
    #expect(mistakes("\u{FEFF}rules: [{name: a, check: damaged}]") == [])
    #expect(mistakes("\u{FEFF}ruls: []").map(\.column) == [1])
  }

  /// The table in the documentation is the one that files are read by.
  @Test func theDocumentationHasTheKeysOfWhere() throws {
    let text = try Repository.text(of: "docs/assert.md")
    let common = Set(["vm", "vcpu", "tid", "isa", "begin", "end", "between"])
    func words(_ cell: Substring) -> Set<String> {
      Set(
        cell.split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map {
          String($0.element)
        })
    }
    var rows: [String: Set<String>] = [:]
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let table = try #require(lines.firstIndex { $0.hasPrefix("| beside |") })
    for line in lines[(table + 2)...] {
      if line.isEmpty { break }
      let cells = line.split(separator: "|")
      var keys = words(cells[1])
      if cells[1].contains("all of these") { keys.formUnion(common) }
      for name in words(cells[0]) { rows[name] = keys }
    }
    for metric in Metric.all {
      let name =
        rows[metric.name] == nil
        ? (metric.name.split(separator: ".").first.map(String.init) ?? "") + ".*" : metric.name
      #expect(rows[name] == Set(RuleFile.keys(beside: metric)), "\(metric.name)")
    }
    #expect(rows["check"] == Set(RuleFile.keysBesideCheck))
  }

  @Test func deepNestingIsAMistake() {
    #expect(!mistakes("rules: " + String(repeating: "[", count: 100_000)).isEmpty)
    #expect(!mistakes(String(repeating: "- ", count: 100_000)).isEmpty)
  }

  @Test(arguments: [
    ("50us", Metric.Dimension.time, 50_000), ("1.5ms", .time, 1_500_000), ("2 s", .time, 2e9),
    ("0", .time, 0), ("2%", .share, 0.02), ("0.02", .share, 0.02), ("1.5k", .count, 1500),
    ("1e6", .count, 1e6), ("1_000", .count, 1000), ("1.5k/s", .rate, 1500), ("4.5", .ratio, 4.5),
  ])
  func unitsAreUnderstood(text: String, dimension: Metric.Dimension, value: Double) {
    #expect(Measure.value(text, dimension) == value)
  }

  @Test(arguments: ["50", "us", "-1us", "50 apples", "", "1ee6", "inf", "nan"])
  func whatIsNoTimeIsNone(text: String) { #expect(Measure.value(text, .time) == nil) }

  // MARK: - The schema for editors

  /// YAML as the JSON that a schema speaks of.
  private func json(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar):
      if let number = node.int { return "\(number)" }
      if let truth = node.bool { return "\(truth)" }
      if let number = node.float { return "\(number)" }
      return "\"" + scalar.string.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    case .sequence(let sequence): return "[" + sequence.map(json).joined(separator: ", ") + "]"
    case .mapping(let mapping):
      return "{" + mapping.map { json($0.key) + ": " + json($0.value) }.joined(separator: ", ")
        + "}"
    case .alias: return "null"
    }
  }

  private func schemaProblems(_ text: String) throws -> [String] {
    let validator = try SchemaValidator(Repository.text(of: "schemas/rules-v1.schema.json"))
    return try validator.problems(of: json(#require(try Yams.compose(yaml: text))))
  }

  @Test func whatShipsMatchesTheSchema() throws {
    let paths = try ShippedRules.paths()
    #expect(paths.count >= 2)
    for path in paths { #expect(try schemaProblems(Repository.text(of: path)) == [], "\(path)") }
  }

  /// What the parser takes, the schema takes; what one of them refuses, so does the other.
  @Test(arguments: [
    ("eventually: kvm_entry, at_least: 3", true), ("eventually: kvm_entry, at_most: 1.5k", true),
    ("eventually: kvm_entry, at_most: 1e6", true), ("eventually: kvm_entry, at_least: 1.5", false),
    ("eventually: kvm_entry, at_least: -1", false), ("eventually: kvm_entry, at_least: few", false),
    ("eventually: kvm_entry, at_least: [1]", false), ("eventually: []", false),
    ("never: kvm_exit, at_most: 5us", false), ("metric: exits", false),
    ("metric: exits.rate, at_most: 1.5k/s", true), ("metric: exits, at_most: -1", false),
    ("never: kvm_exit, where: {between: [a, b]}", true),
    ("never: kvm_exit, where: {between: [a]}", false),
    ("never: kvm_exit, where: {between: [a, b, c]}", false),
    ("never: kvm_exit, where: {vcpu: [0, '2-4']}", true),
    ("never: kvm_exit, where: {vcpu: some}", false),
    ("never: kvm_exit, where: {begin: 104.5, end: '105'}", true),
    ("never: kvm_exit, where: {begin: soon}", false),
    ("sequence: {after: a, require: b}", true), ("sequence: {after: a}", false),
    ("sequence: {after: a, never: b}", true), ("sequence: {after: a, before: b}", false),
    ("sequence: {after: a, never: b, within: 1ms}", false),
    ("sequence: {after: a, require: b, within: 0}", true),
    ("sequence: {after: a, require: b, within: 5}", false),
    ("sequence: {after: a, require: b, within: soon}", false),
    ("sequence: {after: a, require: b, then: [a, a, a, a, a]}", true),
    ("sequence: {after: a, require: b, then: [a, a, a, a, a, a]}", false),
    ("sequence: {after: a, require: b, then: [[a, b], {event: [a, b], within: 1s}]}", true),
    ("sequence: {after: a, require: b, then: {event: a, optional: true}}", true),
    ("sequence: {after: a, require: b, then: [{event: a, within: later}]}", false),
    ("sequence: {after: a, require: b, bind: {p: w, q: x, r: y, s: z}}", true),
    ("sequence: {after: a, require: b, bind: {p: w, q: x, r: y, s: z, t: v}}", false),
    ("sequence: {after: a, require: b, bind: [rip]}", false),
  ])
  func schemaAndParserAgree(rule: String, isSound: Bool) throws {
    let text = "rules: [{name: a, \(rule)}]"
    #expect(mistakes(text).isEmpty == isSound, "\(mistakes(text))")
    let problems = try schemaProblems(text)
    #expect(problems.isEmpty == isSound, "\(problems)")
  }

  @Test func theSchemaHasEveryMetricAndSeesWhatIsWrong() throws {
    for metric in Metric.all {
      let scope = metric.name.hasPrefix("state") ? "where: {state: guest}, " : ""
      let text = "rules: [{name: a, \(scope)metric: \(metric.name), at_most: 1s}]"
      #expect(try schemaProblems(text) == [])
    }
    for slip in Self.slips where slip.found.hasPrefix("'") && slip.suggestion != "" {
      // A schema cannot know the names of checks, events and fields.
      let keys = ["chek", "fial", "fai}", "exits.cuont", "vpu", "evnt", "levl", "L3"]
      guard keys.contains(where: slip.text.contains) else { continue }
      #expect(try !schemaProblems(slip.text).isEmpty, "\(slip.text)")
    }
  }
}
