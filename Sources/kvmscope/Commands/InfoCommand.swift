import ArgumentParser
import KVMScope
import TraceBytes
import TraceChecks
import TraceReport

/// `info`: what is in a file.
struct InfoCommand: ParsableCommand {
  enum Format: String, WordChoice {
    case text
    case json
  }

  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Says what is in a file: container, clock, CPUs, options, events by name, loss.",
    discussion: """
      EXAMPLES
        kvmscope info trace.dat
        kvmscope info --format json trace.dat
      """)

  @OptionGroup var traces: TraceOptions

  @Option(help: "How to write it.")
  var format: Format = .text

  @OptionGroup(title: "Selection") var selection: SelectionOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func run() throws {
    let target = try ResultOutput.open(output, inputs: traces.paths)
    let progress = ProgressBar(output)
    let options = Run.options(selection, traces, progress)
    let inputs = try Run.open(
      traces, isReadTwice: selection.part.vcpu != nil || selection.part.vm != nil, progress)
    let infos = inputs.readable.map { Analysis.info($0, options) }
    progress.finish()
    Run.reportDamage(infos.map(\.facts), output)
    let report = InfoReport(infos, unreadable: inputs.unreadable)
    try target.write { sink in
      switch format {
      case .text: report.writeText(to: sink, style: target.style)
      case .json: report.writeJSON(to: sink)
      }
    }
    try Run.throwIfStopped(HostProcess.wasInterrupted)
    try Run.throwIfUnreadable(inputs.unreadable)
  }
}
