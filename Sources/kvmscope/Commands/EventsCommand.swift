import ArgumentParser
import KVMScope
import TraceChecks
import TraceReport

/// `events`: the decoded events.
struct EventsCommand: ParsableCommand {
  enum Format: String, WordChoice {
    case text
    case csv
    case jsonl
  }

  static let configuration = CommandConfiguration(
    commandName: "events",
    abstract: "Lists the decoded events in order of time.",
    discussion: """
      The text is laid out as `trace-cmd report -t` does it; where several traces are given, each line begins with its \
      trace. With --event, a name, a system or system:name may be \
      given, with * for any letters. --vcpu and --vm keep the events of the threads that drive these vCPUs, while \
      they do.

      EXAMPLES
        kvmscope events trace.dat
        kvmscope events --pid 355 --begin 104.673 --end 104.674 trace.dat
        kvmscope events -e 'kvm_nested_*' -e kvm_entry --format jsonl trace.dat
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
    let sink = target.makeSink()
    let report = EventReport(
      format == .csv ? .csv : .jsonLines, of: inputs.readable.map(\.facts),
      unreadable: inputs.unreadable, to: sink)
    if format != .text { report.begin() }
    var wasStopped = false
    for input in inputs.readable where !wasStopped && sink.isOpen {
      let results: EventResults
      switch format {
      case .text:
        results = Analysis.eventLines(
          input, options, namesTrace: traces.areSeveral, idle: sink.flush
        ) { lines in
          sink.write(lines)
          return sink.isOpen
        }
      case .csv, .jsonl:
        report.beginTrace(input.facts)
        results = Analysis.events(
          input, options, wantsText: format == .csv, wantsFields: format == .jsonl,
          idle: sink.flush
        ) { report.add($0) }
      }
      progress.finish()
      Run.reportDamage([results.trace], output)
      wasStopped = results.wasStopped
    }
    if format == .text { sink.writeRemarks(on: inputs.unreadable) } else { report.end() }
    try target.finish(sink)
    try Run.throwIfStopped(wasStopped)
    try Run.throwIfUnreadable(inputs.unreadable)
  }
}
