import Foundation
import KVMEvents
import KVMScope
import KVMTimeline
import Testing
import TimelineTestSupport
import TraceChecks
import TraceTestSupport

/// What trace-cmd report and perf script print of a recording says what the recording says.
///
/// The texts are stored packed beside the recordings, and read so.
struct TextFormTests {
  /// A recording and its text.
  struct Pair: Sendable, CustomTestStringConvertible {
    var binary: String
    var text: String
    var testDescription: String { text }
  }

  static let pairs: [Pair] = {
    let all =
      FileManager.default.enumerator(atPath: Fixture.root)?.compactMap { $0 as? String } ?? []
    return all.sorted().compactMap { name in
      for (text, binary) in [(".report.zst", ".dat"), (".script.zst", ".perf.data")]
      where name.hasSuffix(text) {
        return Pair(binary: name.dropLast(text.count) + binary, text: name)
      }
      return nil
    }
  }()

  @Test func thereArePairs() {
    #expect(Self.pairs.filter { $0.text.hasSuffix(".report.zst") }.count >= 16)
    #expect(Self.pairs.filter { $0.text.hasSuffix(".script.zst") }.count >= 12)
  }

  @Test("the same findings and verdict", arguments: pairs)
  func findings(_ pair: Pair) throws {
    try Self.expectSameFindings(
      try Analysis.check([Fixture.path(pair.text)]).checks,
      try Analysis.check([Fixture.path(pair.binary)]).checks)
  }

  @Test("the same counts, and times", arguments: pairs)
  func counts(_ pair: Pair) throws {
    try Self.expectSameCounts(
      try Analysis.summarize([Fixture.path(pair.text)]),
      try Analysis.summarize([Fixture.path(pair.binary)]), resolution: 0)
  }

  @Test("the same intervals", arguments: pairs)
  func intervals(_ pair: Pair) throws {
    func rows(_ name: String) throws -> [String] {
      var rows: [String] = []
      _ = try Analysis.timeline(Fixture.path(name)) { interval, vcpu in
        rows.append(
          "\(vcpu.thread) \(vcpu.vcpu ?? -1) \(interval.begin) \(interval.state) \(interval.level)"
            + " \(interval.exit?.code ?? .max) \(interval.isReflected.map(String.init) ?? "?")"
            // trace-cmd does not print the interruption information of kvm_exit.
            + (interval.detail.map { $0.kind == .vector ? "" : " \($0.text)" } ?? ""))
      }
      return rows
    }
    #expect(try rows(pair.text) == rows(pair.binary))
  }

  /// As both programs print by default: trace-cmd rounds, perf cuts.
  @Test("times in microseconds", arguments: pairs.filter { !$0.text.contains("tsc") })
  func microseconds(_ pair: Pair) throws {
    let packed = try Fixture.bytes(pair.text)
    let coarse = try Unpacking.text(zstd: packed).replacing(#/(\.\d{6})\d{3}: /#) { "\($0.1): " }
    let file = try TemporaryFile([UInt8](coarse.utf8))
    let binary = Fixture.path(pair.binary)
    try Self.expectSameFindings(
      try Analysis.check([file.path]).checks, try Analysis.check([binary]).checks)
    try Self.expectSameCounts(
      try Analysis.summarize([file.path]), try Analysis.summarize([binary]), resolution: 1000)
  }

  private static func expectSameFindings(
    _ text: CheckResults, _ binary: CheckResults
  ) throws {
    #expect(text.verdict == binary.verdict)
    #expect(text.findings.map(words) == binary.findings.map(words))
    #expect(text.findings.map(\.evidence.isEmpty) == binary.findings.map(\.evidence.isEmpty))
    #expect(text.notJudged.map(\.check) == binary.notJudged.map(\.check))
    #expect(text.notJudged.map(\.identity?.thread) == binary.notJudged.map(\.identity?.thread))
    #expect(text.notJudged.map(\.isDecisive) == binary.notJudged.map(\.isDecisive))
  }

  /// A finding without its words, times and process.
  private static func words(_ finding: Finding) -> String {
    "\(finding.check) \(finding.severity) \(finding.identity?.thread ?? -1)"
      + " \(finding.identity?.vcpu ?? -1) \(finding.identity?.incarnation ?? -1)"
      + " \(finding.level.map { "\($0)" } ?? "") \(finding.count)"
  }

  private static func expectSameCounts(
    _ text: SummaryResults, _ binary: SummaryResults, resolution: UInt64
  ) throws {
    let (text, binary) = (text, binary)
    #expect(text.checks.traces.map(\.events) == binary.checks.traces.map(\.events))
    #expect(text.checks.traces.map(\.lostEvents) == binary.checks.traces.map(\.lostEvents))
    #expect(text.checks.traces.map(\.lostGaps) == binary.checks.traces.map(\.lostGaps))
    #expect(text.checks.traces.allSatisfy { $0.damage.isEmpty })
    #expect(text.vcpus.count == binary.vcpus.count)
    for (a, b) in zip(text.vcpus, binary.vcpus) {
      #expect(a.identity.thread == b.identity.thread)
      #expect(a.identity.vcpu == b.identity.vcpu)
      #expect(a.identity.incarnation == b.identity.incarnation)
      #expect(a.comm == b.comm)
      #expect(a.isa == b.isa)
      #expect(a.entries == b.entries)
      #expect(a.entriesFailed == b.entriesFailed)
      #expect(a.exits == b.exits)
      #expect(a.l2Exits == b.l2Exits)
      #expect(a.l2ExitsReflected == b.l2ExitsReflected)
      #expect(a.l2ExitsSynthesized == b.l2ExitsSynthesized)
      #expect(a.nestedEntries == b.nestedEntries)
      #expect(a.exitMultiplication == b.exitMultiplication)
      // They are listed by their times, which may be nearly the same.
      #expect(a.exitReasons.map(Self.words).sorted() == b.exitReasons.map(Self.words).sorted())
      for state in b.states + a.states {
        let here = a.states.first { $0.state == state.state && $0.level == state.level }
        let there = b.states.first { $0.state == state.state && $0.level == state.level }
        let count = max(here?.count ?? 0, there?.count ?? 0)
        let apart = Int64(here?.total ?? 0) - Int64(there?.total ?? 0)
        #expect(apart.magnitude <= count * resolution, "\(state)")
      }
    }
  }

  private static func words(_ reason: ExitStatistics) -> String {
    "\(reason.level) \(reason.exit) \(reason.handledBy) \(reason.count) \(reason.answered)"
  }
}
