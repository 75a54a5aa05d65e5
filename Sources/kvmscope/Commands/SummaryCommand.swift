import ArgumentParser
import KVMScope
import TraceChecks
import TraceReport

/// `summary`: what the vCPUs did, and how long it took.
struct SummaryCommand: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table
    case csv
    case json
  }

  static let configuration = CommandConfiguration(
    commandName: "summary",
    abstract: "Says where the time of each vCPU went, and what its exits cost.",
    discussion: """
      For each vCPU: the share of each state at each level; exits by level and reason with count, total, mean, \
      percentiles and maximum; what a reflected exit of L2 costs; what the checks found. The percentiles have two \
      significant digits; total, mean, minimum and maximum are exact. `on CPU` leaves out userspace, halts and time \
      off the CPU.

      EXAMPLES
        kvmscope summary trace.dat
        kvmscope summary --vcpu 0-3 --begin 104 --end 105.5 trace.dat
        kvmscope summary --format csv -o exits.csv trace.dat
      """)

  @OptionGroup var traces: TraceOptions

  @Option(help: "How to write it.")
  var format: Format = .table

  @OptionGroup(title: "Selection") var selection: SelectionOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func run() throws {
    let target = try ResultOutput.open(output, inputs: traces.paths)
    let progress = ProgressBar(output)
    let options = Run.options(selection, progress)
    let results = try Run.analyze(progress) { () throws(AnalysisError) in
      try Analysis.summarize(traces.paths, options)
    }
    Run.report(results.checks.unreadable)
    Run.reportDamage(results.checks.traces, output)
    if selection.cpu != nil, !output.quiet {
      Message.say("a summary counts whole vCPUs: --cpu leaves out findings only")
    }
    let report = SummaryReport(results.checks, vcpus: results.vcpus)
    try target.write { sink in
      switch format {
      case .table: report.writeTable(to: sink, style: target.style)
      case .json: report.writeJSON(to: sink)
      case .csv: report.writeCSV(to: sink)
      }
    }
    try Run.throwIfStopped(results.wasStopped)
    try Run.throwIfUnreadable(results.checks.unreadable)
  }
}
