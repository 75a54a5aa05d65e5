import KVMEvents
import KVMScope
import KVMTimeline
import Testing
import TimelineTestSupport
import TraceChecks
import TraceTestSupport

/// A trace that is looked at in two windows gives the same sums as when it is looked at whole.
struct WindowTests {
  static let names = [
    "vmx-6.1-unfixed/invalid_l2-mode3", "vmx-6.1-fixed/smm_test",
    "svm-6.1/hltmix-2-l2-ipi-intr-poll200k", "vmx-5.10/invalid_l2-mode2",
    "vmx-6.1-fixed/invalid_l2-mode5", "svm-5.10/nested_mix-1v-full",
  ]

  @Test("two windows add up to the whole", arguments: names)
  func split(_ name: String) throws {
    let path = Fixture.path("trace-dat/\(name).dat")
    let log = try EventLog(fixture: "trace-dat/\(name).dat")
    let whole = Sums(try Analysis.summarize([path]))
    var random = SeededGenerator(for: "two windows add up, \(name)")
    for _ in 0..<5 {
      let entry = log.entries[Int.random(in: 0..<log.entries.count, using: &random)]
      // At an event, right behind one, or anywhere between.
      let time = entry.time + UInt64.random(in: 0...2, using: &random) * 37
      var before = AnalysisOptions()
      before.end = AnalysisOptions.Moment(nanoseconds: time, ticks: time)
      var after = AnalysisOptions()
      after.begin = before.end
      var sum = Sums(try Analysis.summarize([path], before))
      sum.add(Sums(try Analysis.summarize([path], after)))
      expectEqual(sum.times, whole.times, "times, cut at \(time)")
      expectEqual(sum.counters, whole.counters, "counters, cut at \(time)")
      expectEqual(sum.exits, whole.exits, "exits, cut at \(time)")
      expectEqual(sum.handling, whole.handling, "handling, cut at \(time)")
    }
  }

  private func expectEqual(_ sum: [String: UInt64], _ whole: [String: UInt64], _ what: String) {
    for key in Set(sum.keys).union(whole.keys).sorted() {
      #expect(sum[key] ?? 0 == whole[key] ?? 0, "\(what): \(key)")
    }
  }

  /// Intervals of a window are those of the whole, cut off at its edges.
  @Test("a window shows the intervals of the whole", arguments: names)
  func intervals(_ name: String) throws {
    let path = Fixture.path("trace-dat/\(name).dat")
    var whole: [Interval] = []
    let facts = try Analysis.timeline(path) { interval, _ in whole.append(interval) }.trace
    let begin = try #require(facts.begin)
    let length = try #require(facts.end) - begin
    var random = SeededGenerator(for: "intervals of a window, \(name)")
    for _ in 0..<3 {
      let from = begin + UInt64.random(in: 0...length, using: &random)
      let to = from + UInt64.random(in: 0...length / 4, using: &random)
      var options = AnalysisOptions()
      options.begin = AnalysisOptions.Moment(nanoseconds: from, ticks: from)
      options.end = AnalysisOptions.Moment(nanoseconds: to, ticks: to)
      var shown: [Interval] = []
      _ = try Analysis.timeline(path, options) { interval, _ in shown.append(interval) }
      let expected = whole.compactMap { interval -> Interval? in
        var cut = interval
        cut.begin = max(interval.begin, from)
        cut.end = min(interval.end, to)
        return cut.begin < cut.end ? cut : nil
      }
      #expect(shown == expected, "window \(from) to \(to)")
    }
  }

  @Test("a finding outside the window is not made")
  func findings() throws {
    let path = Fixture.path("trace-dat/vmx-6.1-unfixed/invalid_l2-mode3.dat")
    let finding = try #require(try Analysis.check([path]).checks.findings.first)
    let begin = try #require(finding.begin)
    let end = try #require(finding.end)
    func verdict(_ from: UInt64, _ to: UInt64) throws -> Verdict {
      var options = AnalysisOptions()
      options.begin = AnalysisOptions.Moment(nanoseconds: from, ticks: from)
      options.end = AnalysisOptions.Moment(nanoseconds: to, ticks: to)
      return try Analysis.check([path], options).checks.verdict
    }
    #expect(try verdict(0, begin) == .pass)
    #expect(try verdict(0, begin + 1) == .fail)
    #expect(try verdict(begin + 1, end) == .fail)
    #expect(try verdict(end, .max) == .fail)
    #expect(try verdict(end + 1, .max) == .pass)
  }
}
