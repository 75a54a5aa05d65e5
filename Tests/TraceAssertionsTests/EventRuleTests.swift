import Foundation
import KVMEvents
import KVMScope
import KVMTimeline
import Testing
import TraceChecks
import TraceTestSupport

@testable import TraceAssertions

/// Rules about events on recordings, held against a count of the decoded events.
@Suite struct EventRuleTests {
  static let bug = Fixture.path("trace-dat/vmx-6.1-unfixed/invalid_l2-mode2.dat")
  static let control = Fixture.path("trace-dat/vmx-6.1-fixed/nested_mix-1v-full.dat")

  /// What rules say of a trace.
  static func results(_ rules: String, _ path: String = bug) throws -> CheckResults {
    try Analysis.assert(RuleFile.read("rules:\n" + rules, path: "r.yaml"), [path]).checks
  }

  private func outcome(_ rule: String, _ path: String = bug) throws -> Verdict {
    try Self.results("  - {name: a, \(rule)}\n", path).cases[0].outcome
  }

  /// Whether a pattern happens so often, by a rule that says just that.
  private func happens(_ pattern: String, _ count: Int, _ path: String) throws -> Bool {
    let text = pattern.replacing("\"", with: "\\\"")
    let rule = "eventually: \"\(text)\", at_least: \(count), at_most: \(count)"
    return try outcome(rule, path) == .pass
  }

  private func rows(_ path: String) throws -> [EventRow] {
    var rows: [EventRow] = []
    _ = Analysis.events(try TraceInput(path: path)) {
      rows.append($0)
      return true
    }
    return rows
  }

  private func number(_ row: EventRow, _ field: String) -> UInt64? {
    switch row.fields.first(where: { $0.name == field })?.value {
    case .unsigned(let value): value
    case .signed(let value): UInt64(bitPattern: value)
    default: nil
    }
  }

  @Test(arguments: [bug, control]) func countsAreThoseOfTheEvents(path: String) throws {
    let rows = try rows(path)
    func count(_ event: String, _ holds: (EventRow) -> Bool = { _ in true }) -> Int {
      rows.count { $0.event == event && holds($0) }
    }
    let exits = count("kvm_exit")
    #expect(exits > 100)
    #expect(try happens("kvm_exit", exits, path))
    #expect(try !happens("kvm_exit", exits + 1, path))
    #expect(
      try happens(
        "kvm", rows.count { $0.event.hasPrefix("kvm_") || $0.event.hasPrefix("vcpu_") }, path))
    #expect(
      try happens(
        "kvm_exit: guest_rip & 0xfff > 0x800 && exit_reason != 12",
        count("kvm_exit") {
          (number($0, "guest_rip") ?? 0) & 0xfff > 0x800 && number($0, "exit_reason") != 12
        }, path))
    #expect(
      try happens(
        "kvm_exit: exit_reason == IO_INSTRUCTION || exit_reason == CPUID",
        count("kvm_exit") { [30, 10].contains(number($0, "exit_reason")) }, path))
    #expect(
      try happens(
        "kvm_exit: !(exit_reason == EXIT_REASON_CPUID)",
        count("kvm_exit") { number($0, "exit_reason") != 10 }, path))
    #expect(
      try happens(
        "kvm_exit: exit_reason == \"CPUID\"", count("kvm_exit") { number($0, "exit_reason") == 10 },
        path))
    #expect(
      try happens(
        "kvm_userspace_exit: reason == KVM_EXIT_IO",
        count("kvm_userspace_exit") { number($0, "reason") == 2 }, path))
    #expect(
      try happens(
        "kvm_userspace_exit: errno < 0",
        count("kvm_userspace_exit") { Int64(bitPattern: number($0, "errno") ?? 0) < 0 }, path))
    #expect(
      try happens(
        "sched_switch: next_comm =~ \"^kworker\"",
        count("sched_switch") { row in
          if case .text(let text)? = row.fields.first(where: { $0.name == "next_comm" })?.value {
            return text.hasPrefix("kworker")
          }
          return false
        }, path))
    #expect(
      try happens(
        "kvm_exit: COMM == \"invalid_l2\"", count("kvm_exit") { $0.comm == "invalid_l2" }, path))
    #expect(try happens("kvm_exit: CPU == 0", count("kvm_exit") { $0.cpu == 0 }, path))
    #expect(
      try happens(
        "kvm_exit: common_pid == \(rows.first { $0.event == "kvm_exit" }?.thread ?? 0)",
        count("kvm_exit"), path))
  }

  /// Many rules at once find what each finds alone, whatever index they share.
  @Test func theIndexHidesNothing() throws {
    var random = SeededGenerator(seed: 20)
    let rows = try rows(Self.control).filter { $0.event == "kvm_exit" }
    let values = rows.compactMap { number($0, "guest_rip") }
    let operators = ["==", "!=", "<", "<=", ">", ">="]
    var text = ""
    var expected: [Int] = []
    for number in 0..<200 {
      let value = values.randomElement(using: &random) ?? 0
      let other = values.randomElement(using: &random) ?? 0
      let first = operators.randomElement(using: &random) ?? "=="
      let second = operators.randomElement(using: &random) ?? "=="
      let join = ["&&", "||", "&", "!", "& !"].randomElement(using: &random) ?? "&&"
      let mask =
        UInt64.random(in: 0..<0x100_0000, using: &random) & ~UInt64.random(
          in: 0..<0x40, using: &random)
      func holds(_ a: UInt64, _ sign: String, _ b: UInt64) -> Bool {
        switch sign {
        case "==": a == b
        case "!=": a != b
        case "<": a < b
        case "<=": a <= b
        case ">": a > b
        default: a >= b
        }
      }
      expected.append(
        values.count { x in
          let (p, q) = (holds(x, first, value), holds(other, second, x))
          return switch join {
          case "&&": p && q
          case "||": p || q
          case "&": x & mask != 0 && q
          case "!": !p && q
          default: x & mask != 0 && x != value
          }
        })
      let left =
        switch join {
        case "&": "guest_rip & \(mask) &&"
        case "!": "!(guest_rip \(first) \(value)) &&"
        default: "guest_rip \(first) \(value) \(join)"
        }
      // A mask is all that is left to be asked where another value is excluded.
      let filter =
        join == "& !"
        ? "guest_rip & \(mask) && !(guest_rip == \(value))" : "\(left) \(other) \(second) guest_rip"
      text +=
        "  - {name: r\(number), eventually: \"kvm_exit: \(filter)\", at_least: \(expected[number]), at_most: \(expected[number])}\n"
    }
    let cases = try Self.results(text, Self.control).cases
    #expect(cases.filter { $0.outcome != .pass }.map(\.reason) == [])
    #expect(Set(expected).count > 20)
  }

  @Test func scopes() throws {
    let rows = try rows(Self.bug)
    let exits = rows.filter { $0.event == "kvm_exit" }
    func expect(_ scope: String, _ count: Int) throws {
      let rule = "where: {\(scope)}, eventually: kvm_exit, at_least: \(count), at_most: \(count)"
      #expect(try outcome(rule) == .pass, "\(scope)")
    }
    try expect("vcpu: 0", exits.count)
    try expect("tid: 355", exits.count)
    try expect("isa: vmx", exits.count)
    try expect("begin: 104.672", exits.count { $0.timestamp >= 104_672_000_000 })
    try expect("end: 104.672", exits.count { $0.timestamp < 104_672_000_000 })
    // The summary counts the exits of L2 too.
    let vcpu = try Analysis.summarize([Self.bug]).vcpus[0]
    try expect("level: L2", Int(vcpu.l2Exits))
    try expect("level: L1", Int(vcpu.exits - vcpu.l2Exits))
    let pio = vcpu.exitReasons.filter { $0.exit.code == 30 }.reduce(0) { $0 + Int($1.count) }
    // While an exit is handled another event belongs to it; the exit itself belongs to both sides.
    let rule = "where: {reason: IO_INSTRUCTION}, eventually: kvm_exit, at_least: \(pio)"
    #expect(try outcome(rule) == .pass)
    #expect(try outcome("where: {isa: svm}, eventually: kvm_exit") == .pass, "does not apply")
    #expect(try outcome("where: {vcpu: 9}, eventually: kvm_exit") == .inconclusive)
  }

  @Test func betweenTwoEvents() throws {
    // From each exit to the next entry, as the events have it.
    var isOpen = false
    var inside = 0
    for row in try rows(Self.bug) {
      if row.event == "kvm_entry" { isOpen = false }
      if row.event == "kvm_exit" { isOpen = true }
      if isOpen && row.event == "kvm_fpu" { inside += 1 }
    }
    #expect(inside > 0)
    let scope = "where: {between: [kvm_exit, kvm_entry]}"
    #expect(
      try outcome("\(scope), eventually: kvm_fpu, at_least: \(inside), at_most: \(inside)") == .pass
    )
    #expect(try outcome("\(scope), never: kvm_entry") == .pass, "the end is outside")
    // What ends one stretch may begin the next.
    let io = "kvm_userspace_exit: reason == KVM_EXIT_IO"
    var instructions = 0
    isOpen = false
    for row in try rows(Self.bug) {
      if row.event == "kvm_userspace_exit" { isOpen = number(row, "reason") == 2 }
      if isOpen && row.event == "kvm_emulate_insn" { instructions += 1 }
    }
    #expect(instructions > 0)
    let chain = "where: {between: [\"\(io)\", kvm_userspace_exit]}"
    #expect(
      try outcome(
        "\(chain), eventually: kvm_emulate_insn, at_least: \(instructions), at_most: \(instructions)"
      )
        == .pass)
    #expect(try outcome("where: {between: [\"\(io)\", \"\(io)\"]}, check: l2-emulation") == .fail)
    #expect(try outcome("where: {between: [kvm_exit, kvm_exit]}, never: kvm_emulate_insn") == .fail)
    // A begin that never comes leaves nothing to judge.
    let never = "where: {between: [\"kvm_exit: guest_rip == 1\", kvm_entry]}, never: kvm_fpu"
    #expect(try outcome(never) == .inconclusive)
    // A number of many short stretches is not taken.
    #expect(try outcome("\(scope), metric: exits, at_least: 0") == .inconclusive)
  }

  /// An episode that goes on through several stretches is one.
  @Test func episodesAreCountedOnce() throws {
    let scope = "where: {between: [kvm_emulate_insn, kvm_userspace_exit]}"
    #expect(try outcome("\(scope), check: l2-emulation, at_least: 1, at_most: 1") == .pass)
  }

  @Test func besideTheRecordingNothingIsJudged() throws {
    for scope in ["begin: 1, end: 2", "begin: 9000"] {
      for rule in [
        "check: l2-emulation", "never: kvm_exit", "metric: exits, at_most: 0",
        "sequence: {after: kvm_exit, never: kvm_entry}",
      ] {
        #expect(try outcome("where: {\(scope)}, \(rule)") == .inconclusive, "\(scope) \(rule)")
      }
    }
  }

  @Test func lostEventsAreCounted() throws {
    let lost = Fixture.path("trace-dat/containers/s7lost.zstd.dat")
    let count = try #require(
      try Self.results("  - {name: a, never: kvm_exit}\n", lost).traces[0].lostEvents)
    #expect(count > 1000)
    #expect(try outcome("metric: trace.lost_events, equals: \(count)", lost) == .pass)
    #expect(try outcome("metric: trace.lost_events, at_most: \(count - 1)", lost) == .fail)
    #expect(try outcome("metric: trace.lost_events, above: \(count)", lost) == .fail)
    #expect(try outcome("metric: trace.lost_events, at_most: 0") == .pass)
    // Where nobody counted them, no number will do.
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "kvmscope-uncounted-\(UUID().uuidString).txt"
    ).path
    let line = "qemu-7 [000] 1.000000000: kvm_exit: reason HLT rip 0x0 info 0 0\n"
    try Data((line + "CPU:0 [EVENTS DROPPED]\n" + line.replacing("1.0", with: "2.0")).utf8).write(
      to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try outcome("metric: trace.lost_gaps, equals: 1", path) == .pass)
    #expect(try outcome("metric: trace.lost_events, at_most: 9", path) == .inconclusive)
  }

  @Test func whatWasNotRecordedIsNotJudged() throws {
    #expect(try outcome("never: kvm_invented_thing") == .inconclusive)
    #expect(try outcome("never: \"kvm_exit: invented_thing == 1\"") == .inconclusive)
    #expect(try outcome("never: kvm_invented_thing, on_inconclusive: fail") == .fail)
    #expect(try outcome("never: kvm_invented_thing, on_inconclusive: pass") == .pass)
    #expect(try outcome("never: {event: kvm_invented_thing, optional: true}") == .pass)
    // An event that this kernel has under its newer name is not missing.
    #expect(try outcome("never: kvm_enter_smm") == .pass)
    let lost = Fixture.path("trace-dat/containers/s7lost.zstd.dat")
    #expect(try outcome("never: \"kvm_exit: guest_rip == 1\"", lost) == .inconclusive)
    #expect(try outcome("never: kvm_pio", lost) == .fail, "what was seen was seen")
    #expect(try outcome("eventually: kvm_pio", lost) == .pass)
  }

  @Test func expectationsAndSeverities() throws {
    #expect(try outcome("never: kvm_exit") == .fail)
    #expect(try outcome("never: kvm_exit, expect: fail") == .pass)
    #expect(try outcome("eventually: kvm_exit, expect: fail") == .fail)
    #expect(try outcome("never: kvm_exit, severity: warning") == .pass, "warnings do not fail")
    let known = try Self.results("  - {name: a, never: kvm_exit, expect: fail}\n")
    #expect(known.findings.map(\.severity) == [.note])
    #expect(known.verdict == .pass)
  }

  @Test func whereARuleDoesNotHoldIsShown() throws {
    let results = try Self.results("  - {name: a, never: \"kvm_emulate_insn: failed == 1\"}\n")
    let finding = try #require(results.findings.first)
    #expect(finding.check == "a" && finding.identity?.thread == 355 && finding.count == 1)
    #expect(finding.evidence.contains { $0.text.hasSuffix("FAIL") })
    #expect(finding.show.hasPrefix("kvmscope events --pid 355 --begin "))
  }

  /// A list means any of its patterns, also where one looks at values that are not those that were kept.
  @Test(arguments: ["", "where: {level: L1}, "])
  func anyPatternOfAListWillDo(scope: String) throws {
    func counts(_ end: String) throws -> [UInt64?] {
      let begin = "{name: NAME, \(scope)sequence: {after: kvm_exit, bind: {r: guest_rip}, "
      return try Self.results(
        ["require", "never"].map { role in
          let other = role == "require" ? ", before: kvm_exit" : ", until: kvm_exit"
          return "  - \(begin.replacing("NAME", with: role))\(role): \(end)\(other)}}\n"
        }.joined(), Self.control
      ).cases.map(\.count)
    }
    let plain = try counts("kvm_entry")
    #expect(plain[1] ?? 0 > 100)
    for sign in ["==", "!="] {
      let valued = "\"kvm_entry: rip \(sign) $r\""
      #expect(try counts(valued) != plain)
      #expect(try counts("[kvm_entry, \(valued)]") == plain)
      #expect(try counts("[\(valued), kvm_entry]") == plain)
    }
  }

  @Test func metrics() throws {
    let vcpu = try Analysis.summarize([Self.control]).vcpus[0]
    func holds(_ rule: String) throws -> Bool {
      try outcome("metric: \(rule)", Self.control) == .pass
    }
    let write = vcpu.exitReasons.filter { $0.exit.code == 25 }
    let p99 = write[0].handling?.p99 ?? 0
    let scope = "where: {level: L1, reason: VMWRITE}"
    #expect(try holds("exits.handling_ns.p99, \(scope), equals: \(p99)ns"))
    #expect(try holds("exits.handling_ns.p99, \(scope), at_most: \(p99)ns, at_least: \(p99)ns"))
    #expect(try !holds("exits.handling_ns.p99, \(scope), below: \(p99)ns"))
    #expect(try holds("exits.count, \(scope), equals: \(write[0].count)"))
    #expect(try holds("exits, equals: \(vcpu.exits)"))
    #expect(try holds("l2_exits_reflected, equals: \(vcpu.l2ExitsReflected)"))
    #expect(try holds("exit_multiplication, at_least: 3.9, at_most: 4.1"))
    #expect(try holds("state.share, where: {state: [guest, host]}, at_least: 80%, below: 90%"))
    #expect(try !holds("state.share, where: {state: userspace}, at_most: 1%"))
    #expect(try holds("trace.lost_gaps, equals: 0"))
    #expect(try holds("exits.rate, above: 1k/s, below: 1M/s, per: vcpu"))
    // Nothing of the kind happened: nothing was too slow, and whether it was fast enough nobody knows.
    let none = "where: {reason: XSETBV}"
    #expect(try holds("exits.handling_ns.max, \(none), at_most: 1ns"))
    #expect(
      try outcome("metric: exits.handling_ns.max, \(none), at_least: 1ns", Self.control)
        == .inconclusive)
    let ticks = Fixture.path("trace-dat/svm-6.1/nested_mix-1v-full-clock-tsc.dat")
    #expect(try outcome("metric: exits.handling_ns.max, at_most: 1s", ticks) == .inconclusive)
    #expect(try outcome("metric: exits, at_least: 1", ticks) == .pass)
  }

  @Test func metricsOfAWindowAreThoseOfTheSummary() throws {
    var options = AnalysisOptions()
    options.begin = .init(nanoseconds: 135_500_000_000, ticks: 135)
    options.end = .init(nanoseconds: 135_600_000_000, ticks: 135)
    let vcpu = try Analysis.summarize([Self.control], options).vcpus[0]
    #expect(vcpu.exits > 10)
    let rule = "where: {begin: 135.5, end: 135.6}, metric: exits, equals: \(vcpu.exits)"
    #expect(try outcome(rule, Self.control) == .pass)
  }
}
