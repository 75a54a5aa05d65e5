import ArgumentParser
import KVMScope
import TraceBytes

/// How many threads may work.
struct ThreadOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Let at most this many threads work; without it, one for each processor. The output is the same for any number.",
      valueName: "number"))
  var threads: Int?

  /// Sets it.
  func apply(to options: inout InputOptions) {
    options.threads = threads ?? HostProcess.processorCount
  }

  func validate() throws {
    if let threads, threads < 1 {
      throw ValidationError("--threads \(threads): at least one thread has to do the work.")
    }
  }
}
