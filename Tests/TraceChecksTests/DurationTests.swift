import KVMEvents
import KVMTimeline
import Testing
import TimelineTestSupport
import TraceChecks
import TraceTestSupport

/// How long exits took, against the sorted list of all their durations.
struct DurationTests {
  /// What durations look like.
  enum Shape: String, CaseIterable, Sendable {
    case same
    case small
    case wide
    case longTail
  }

  @Test(
    "sum, minimum, mean and maximum are exact, percentiles to two digits", arguments: Shape.allCases
  )
  func statistics(_ shape: Shape) throws {
    var random = SeededGenerator(for: "durations, \(shape)")
    for count in [1, 2, 9, 100, 999] {
      let durations = (0..<count).map { _ in Self.duration(shape, &random) }
      let track = try #require(Replay(Self.log(durations)).tracks.first)
      let summary = VCPUSummary(trace: 0, track: track, comm: nil)
      #expect(summary.exitReasons.count == 1)
      let row = try #require(summary.exitReasons.first)
      #expect(row.answered == UInt64(count))
      let statistics = try #require(row.handling)
      let sorted = durations.sorted()
      let total = sorted.reduce(0, +)
      #expect(statistics.total == total)
      #expect(statistics.min == sorted[0])
      #expect(statistics.max == sorted[count - 1])
      #expect(abs(statistics.mean - Double(total) / Double(count)) <= statistics.mean * 1e-9)
      #expect(row.handlingOnCPU == statistics)
      let percentiles: [(Double, UInt64)] = [
        (0.5, statistics.p50), (0.9, statistics.p90), (0.99, statistics.p99),
        (0.999, statistics.p999),
      ]
      for (share, value) in percentiles {
        let rank = max(1, Int((share * Double(count)).rounded(.up)))
        let exact = sorted[min(rank, count) - 1]
        // The highest value that two digits cannot tell from the true one.
        #expect(value >= exact, "\(share) of \(count)")
        #expect(value <= exact + exact / 100 + 1, "\(share) of \(count)")
      }
    }
  }

  private static func duration(_ shape: Shape, _ random: inout SeededGenerator) -> UInt64 {
    switch shape {
    case .same: 12_345
    case .small: UInt64.random(in: 0...300, using: &random)
    case .wide:
      UInt64.random(in: 0...(1 << UInt64.random(in: 1...40, using: &random)), using: &random)
    case .longTail:
      Int.random(in: 0..<50, using: &random) == 0
        ? UInt64.random(in: 1_000_000...9_000_000_000, using: &random)
        : UInt64.random(in: 900...1100, using: &random)
    }
  }

  /// Exits of L1 that take so long.
  private static func log(_ durations: [UInt64]) -> EventLog {
    var entries: [EventLog.Entry] = []
    var time: UInt64 = 1000
    for duration in durations {
      var exit = StoredEvent(.exit)
      exit.set(ExitField.vcpu, 0)
      exit.set(ExitField.reason, 10)
      exit.set(ExitField.isa, 1)
      entries.append(EventLog.Entry(exit, thread: 7, cpu: 0, time: time))
      time += duration
      var entry = StoredEvent(.entry)
      entry.set(EntryField.vcpu, 0)
      entries.append(EventLog.Entry(entry, thread: 7, cpu: 0, time: time))
      time += 10
    }
    return EventLog(entries)
  }
}
