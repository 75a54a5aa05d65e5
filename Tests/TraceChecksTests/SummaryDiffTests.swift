import KVMEvents
import KVMTimeline
import Testing
import TraceTestSupport

@testable import TraceChecks

/// Adding up and comparing summaries.
@Suite struct SummaryDiffTests {
  /// Durations as a summary has them.
  private func durations(_ values: [UInt64]) -> DurationDistribution {
    var whole = DurationDistribution()
    for value in values {
      // Each alone, so that the sum is put together by the code under test.
      whole.add(
        DurationDistribution(
          total: value, min: value, max: value, buckets: [.init(highest: value, count: 1)]))
    }
    return whole
  }

  private func totals(
    _ values: [UInt64], span: UInt64 = 1_000_000_000,
    findings: [String: FindingCounts.OfCheck] = [:]
  ) -> SummaryTotals {
    var vcpu = VCPUSummary(trace: 0, identity: VCPUIdentity(vcpu: 0, thread: 1, incarnation: 0))
    vcpu.isa = .vmx
    vcpu.end = span
    vcpu.exits = UInt64(values.count)
    vcpu.states = [StateTotal(state: .guest, level: .l1, count: 1, total: span)]
    let durations = durations(values)
    if !values.isEmpty {
      vcpu.exitReasons = [
        ExitStatistics(
          level: .l1, exit: ExitCode(raw: 10, isa: .vmx), handledBy: .l0,
          count: UInt64(values.count), answered: UInt64(values.count), handling: durations,
          handlingOnCPU: durations)
      ]
    }
    return SummaryTotals(
      traces: [TraceFacts(path: "a", container: "trace.dat v7")], verdict: .pass,
      findings: FindingCounts(byCheck: findings), vcpus: [vcpu])
  }

  private func change(
    _ base: SummaryTotals, _ new: SummaryTotals, _ metric: SummaryDiff.Metric,
    limits: [SummaryDiff.Metric: Double] = [:]
  ) -> SummaryDiff.Change? {
    SummaryDiff(base, new, limits: limits).changes.first { $0.metric == metric }
  }

  @Test func distributionsAddUpInAnyOrder() {
    var random = SeededGenerator(seed: 3)
    let values = (0..<500).map { _ in UInt64.random(in: 0...1000, using: &random) }
    let whole = durations(values)
    #expect(durations(values.shuffled(using: &random)) == whole)
    var parts = durations(Array(values[..<200]))
    parts.add(durations(Array(values[200...])))
    #expect(parts == whole)
    #expect(whole.count == 500 && whole.total == values.reduce(0, +))
    #expect(whole.buckets.map(\.highest) == Set(values).sorted())
    let sorted = values.sorted()
    #expect(whole.statistics?.min == sorted.first && whole.statistics?.max == sorted.last)
    #expect(whole.statistics?.p50 == sorted[249])
  }

  @Test func chanceIsNoChange() {
    var random = SeededGenerator(seed: 4)
    func sample(_ count: Int, around center: UInt64) -> [UInt64] {
      (0..<count).map { _ in UInt64.random(in: center * 6 / 10...center * 14 / 10, using: &random) }
    }
    var wrong = 0
    for _ in 0..<100 {
      let (a, b) = (totals(sample(400, around: 100_000)), totals(sample(400, around: 100_000)))
      if change(a, b, .p50)?.isSignificant == true { wrong += 1 }
      if change(a, b, .p99)?.isSignificant == true { wrong += 1 }
    }
    #expect(wrong <= 4)
    let slower = change(
      totals(sample(400, around: 100_000)), totals(sample(400, around: 150_000)), .p50,
      limits: [.p50: 0.2])
    #expect(slower?.isSignificant == true && slower?.isRegression == true)
    let faster = change(
      totals(sample(400, around: 150_000)), totals(sample(400, around: 100_000)), .p50,
      limits: [.p50: 0.2])
    #expect(faster?.isSignificant == true && faster?.isRegression == false)
  }

  @Test func floors() {
    func p50(_ a: UInt64, _ b: UInt64, _ count: Int) -> Bool {
      change(
        totals(Array(repeating: a, count: count)), totals(Array(repeating: b, count: count)), .p50)?
        .isSignificant == true
    }
    #expect(p50(10_000, 20_000, 100))
    #expect(!p50(10_000, 20_000, 20), "too few samples")
    #expect(!p50(100, 1000, 100), "less than a microsecond")
    #expect(!p50(1_000_000, 1_040_000, 100), "less than five percent")
    let many = change(
      totals(Array(repeating: 1, count: 50)), totals(Array(repeating: 1, count: 50)), .p99)
    #expect(many?.isSignificant == false)
  }

  @Test func countsAndRates() {
    func of(_ count: Int, span: UInt64) -> SummaryTotals {
      totals(Array(repeating: 1000, count: count), span: span)
    }
    let second: UInt64 = 1_000_000_000
    // Twice the exits in twice the time are as many.
    let longer = (of(1000, span: second), of(2000, span: 2 * second))
    #expect(change(longer.0, longer.1, .count)?.isSignificant == true)
    #expect(change(longer.0, longer.1, .rate)?.isSignificant == false)
    #expect(change(of(100, span: second), of(112, span: second), .count)?.isSignificant == false)
    let appeared = change(of(0, span: second), of(100, span: second), .count, limits: [.count: 9])
    #expect(appeared?.isSignificant == true && appeared?.isRegression == true)
    let vanished = change(of(100, span: second), of(0, span: second), .count, limits: [.count: 0])
    #expect(vanished?.isSignificant == true && vanished?.isRegression == false)
  }

  @Test func findings() {
    func diff(
      _ a: [String: FindingCounts.OfCheck], _ b: [String: FindingCounts.OfCheck]
    ) -> Bool {
      SummaryDiff(totals([], findings: a), totals([], findings: b)).hasRegression
    }
    let errors = ["l2-emulation": FindingCounts.OfCheck(count: 1, worst: .error)]
    let more = ["l2-emulation": FindingCounts.OfCheck(count: 3, worst: .error)]
    let warnings = ["l2-emulation": FindingCounts.OfCheck(count: 3, worst: .warning)]
    #expect(diff([:], errors))
    #expect(!diff(errors, more))
    #expect(!diff(errors, [:]))
    #expect(!diff([:], warnings), "how bad it is says the finding, not the catalogue")
    #expect(diff(warnings, errors), "what was a warning is an error now")
  }
}
