import Benchmark
import KVMTimeline

/// One duration into the histogram of an exit reason: spread over five powers of ten, as handling times are.
func addHistogram() {
  addPass("histogram add", of: "duration") {
    var state: UInt64 = 1
    let durations = (0..<10_000).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return 1_000 + state >> (40 + state % 16)
    }
    return {
      var totals = DurationTotals()
      for duration in durations { totals.add(duration) }
      blackHole(totals)
      return durations.count
    }
  }
}
