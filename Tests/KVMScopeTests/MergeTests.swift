import KVMScope
import Testing
import TraceChecks
import TraceTestSupport

/// One recording that lies in several files.
struct MergeTests {
  private let whole = Fixture.path("trace-dat/vmx-6.1-unfixed/vmx_invalid_nested_guest_state.dat")
  private let parts = [1, 2].map { Fixture.path("split/vmx_invalid_nested_guest_state.\($0).dat") }

  private var merging: AnalysisOptions {
    var options = AnalysisOptions()
    options.input.isMerged = true
    return options
  }

  @Test("the parts of a recording are the recording", arguments: [false, true])
  func parts(isReversed: Bool) throws {
    let expected = try Analysis.check([whole])
    let merged = try Analysis.check(isReversed ? parts.reversed() : parts, merging)
    #expect(Sums(merged) == Sums(expected))
    #expect(merged.checks.verdict == .fail)
    #expect(merged.checks.traces.count == 1)
    #expect(merged.checks.traces.first?.events == expected.checks.traces.first?.events)
    let (found, known) = (merged.checks.findings, expected.checks.findings)
    #expect(found.map(\.check) == known.map(\.check))
    #expect(found.map(\.count) == known.map(\.count))
    #expect(found.map(\.begin) == known.map(\.begin) && found.map(\.end) == known.map(\.end))
    #expect(found.map(\.evidence.count) == known.map(\.evidence.count))
    #expect(found.allSatisfy { $0.show.isEmpty || $0.show.contains("--merge") })
  }

  @Test("a part alone is less than the whole")
  func alone() throws {
    let expected = try #require(Analysis.check([whole]).checks.traces.first).events
    for part in parts {
      #expect(try #require(Analysis.check([part]).checks.traces.first).events < expected)
    }
  }

  @Test("times are shifted before the parts are put in order")
  func offsets() throws {
    var options = merging
    options.input.timeOffsets = [
      .init(nanoseconds: 1000, ticks: 0), .init(nanoseconds: 1000, ticks: 0),
    ]
    let expected = try #require(Analysis.check([whole], merging(ofOne: 0)).checks.traces.first)
    let shifted = try #require(Analysis.check(parts, options).checks.traces.first)
    #expect(shifted.begin == expected.begin.map { $0 + 1000 })
    #expect(shifted.end == expected.end.map { $0 + 1000 })
    // Far apart, the parts are two stretches of time.
    options.input.timeOffsets = [.zero, .init(nanoseconds: 5_000_000_000, ticks: 0)]
    let far = try #require(Analysis.check(parts, options).checks.traces.first)
    #expect(far.begin == expected.begin)
    #expect(far.end == expected.end.map { $0 + 5_000_000_000 })
  }

  private func merging(ofOne offset: Int64) -> AnalysisOptions {
    var options = AnalysisOptions()
    options.input.timeOffsets = [.init(nanoseconds: offset, ticks: offset)]
    return options
  }

  @Test("an offset moves a single trace as well")
  func single() throws {
    let expected = try #require(Analysis.check([whole]).checks.traces.first)
    let shifted = try Analysis.check([whole], merging(ofOne: -500))
    #expect(shifted.checks.traces.first?.begin == expected.begin.map { $0 - 500 })
    #expect(Sums(shifted) == Sums(try Analysis.check([whole])))
  }

  @Test(
    "what is not one recording is refused with the reason",
    arguments: [
      ("trace-dat/vmx-5.10/invalid_l2-mode0.dat", "the machine is"),
      ("trace-dat/containers/s7mono.dat", "the clock is mono here"),
      ("perf-data/vmx-6.1-fixed/state_test.perf.data", "perf.data found, trace.dat expected"),
    ])
  func refused(_ other: String, _ reason: String) throws {
    let error = #expect(throws: AnalysisError.self) {
      try Analysis.check([whole, Fixture.path(other)], merging)
    }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains(reason), "\(text)")
  }
}
