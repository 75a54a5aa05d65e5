import Foundation
import KVMScope
import Testing
import TraceChecks
import TraceTestSupport

/// `--ts-offset` moves times as far as they stay times, and never further in silence.
struct TimeOffsetTests {
  private static let whole = "trace-dat/vmx-6.1-unfixed/vmx_invalid_nested_guest_state.dat"
  private let parts = [1, 2].map { Fixture.path("split/vmx_invalid_nested_guest_state.\($0).dat") }

  /// A recording of each kind, and how far back it can be moved.
  static let recordings: [(name: String, first: Int64)] = [
    (whole, 85_274_700_600),
    ("perf-data/vmx-6.1-unfixed/vmx_invalid_nested_guest_state.perf.data", 0),
    ("perf-data/containers/pipe.perf.data", 0),
    ("trace-dat/vmx-6.1-unfixed/invalid_l2-mode3.report.zst", 0),
  ]

  private func options(_ offsets: Int64..., isMerged: Bool = false) -> AnalysisOptions {
    var options = AnalysisOptions()
    options.input.timeOffsets = offsets.map { .init(nanoseconds: $0, ticks: $0) }
    options.input.isMerged = isMerged
    return options
  }

  private func reason(_ paths: [String], _ options: AnalysisOptions) -> String {
    do throws(AnalysisError) {
      _ = try Analysis.check(paths, options)
      return ""
    } catch {
      guard case .notATrace(let path, let reason) = error else { return "\(error)" }
      return "\(path): \(reason)"
    }
  }

  @Test("the first event may become 0, and not less", arguments: recordings)
  func back(_ recording: (name: String, first: Int64)) throws {
    let path = Fixture.path(recording.name)
    let plain = try Analysis.check([path])
    let first = try #require(plain.checks.traces.first?.begin)
    if recording.first > 0 { #expect(first == UInt64(recording.first)) }
    let moved = try Analysis.check([path], options(-Int64(first)))
    #expect(moved.checks.traces.first?.begin == 0)
    #expect(moved.checks.findings.map(\.check) == plain.checks.findings.map(\.check))
    let why = reason([path], options(-Int64(first) - 1))
    let fraction = String(first % 1_000_000_000)
    let seconds =
      "\(first / 1_000_000_000)." + String(repeating: "0", count: 9 - fraction.count) + fraction
    #expect(why.hasPrefix("\(path): --ts-offset=-\(seconds.dropLast(1))"), "\(why)")
    #expect(why.contains("moves the first event, at \(seconds),"), "\(why)")
    #expect(why.hasSuffix("the least offset possible is -\(seconds)"), "\(why)")
  }

  @Test("the last event may not pass the latest time", arguments: recordings)
  func forth(_ recording: (name: String, first: Int64)) throws {
    let path = Fixture.path(recording.name)
    // More seconds than any number of nanoseconds holds.
    #expect(reason([path], options(.max)).contains("the greatest offset possible is"))
    #expect(reason([path], options(.max - 1)) == "")
  }

  @Test("a part is not moved below 0, nor around it")
  func part() throws {
    let why = reason(parts, options(0, -100_000_000_000, isMerged: true))
    #expect(
      why.hasPrefix(
        "\(parts[1]): --ts-offset=-100.000000000 moves the first event, at 85.458706560"), "\(why)")
    // Alone it would go to 0: beside the other one it would lie before it, which is another matter.
    #expect(reason(parts, options(0, -85_458_706_560, isMerged: true)) == "")
    #expect(reason(parts, options(0, -85_458_706_561, isMerged: true)) != "")
  }

  @Test("one that cannot be moved does not keep the others from being judged")
  func several() throws {
    let path = Fixture.path(Self.whole)
    let results = try Analysis.check([path, parts[0]], options(-100_000_000_000, 0))
    #expect(results.checks.unreadable.map(\.path) == [path])
    #expect(results.checks.unreadable.map(\.exitCode) == [65])
    #expect(results.checks.traces.map(\.path) == [parts[0]])
  }
}
