import KVMScope
import KVMTimeline
import Testing
import TraceChecks
import TraceTestSupport

/// Only a part of the vCPUs of a recording: two healthy vCPUs of one VM (155, 156) and a healthy one (159) beside two
/// that have the bug (152, 157).
struct SelectionTests {
  private let path = Fixture.path("trace-dat/vmx-6.1-unfixed/smp-mixed-invalid-and-normal.dat")

  @Test(
    "the verdict is that of the threads asked for",
    arguments: [
      ([155, 156, 159], 0, Verdict.pass), ([152], 2195, .fail), ([157], 133, .fail),
      ([152, 157], 2328, .fail), ([155, 157], 133, .fail), ([1], 0, .inconclusive),
    ] as [(Set<Int32>, UInt64, Verdict)])
  func threads(_ threads: Set<Int32>, _ instructions: UInt64, _ verdict: Verdict) throws {
    var options = AnalysisOptions()
    options.threads = threads
    let results = try Analysis.check([path], options)
    #expect(results.checks.verdict == verdict)
    let emulated = results.checks.findings.filter { $0.check == "l2-emulation" }
    #expect(emulated.reduce(0) { $0 + $1.count } == instructions)
    #expect(Set(results.vcpus.map(\.identity.thread)).isSubset(of: threads))
    #expect(results.checks.findings.allSatisfy { threads.contains($0.identity?.thread ?? -1) })
  }

  @Test("vCPUs by number")
  func vcpus() throws {
    var options = AnalysisOptions()
    options.vcpus = [1]
    let results = try Analysis.check([path], options)
    #expect(results.checks.verdict == .pass)
    #expect(results.vcpus.map(\.identity.thread) == [156])
    var intervals = 0
    _ = try Analysis.timeline(path, options) { _, vcpu in
      intervals += 1
      #expect(vcpu.vcpu == 1)
    }
    #expect(intervals > 0)
  }

  @Test("a walk that is stopped keeps what it found")
  func stopped() throws {
    var options = AnalysisOptions()
    options.progress = { done, total in done * 2 < total }
    let results = try Analysis.check([path], options)
    #expect(results.wasStopped)
    let events = try #require(results.checks.traces.first).events
    #expect(events > 0)
    #expect(events < 18949)
    #expect(results.checks.verdict == .inconclusive, "half a trace is no pass")
    #expect(results.checks.notJudged.contains { $0.why.contains("stopped before the end") })
  }

  @Test("a window beside the recording is no pass", arguments: [(1, 2), (500, 600)])
  func elsewhere(_ begin: UInt64, _ end: UInt64) throws {
    var options = AnalysisOptions()
    options.begin = .init(nanoseconds: begin * 1_000_000_000, ticks: begin)
    options.end = .init(nanoseconds: end * 1_000_000_000, ticks: end)
    let checks = try Analysis.check([path], options).checks
    #expect(checks.verdict == .inconclusive)
    #expect(checks.notJudged.contains { $0.why.contains("outside of the time selected") })
  }
}
