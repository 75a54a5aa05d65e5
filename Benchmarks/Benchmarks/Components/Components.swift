import Benchmark

/// What the harness runs: every stage of the hot path, then whole analyses.
let benchmarks: @Sendable () -> Void = {
  addWalk()
  addFieldRead()
  addMerge()
  addLevelMachine()
  addHistogram()
  addDecompression()
  addText()
  addRows()
  addAnalyses()
}

/// Adds a benchmark that goes through many items at a time, and is judged by the time of one.
///
/// An item takes a few nanoseconds, and the harness counts in whole numbers: hence picoseconds.
///
/// - Parameters:
///   - name: what the harness calls it.
///   - item: what there are many of.
///   - prepare: makes a pass; its own time does not count. The pass says how many items it had.
func addPass(
  _ name: String, of item: String, _ prepare: @escaping () throws -> () throws -> Int
) {
  let metric = BenchmarkMetric.custom(
    "ps per \(item)", polarity: .prefersSmaller, useScalingFactor: false)
  let configuration = Benchmark.Configuration(
    metrics: [metric], units: [metric: .count], warmupIterations: 5, maxDuration: .seconds(1),
    maxIterations: 2000)
  Benchmark(name, configuration: configuration) { benchmark in
    let pass = try prepare()
    let clock = ContinuousClock()
    let begin = clock.now
    let items = try pass()
    let time = clock.now - begin
    guard items > 0 else { return benchmark.error("\(name): nothing to do") }
    benchmark.measurement(metric, Int(time / .nanoseconds(1) * 1000 / Double(items)))
  }
}
