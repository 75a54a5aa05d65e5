import ArgumentParser

/// Which traces to read.
struct TraceOptions: ParsableArguments {
  @Argument(
    help:
      "Recordings: trace.dat of version 6 or 7, or perf.data, packed or not, or a directory of bare ring buffers (per_cpu/cpuN/trace_pipe_raw and events/). The content decides, not the name.",
    completion: .file())
  var traces: [String] = []

  @Option(
    name: [.customShort("i"), .long],
    help: ArgumentHelp("The same as a TRACE; may be repeated.", valueName: "file"),
    completion: .file())
  var input: [String] = []

  /// All of them, in the order given: those of `-i` first.
  var paths: [String] { input + traces }

  func validate() throws {
    guard !paths.isEmpty else { throw ValidationError("No trace given: name at least one file.") }
  }
}
