import ArgumentParser
import KVMScope
import TraceChecks
import TraceReport

/// `merge`: summaries added up.
struct MergeCommand: ParsableCommand {
  enum Format: String, WordChoice {
    case json
    case table
    case csv
  }

  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Adds up summaries of many traces into one.",
    discussion: """
      Takes what `summary --save` or `summary --format json` wrote, what `merge` wrote itself, and traces. Everything \
      adds up exactly, histograms too, and the order does not matter. What is lost is which vCPU it was: those on the \
      same hardware become one.

      EXAMPLES
        kvmscope summary --save host-7.json trace.dat
        kvmscope merge -o fleet.json host-*.json
        kvmscope merge --format table monday.json tuesday.json
      """)

  @Argument(help: "Saved summaries, or recordings.", completion: .file())
  var inputs: [String] = []

  @Option(help: "How to write it.")
  var format: Format = .json

  @OptionGroup var work: ThreadOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    if inputs.isEmpty { throw ValidationError("Nothing to merge: name at least one file.") }
  }

  func run() throws {
    let target = try ResultOutput.open(output, inputs: inputs)
    var options = AnalysisOptions()
    work.apply(to: &options.input)
    let (totals, unreadable) = try SummarySource.read(
      inputs, ProgressBar(output), output, options)
    if unreadable.count == inputs.count { try Run.throwIfUnreadable(unreadable) }
    let report = SummaryReport(totals, unreadable: unreadable)
    try target.write { sink in
      switch format {
      case .json: report.writeJSON(to: sink)
      case .table: report.writeTable(to: sink, style: target.style)
      case .csv: report.writeCSV(to: sink)
      }
    }
    try Run.throwIfUnreadable(unreadable)
  }
}
