import KVMScope
import Testing
import TimelineTestSupport

/// Who takes no more intervals need not wait for the end of the trace.
struct UnwantedIntervalTests {
  @Test func theWalkEndsSoon() throws {
    let file = try TemporaryFile(
      try GrownTrace.make(fixture: "trace-dat/svm-6.1/midway-2v-full.dat", times: 10).bytes)
    var all = 0
    let whole = Analysis.timeline(try TraceInput(path: file.path)) { _, _ in all += 1 }
    #expect(!whole.wasStopped)
    var taken = 0
    let part = Analysis.timeline(try TraceInput(path: file.path), isWanted: { taken == 0 }) {
      _, _ in taken += 1
    }
    // Nobody stopped it: it is no failure.
    #expect(!part.wasStopped)
    #expect(taken > 0)
    #expect(taken < all / 2, "\(taken) of \(all) intervals")
  }
}
