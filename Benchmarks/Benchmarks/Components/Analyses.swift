import Benchmark
import KVMScope

/// Whole analyses of small files, start included, as the command runs them.
func addAnalyses() {
  addPass("summary of 66,313 events", of: "trace") {
    {
      blackHole(try Analysis.summarize([Fixture.nested]))
      return 1
    }
  }
  addPass("check of 480 events with findings", of: "trace") {
    {
      blackHole(try Analysis.check([Fixture.unfixed]))
      return 1
    }
  }
}
