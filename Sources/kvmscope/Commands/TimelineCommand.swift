import ArgumentParser
import KVMScope
import TraceReport

/// `timeline`: every interval of every vCPU.
struct TimelineCommand: ParsableCommand {
  enum Format: String, WordChoice {
    case table
    case csv
    case json
    case jsonl

    var report: TimelineReport.Format {
      switch self {
      case .table: .table
      case .csv: .csv
      case .json: .json
      case .jsonl: .jsonLines
      }
    }
  }

  static let configuration = CommandConfiguration(
    commandName: "timeline",
    abstract: "Lists what each vCPU was doing at every moment.",
    discussion: """
      One row is one interval: a state (guest, host, userspace, halted, polling, preempted, blocked, lost, unknown) \
      at a level (L1, L2, unknown), with the exit that it belongs to. The intervals of one vCPU are in order of time \
      and leave no gap; a row comes out as soon as it is sure, so those of different vCPUs interleave.

      EXAMPLES
        kvmscope timeline --vcpu 3 --begin 104.494 --end 104.502 trace.dat
        kvmscope timeline --format csv -o intervals.csv trace.dat
      """)

  @OptionGroup var traces: TraceOptions

  @Option(help: "How to write it.")
  var format: Format = .table

  @OptionGroup(title: "Selection") var selection: SelectionOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func run() throws {
    let target = try ResultOutput.open(output, inputs: traces.paths)
    let progress = ProgressBar(output)
    let options = Run.options(selection, traces, progress)
    let inputs = try Run.open(traces, isReadTwice: false, progress)
    let sink = target.makeSink()
    let report = TimelineReport(
      format.report, of: inputs.readable.map(\.facts), unreadable: inputs.unreadable, to: sink,
      style: target.style)
    report.begin()
    var wasStopped = false
    for input in inputs.readable where !wasStopped && sink.isOpen {
      report.beginTrace(input.facts)
      let results = Analysis.timeline(
        input, options, idle: sink.flush, isWanted: { sink.isOpen }
      ) { report.add($0, of: $1) }
      progress.finish()
      Run.reportDamage([results.trace], output)
      wasStopped = results.wasStopped
    }
    report.end()
    try target.finish(sink)
    try Run.throwIfStopped(wasStopped)
    try Run.throwIfUnreadable(inputs.unreadable)
  }
}
