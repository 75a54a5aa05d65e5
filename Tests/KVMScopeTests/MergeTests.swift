internal import Foundation
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

  private func reason(_ paths: [String], _ options: AnalysisOptions) -> String {
    do throws(AnalysisError) {
      _ = try Analysis.check(paths, options)
      return ""
    } catch { return "\(error)" }
  }

  @Test("a recording is no part of itself, whatever it is called")
  func itself() throws {
    #expect(reason([whole, whole], merging).contains("is given twice"))
    let bytes = try Fixture.bytes("split/vmx_invalid_nested_guest_state.1.dat")
    let copy = try TemporaryFile(bytes)
    let link = copy.path + ".link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: copy.path)
    defer { try? FileManager.default.removeItem(atPath: link) }
    #expect(reason([copy.path, link], merging).contains("is the same file as \(copy.path)"))
    let twice = reason([parts[0], copy.path], merging)
    #expect(twice.contains("both have the same 300 events of CPU 0"), "\(twice)")
    // Moved away from each other they are the same all the more.
    var options = merging
    options.input.timeOffsets = [.zero, .init(nanoseconds: 1_000_000_000_000, ticks: 0)]
    #expect(reason([parts[0], copy.path], options).contains("the same 300 events"))
  }

  @Test("a part is no other part than the whole that it was cut from", arguments: [false, true])
  func wholeAndPart(isReversed: Bool) throws {
    for part in parts {
      let paths = isReversed ? [part, whole] : [whole, part]
      let why = reason(paths, merging)
      #expect(why.contains("both have events of CPU 0 from 85."), "\(why)")
      #expect(why.contains(paths[0]) && why.contains(paths[1]), "\(why)")
    }
  }

  @Test("parts that were moved into each other are no stretches of time")
  func movedTogether() throws {
    var options = merging
    options.input.timeOffsets = [.init(nanoseconds: 100_000_000, ticks: 0), .zero]
    #expect(reason(parts, options).contains("both have events of CPU 0"))
  }

  @Test("recordings with different ids are foreign to each other, though one kernel made both")
  func foreign() throws {
    let other = Fixture.path("trace-dat/vmx-6.1-unfixed/invalid_l2-mode2.dat")
    let why = reason([whole, other], merging)
    #expect(why.contains("the id of the recording is 0x"), "\(why)")
  }
}
