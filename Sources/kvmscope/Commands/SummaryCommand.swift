import ArgumentParser
import KVMScope
import TraceChecks
import TraceReport

/// `summary`: what the vCPUs did, and how long it took.
struct SummaryCommand: ParsableCommand {
  enum Format: String, WordChoice {
    case table
    case csv
    case json
  }

  enum Key: String, WordChoice {
    case sample
    case time
  }

  enum Style: String, WordChoice {
    case full
    case perf
  }

  static let configuration = CommandConfiguration(
    commandName: "summary",
    abstract: "Says where the time of each vCPU went, and what its exits cost.",
    discussion: """
      For each vCPU: the share of each state at each level; exits by level and reason with count, total, mean, \
      percentiles and maximum; what a reflected exit of L2 costs; what the checks found. The percentiles have two \
      significant digits; total, mean, minimum and maximum are exact. `on CPU` leaves out userspace, halts and time \
      off the CPU.

      `--style perf` prints the table of `perf kvm stat report` in its place, for any recording. It counts vCPUs where \
      perf counts threads: exits before the first entry are in it, and no entry of one VM answers an exit of another.

      EXAMPLES
        kvmscope summary trace.dat
        kvmscope summary --vcpu 0-3 --begin 104 --end 105.5 trace.dat
        kvmscope summary --format csv -o exits.csv trace.dat
        kvmscope summary --save today.json trace.dat && kvmscope diff yesterday.json today.json
        kvmscope summary --style perf --key time perf.data.guest
      """)

  @OptionGroup var traces: TraceOptions

  @Option(help: "How to write it.")
  var format: Format = .table

  @Option(help: "What the table looks like: kvmscope's own, or that of `perf kvm stat report`.")
  var style: Style = .full

  @Option(help: "What the table of perf is sorted by: number of samples, or mean time.")
  var key: Key?

  @Option(
    help: ArgumentHelp(
      "Save it as JSON in this file too, for `merge` and `diff`.", valueName: "file"),
    completion: .file())
  var save: String?

  @OptionGroup(title: "Checks") var checks: CheckOptions
  @OptionGroup(title: "Selection") var selection: SelectionOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    if style == .perf, format != .table {
      throw ValidationError("--style perf is a table: it has no --format \(format.rawValue).")
    }
    if key != nil, style != .perf { throw ValidationError("--key is for --style perf.") }
  }

  func run() throws {
    let configuration = try checks.configuration()
    let target = try ResultOutput.open(output, inputs: traces.paths)
    let saved = try save.map { path in
      var place = output
      place.output = path
      return try ResultOutput.open(place, inputs: traces.paths)
    }
    let progress = ProgressBar(output)
    var options = Run.options(selection, traces, progress)
    options.checks = configuration
    let results = try Run.analyze(progress) { () throws(AnalysisError) in
      try Analysis.summarize(traces.paths, options)
    }
    Run.report(results.checks.unreadable)
    Run.reportDamage(results.checks.traces, output)
    Run.reportSelection(selection, output)
    let report = SummaryReport(results.checks, vcpus: results.vcpus)
    try saved?.write { report.writeJSON(to: $0) }
    if style == .perf, !output.quiet {
      for line in report.perfOmissions { Message.say(line) }
    }
    try target.write { sink in
      switch format {
      case .table where style == .perf: report.writePerf(perfStyle, to: sink)
      case .table: report.writeTable(to: sink, style: target.style)
      case .json: report.writeJSON(to: sink)
      case .csv: report.writeCSV(to: sink)
      }
    }
    try Run.throwIfStopped(results.wasStopped)
    try Run.throwIfUnreadable(results.checks.unreadable)
  }

  private var perfStyle: PerfStyle {
    var perf = PerfStyle()
    perf.key = key == .time ? .time : .sample
    perf.vcpus = selection.part.vcpu?.numbers
    perf.vms = selection.part.vm?.numbers
    return perf
  }
}
