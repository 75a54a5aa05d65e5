import Foundation
import KVMEvents
import KVMScope
import KVMTimeline
import Testing
import TraceChecks
import TraceTestSupport

@testable import TraceAssertions

/// Numbers and checks where events were lost, were not recorded, or have an unknown level: what was seen proves what it
/// proves, and nothing else is a verdict.
@Suite struct LossVerdictTests {
  /// No kvm_nested_vmexit, no sched_switch; of 144 exits 141 have an unknown level.
  private static let few = Fixture.path("trace-dat/vmx-6.1-fixed/invalid_l2-mode2-fewevents.dat")
  private static let control = Fixture.path("trace-dat/vmx-6.1-fixed/nested_mix-1v-full.dat")

  private func outcome(_ rule: String, _ path: String) throws -> Verdict {
    try EventRuleTests.results("  - {name: a, \(rule)}\n", path).cases[0].outcome
  }

  private func expect(_ rules: [(String, Verdict)], _ path: String) throws {
    for (rule, verdict) in rules {
      let answer = try outcome(rule, path)
      #expect(answer == verdict, "\(rule)")
    }
  }

  /// Calls with a log of text in a file.
  private func withLog(_ text: String, _ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "kvmscope-rules-\(UUID().uuidString).txt"
    ).path
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  /// 20 exits of 10 µs each, one every 20 µs; then a gap or none, and one entry.
  private func log(_ gap: String) -> String {
    var text = "cpus=1\n"
    func add(_ event: String, _ time: Int) {
      let digits = String(String(1_000_000 + time).dropFirst())
      text += "  qemu-10   [000]  100.\(digits): \(event)\n"
    }
    for number in 0..<20 {
      add("kvm_entry: vcpu 0, rip 0x1000", number * 20)
      add(
        "kvm_exit: vcpu 0 reason CPUID rip 0x1000 info1 0x0 info2 0x0 intr_info 0x0",
        number * 20 + 10)
    }
    text += gap
    add("kvm_entry: vcpu 0, rip 0x1000", 400)
    return text
  }

  @Test func whatWasSeenIsProvedAndNothingElse() throws {
    let rules: [(String, Verdict, Verdict)] = [
      // Counts and sums can only have been more.
      ("metric: exits.count, at_least: 25", .inconclusive, .fail),
      ("metric: exits.count, at_least: 5", .pass, .pass),
      ("metric: exits.count, at_least: 20", .pass, .pass),
      ("metric: exits.count, at_most: 10", .fail, .fail),
      ("metric: exits.count, at_most: 20", .inconclusive, .pass),
      ("metric: exits.count, below: 20", .fail, .fail),
      ("metric: exits.count, above: 20", .inconclusive, .fail),
      ("metric: exits.count, equals: 20", .inconclusive, .pass),
      ("metric: exits.count, equals: 19", .fail, .fail),
      ("metric: exits.count, at_least: 25, where: {vcpu: 0}", .inconclusive, .fail),
      ("metric: exits.count, at_least: 25, where: {reason: CPUID}", .inconclusive, .fail),
      ("metric: exits.count, at_least: 25, per: vcpu", .inconclusive, .fail),
      ("metric: exits.count, at_least: 5, per: vcpu", .pass, .pass),
      ("metric: entries, at_least: 22", .inconclusive, .fail),
      ("metric: entries, at_most: 20", .fail, .fail),
      ("metric: exits.handling_ns.total, at_least: 1s", .inconclusive, .fail),
      ("metric: exits.handling_ns.total, at_most: 100us", .fail, .fail),
      ("metric: exits.handling_ns.max, at_most: 5us", .fail, .fail),
      ("metric: exits.handling_ns.max, at_most: 1s", .inconclusive, .pass),
      ("metric: exits.handling_ns.min, at_least: 50us", .fail, .fail),
      ("metric: exits.handling_ns.min, at_least: 5us", .inconclusive, .pass),
      ("metric: exits.handling_ns.min, at_most: 50us", .pass, .pass),
      // These may have been anything.
      ("metric: exits.handling_ns.mean, at_least: 50us", .inconclusive, .fail),
      ("metric: exits.handling_ns.p99, at_most: 1us", .inconclusive, .fail),
      ("metric: exits.rate, at_most: 1/s", .inconclusive, .fail),
      ("metric: state.share, where: {state: guest}, at_least: 90%", .inconclusive, .fail),
      ("metric: state.share, where: {state: guest}, at_least: 0%", .pass, .pass),
      ("metric: state.total_ns, where: {state: guest}, at_least: 1s", .inconclusive, .fail),
      ("metric: state.count, where: {state: guest}, at_least: 1k", .inconclusive, .fail),
      ("metric: l2_exits, at_most: 0", .inconclusive, .pass),
      ("metric: l2_exits, at_least: 1", .inconclusive, .fail),
      ("metric: exits.handling_ns.max, where: {reason: HLT}, at_most: 1s", .inconclusive, .pass),
      // Facts of the recording are known.
      ("metric: trace.lost_gaps, at_most: 0", .fail, .pass),
      ("metric: state.count, where: {state: lost}, at_most: 0", .fail, .pass),
      // Checks likewise.
      ("check: exit-rate, at_least: 5", .inconclusive, .fail),
      ("check: exit-rate", .inconclusive, .pass),
      ("check: lost-events, at_least: 1", .pass, .fail),
    ]
    try withLog(log("CPU:0 [LOST 100 EVENTS]\n")) { path in
      try expect(rules.map { ($0.0, $0.1) }, path)
    }
    try withLog(log("")) { path in try expect(rules.map { ($0.0, $0.2) }, path) }
  }

  /// A gap before the first event of a vCPU, or behind its last, leaves no trace in its intervals.
  @Test func aGapBesideAVCPUMayHideMoreOfIt() throws {
    let whole = log("")
    let gap = "CPU:0 [LOST 100 EVENTS]\n"
    let before = whole.replacing("cpus=1\n", with: "cpus=1\n" + gap)
    for scope in ["vcpu: 0", "reason: CPUID", "isa: vmx"] {
      let rules: [(String, Verdict, Verdict)] = [
        ("where: {\(scope)}, metric: exits.count, at_least: 25", .fail, .inconclusive),
        ("where: {\(scope)}, metric: exits.count, at_most: 25", .pass, .inconclusive),
        ("where: {\(scope)}, metric: exits.count, at_least: 20", .pass, .pass),
        ("where: {\(scope)}, eventually: kvm_exit, at_least: 90", .fail, .inconclusive),
        ("where: {\(scope)}, never: \"kvm_exit: exit_reason == HLT\"", .pass, .inconclusive),
      ]
      try withLog(whole) { path in try expect(rules.map { ($0.0, $0.1) }, path) }
      for text in [before, whole + gap] {
        try withLog(text) { path in try expect(rules.map { ($0.0, $0.2) }, path) }
      }
    }
    // One that was seen before and behind it on another CPU was there all the time.
    let other = "  other-9   [001]  100.000100: kvm_fpu: load\n"
    let lines = whole.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let head = lines.prefix(12).joined(separator: "\n").replacing("cpus=1", with: "cpus=2")
    let tail = lines.dropFirst(12).joined(separator: "\n")
    let elsewhere =
      head + "\n" + other + "CPU:1 [LOST 9 EVENTS]\n" + other.replacing("000100", with: "000110")
    try withLog(elsewhere + tail) { path in
      try expect([("where: {vcpu: 0}, metric: exits.count, at_least: 25", .fail)], path)
    }
  }

  @Test func aLostInjectIsNoMissingOne() throws {
    let name = "trace-dat/vmx-6.1-fixed/invalid_l2-mode2.report.zst"
    let text = try Unpacking.text(zstd: Fixture.bytes(name))
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let at = try #require(
      lines.firstIndex { $0.contains("kvm_nested_vmexit_inject") && $0.contains("TRIPLE_FAULT") })
    let rules = [
      "check: synthesized-triple-fault, at_least: 1", "metric: l2_exits_synthesized, at_least: 1",
    ]
    try withLog(lines.joined(separator: "\n")) { path in
      try expect(
        rules.map { ($0, .pass) } + [("check: synthesized-triple-fault, at_least: 2", .fail)], path)
    }
    lines[at] = "CPU:0 [LOST 3 EVENTS]"
    try withLog(lines.joined(separator: "\n")) { path in
      try expect(rules.map { ($0, .inconclusive) }, path)
    }
  }

  @Test func whatWasNotRecordedIsNotCounted() throws {
    try expect(
      [
        ("check: l2-triple-fault, at_least: 1", .inconclusive),
        ("check: l2-triple-fault", .inconclusive),
        ("check: l2-emulation, at_least: 1", .inconclusive),
        ("metric: exits.count, where: {level: L2}, at_most: 0", .inconclusive),
        ("metric: exits.count, where: {level: L2}, at_least: 1", .inconclusive),
        // All that may be L2's are not as many, or as few.
        ("metric: exits.count, where: {level: L2}, at_most: 141", .pass),
        ("metric: exits.count, where: {level: L2}, at_least: 142", .fail),
        ("metric: exits.count, where: {level: L1}, at_most: 2", .fail),
        ("metric: exits.count, where: {level: L1}, at_most: 143", .inconclusive),
        ("metric: exits.count, where: {level: L1}, at_most: 144", .pass),
        ("metric: exits.count, equals: 144", .pass),
        ("metric: exits.rate, where: {level: L2}, at_most: 1/s", .inconclusive),
        ("metric: exits.handling_ns.p99, where: {level: L2}, at_most: 1ns", .inconclusive),
        ("metric: exits.handling_ns.p99, where: {level: L2}, at_most: 1s", .pass),
        ("metric: exits.handling_ns.total, where: {level: L2}, at_least: 1us", .inconclusive),
        ("metric: exits.handling_ns.max, where: {level: L1}, at_least: 1s", .fail),
        ("metric: l2_exits, at_most: 0", .inconclusive),
        ("metric: l2_exits, where: {reason: TRIPLE_FAULT}, at_least: 142", .fail),
        ("metric: l2_exits_reflected, at_most: 0", .inconclusive),
        ("metric: l2_exits_synthesized, at_least: 9", .inconclusive),
        ("metric: exit_multiplication, at_most: 1", .inconclusive),
        ("metric: state.share, where: {level: L2, state: guest}, at_most: 0%", .inconclusive),
        ("metric: state.share, where: {state: preempted}, at_most: 0%", .inconclusive),
        ("metric: state.share, where: {state: blocked}, at_most: 0%", .inconclusive),
        ("metric: state.count, where: {state: halted}, at_most: 0", .inconclusive),
        ("metric: state.total_ns, where: {state: polling}, at_most: 1ns", .inconclusive),
        ("metric: state.share, where: {state: userspace}, at_most: 0%", .inconclusive),
        // Time off the CPU is in it: without it, it is less.
        ("metric: exits.handling_on_cpu_ns.p99, at_most: 10s", .pass),
        ("metric: exits.handling_on_cpu_ns.p99, at_most: 1us", .inconclusive),
        ("metric: exits.handling_on_cpu_ns.p99, at_least: 10s", .fail),
      ], Self.few)
    // An entry that no exit follows, and an exit that no entry does: neither event is there.
    try withLog("cpus=1\n  qemu-10 [000] 100.000001: kvm_userspace_exit: reason KVM_EXIT_IO (2)\n")
    { path in
      for metric in ["exits.count", "entries", "l2_exits", "exits.answered", "nested_entries"] {
        try expect([("metric: \(metric), at_most: 0", .inconclusive)], path)
      }
    }
  }

  /// Halts are told of by the scheduler, or by kvm_vcpu_wakeup.
  @Test func eitherEventTellsOfHalts() throws {
    let event = "  qemu-10 [000] 100.00000"
    let pair =
      "\(event)1: kvm_entry: vcpu 0, rip 0x1\n\(event)2: kvm_exit: reason HLT rip 0x1 info 0 0\n"
    let switching = "\(event)3: sched_switch: qemu:10 [120] R ==> swapper/0:0 [120]\n"
    let waking = "\(event)3: kvm_vcpu_wakeup: wait time 500 ns, polling valid\n"
    let upper = "metric: state.count, where: {state: halted}, at_most: 9"
    try withLog("cpus=1\n" + pair + switching) { try expect([(upper, .pass)], $0) }
    try withLog("cpus=1\n" + pair + waking) { try expect([(upper, .pass)], $0) }
  }

  /// What does not apply passes, whatever was expected.
  @Test func aCheckThatDoesNotApplyPasses() throws {
    let svm = Fixture.path("perf-data/svm-6.1/svm_nested_shutdown_test.perf.data")
    try expect(
      [
        ("check: l2-emulation, at_least: 1", .pass),
        ("check: missing-triple-fault, at_least: 1", .pass),
        ("check: synthesized-triple-fault, at_least: 9", .fail),
      ], svm)
    // No guest of it is nested.
    try withLog(log("")) { path in
      try expect([("check: synthesized-triple-fault, at_least: 1", .pass)], path)
    }
  }

  @Test func enoughIsEnoughWhateverElseIsOpen() throws {
    let lost = Fixture.path("trace-dat/containers/s7lost.zstd.dat")
    let count = try Analysis.check([lost]).checks.findings.count { $0.check == "lost-events" }
    #expect(count > 0)
    try expect([("check: lost-events, at_least: 1", .pass), ("check: lost-events", .fail)], lost)
  }

  /// The reasons of L2's exits are those of the table of exits.
  @Test func countersOfL2HaveReasons() throws {
    let vcpu = try Analysis.summarize([Self.control]).vcpus[0]
    let ofL2 = vcpu.exitReasons.filter { $0.level == .l2 && $0.exit.code == 12 }
    let all = ofL2.reduce(0) { $0 + $1.count }
    let reflected = ofL2.filter { $0.handledBy == .l1 }.reduce(0) { $0 + $1.count }
    #expect(all > 0 && all < vcpu.l2Exits && reflected > 0 && reflected < vcpu.l2ExitsReflected)
    try expect(
      [
        ("metric: l2_exits, where: {reason: HLT}, equals: \(all)", .pass),
        ("metric: l2_exits_reflected, where: {reason: HLT}, equals: \(reflected)", .pass),
        ("metric: l2_exits, where: {reason: XSETBV}, equals: 0", .pass),
      ], Self.control)
    // Without a reason the table and the counter agree.
    let rows = vcpu.exitReasons.filter { $0.level == .l2 }
    #expect(rows.reduce(0) { $0 + $1.count } == vcpu.l2Exits)
    #expect(
      rows.filter { $0.handledBy == .l1 }.reduce(0) { $0 + $1.count } == vcpu.l2ExitsReflected)
  }

  /// Nobody knows how long a tick is.
  @Test func ticksAreNoTime() throws {
    let ticks = Fixture.path("trace-dat/svm-6.1/nested_mix-1v-full-clock-tsc.dat")
    let timed = ["slow-exit", "exit-rate", "halt-poll-waste", "preempted-in-guest", "stuck-in-l2"]
    try expect(timed.map { ("check: \($0)", .inconclusive) }, ticks)
    try expect([("check: terminal-exit", .pass), ("check: missing-events", .pass)], ticks)
  }

  /// A check that speaks of a vCPU as a whole has no level that could be asked for.
  @Test func aLevelThatNobodyKnowsIsNoPass() throws {
    let rules = """
      checks: {set: {exit-multiplication.budget: 1, exit-multiplication.trips: 1}}
      rules: [{name: a, check: exit-multiplication, where: {level: L1}}, {name: b, check: exit-multiplication}]
      """
    let results = try Analysis.assert(RuleFile.read(rules, path: "r.yaml"), [Self.control]).checks
    #expect(results.cases.map(\.outcome) == [.inconclusive, .fail])
  }
}
