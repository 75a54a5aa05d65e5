import Histogram
import Testing

@testable import KVMTimeline
@testable import TraceChecks

@Suite("Percentiles of durations")
struct DurationPercentilesTests {
  static let percentiles = [0.1, 1, 10, 25, 50, 75, 90, 95, 99, 99.9, 99.99]

  /// What the library says of the durations themselves.
  private func reference(_ values: [UInt64]) -> Histogram<UInt64> {
    var histogram = Histogram<UInt64>(numberOfSignificantValueDigits: .two)
    for value in values { _ = histogram.record(value) }
    return histogram
  }

  private func counted(_ values: some Sequence<UInt64>) -> DurationTotals {
    var totals = DurationTotals()
    for value in values { totals.add(value) }
    return totals
  }

  private func expectAgreement(_ values: [UInt64], seed: UInt64, _ note: Comment) {
    let expected = reference(values)
    let half = values.count / 2
    let longest = values.max() ?? 0
    let whole = DurationPercentiles([counted(values).histogram])
    let parts = DurationPercentiles([
      counted(values[..<half]).histogram, counted(values[half...]).histogram,
    ])
    for percentile in Self.percentiles {
      let value = expected.valueAtPercentile(percentile)
      #expect(
        min(whole.value(at: percentile), longest) == value, "\(note), seed \(seed), \(percentile) %"
      )
      #expect(
        min(parts.value(at: percentile), longest) == value,
        "\(note), seed \(seed), \(percentile) %, in two parts")
    }
  }

  @Test("are those of the library, for random durations of all magnitudes")
  func random() {
    for seed in UInt64(1)...40 {
      var state = seed &* 0x9e37_79b9_7f4a_7c15
      func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
      }
      let count = 1 + Int(next() % 3000)
      // The library grows up to half of the largest integer.
      let narrow = 1 + next() % 40
      expectAgreement(
        (0..<count).map { _ in next() >> (2 + next() % 62) }, seed: seed, "all magnitudes")
      expectAgreement(
        (0..<count).map { _ in next() % (1 << narrow) }, seed: seed, "below 2^\(narrow)")
    }
  }

  @Test("are those of the library where buckets begin and end")
  func edges() {
    for value in [0, 1, 127, 128, 255, 256, 257, 511, 512, 1023, 1024, 1 << 40, (1 << 40) - 1]
      as [UInt64]
    {
      expectAgreement([value], seed: 0, "\(value) alone")
      expectAgreement([value, value + 1, value + 2, value * 3], seed: 0, "\(value) and others")
    }
  }

  @Test("are those of the library where many durations are the same")
  func manyOfAKind() {
    // The counts of single buckets pass a byte, before and after lower and higher octaves appear.
    var values = [UInt64](repeating: 700, count: 1000)
    values += [UInt64](repeating: 3, count: 600)
    values += [UInt64](repeating: 90_000, count: 255)
    values += [UInt64](repeating: 90_001, count: 257)
    values += [700, 3, 90_000]
    expectAgreement(values, seed: 0, "many of a kind")
    var sum: UInt64 = 0
    counted(values).histogram.forEach { _, count in sum += count }
    #expect(sum == UInt64(values.count))
  }

  @Test("are those of the library where a rank falls between two buckets")
  func roundRanks() {
    // Percentiles of round counts fall on the last of one bucket or the first of the next.
    for count in [1, 2, 3, 9, 10, 11, 99, 100, 101, 999, 1000, 1001, 2000, 9999, 10_000] {
      for distinct in [1, 2, 10, 30, 100, 1000] where distinct <= count {
        let values = (0..<count).map { UInt64($0 * distinct / count) * 1000 }
        expectAgreement(values, seed: 0, "\(count) durations of \(distinct) lengths")
      }
    }
    let percentiles = DurationPercentiles([counted([5, 700, 90_000]).histogram])
    let reference = reference([5, 700, 90_000])
    for percentile in [0, -1, 100, 101] as [Double] {
      #expect(
        min(percentiles.value(at: percentile), 90_000) == reference.valueAtPercentile(percentile))
    }
  }

  @Test("are those of the library for counts that no recording has")
  func hugeCounts() {
    var reference = Histogram<UInt64>(numberOfSignificantValueDigits: .two)
    var buckets: [DurationDistribution.Bucket] = []
    for value in UInt64(0)..<200 {
      let count = UInt64(1) << (value / 4) + value
      _ = reference.record(value, count: count)
      buckets.append(DurationDistribution.Bucket(highest: value, count: count))
    }
    let percentiles = DurationPercentiles(buckets)
    for percentile in Self.percentiles + [99.999, 99.9999999] {
      #expect(percentiles.value(at: percentile) == reference.valueAtPercentile(percentile))
    }
  }

  @Test("are nothing without durations")
  func nothing() {
    #expect(DurationPercentiles([DurationHistogram()]).value(at: 50) == 0)
    #expect(DurationStatistics([DurationTotals()]) == nil)
  }
}
