import ArgumentParser
import KVMScope

/// Which traces to read.
struct TraceOptions: ParsableArguments {
  @Argument(
    help:
      "Recordings: trace.dat of version 6 or 7, perf.data, text of trace-cmd report, tracefs, perf script or dmesg, a directory of bare ring buffers (per_cpu/cpuN/trace_pipe_raw and events/); packed with gzip or zstd or not; - is standard input. The content decides, not the name.",
    completion: .file())
  var traces: [String] = []

  @Option(
    name: [.customShort("i"), .long],
    help: ArgumentHelp("The same as a TRACE; may be repeated.", valueName: "file"),
    completion: .file())
  var input: [String] = []

  @OptionGroup var joining: JoiningOptions
  @OptionGroup var work: ThreadOptions

  /// All of them, in the order given: those of `-i` first.
  var paths: [String] { input + traces }

  /// Whether several recordings are given: rows must say which they are of.
  var areSeveral: Bool { paths.count > 1 && !joining.merge }

  /// As the library takes it.
  func options(isReadTwice: Bool = true) -> InputOptions {
    var options = InputOptions(isReadTwice: isReadTwice)
    joining.apply(to: &options)
    work.apply(to: &options)
    return options
  }

  func validate() throws {
    guard !paths.isEmpty else { throw ValidationError("No trace given: name at least one file.") }
    try joining.validate(for: paths)
  }
}

/// How the traces belong together.
struct JoiningOptions: ParsableArguments {
  @Flag(
    help:
      "The traces are parts of one recording by trace-cmd: one for each buffer, or one for each stretch of time."
  )
  var merge = false

  @Option(
    name: .customLong("ts-offset"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Add this to the times of a trace, in seconds (ticks, where it counts ticks); may be negative, and be given once for each trace, in their order.",
      valueName: "seconds"))
  var tsOffset: [SignedMoment] = []

  /// As the library takes it.
  func apply(to options: inout InputOptions) {
    options.isMerged = merge
    options.timeOffsets = tsOffset.map(\.value)
  }

  /// Says what does not go together with these traces.
  func validate(for paths: [String]) throws {
    guard paths.count(where: { $0 == "-" }) < 2 else {
      throw ValidationError("Standard input (-) can be read only once.")
    }
    guard !merge || paths.count > 1 else {
      throw ValidationError("--merge takes at least two traces: the parts of one recording.")
    }
    guard tsOffset.count <= paths.count else {
      throw ValidationError(
        "--ts-offset is given \(tsOffset.count) times, for \(paths.count) traces.")
    }
  }
}
