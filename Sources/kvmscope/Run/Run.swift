import ArgumentParser
import KVMScope
import TraceBytes
import TraceChecks
import TraceReport

/// What all commands that read traces do alike: options into the library, its errors and the user's Ctrl-C out again.
enum Run {
  /// The options of the library, with progress shown and Ctrl-C obeyed.
  static func options(
    _ selection: SelectionOptions, _ traces: TraceOptions, _ progress: ProgressBar
  ) -> AnalysisOptions {
    var options = options(progress)
    options.input = traces.options()
    selection.apply(to: &options)
    return options
  }

  /// The options for everything in a trace.
  static func options(_ progress: ProgressBar) -> AnalysisOptions {
    HostProcess.watchInterrupt()
    var options = AnalysisOptions()
    options.progress = { done, total in
      progress.update(done: done, total: total)
      return !HostProcess.wasInterrupted
    }
    return options
  }

  /// Calls the library; says what it could not read.
  ///
  /// - Throws: exit code 65 or 66.
  static func analyze<Results>(
    _ progress: ProgressBar, _ body: () throws(AnalysisError) -> Results
  ) throws -> Results {
    defer { progress.finish() }
    do throws(AnalysisError) {
      return try body()
    } catch {
      progress.finish()
      Message.say("\(error)")
      // A trace that comes through a pipe may have been stopped before it could be opened.
      if HostProcess.wasInterrupted { throw Outcome.interrupted }
      throw ExitCode(Int32(error.trace.exitCode))
    }
  }

  /// Opens the traces; says which cannot be read.
  ///
  /// - Parameters:
  ///   - traces: which, and how they belong together.
  ///   - isReadTwice: whether they are walked more than once.
  ///   - progress: is wiped before anything is said.
  /// - Returns: those that can be read, and those that cannot.
  /// - Throws: exit code 65 or 66 when there is only one, and it cannot be read.
  static func open(
    _ traces: TraceOptions, isReadTwice: Bool, _ progress: ProgressBar
  ) throws -> TraceInputs {
    let inputs = try analyze(progress) { () throws(AnalysisError) in
      try TraceInputs(traces.paths, traces.options(isReadTwice: isReadTwice))
    }
    report(inputs.unreadable)
    return inputs
  }

  /// Says which inputs could not be read.
  static func report(_ unreadable: [UnreadableTrace]) {
    for trace in unreadable { Message.say("\(trace.path): \(trace.reason)") }
  }

  /// Ends with 65 or 66 when an input could not be read: the first one's code, whatever the others showed.
  static func throwIfUnreadable(_ unreadable: [UnreadableTrace]) throws {
    guard let first = unreadable.first else { return }
    if HostProcess.wasInterrupted { throw Outcome.interrupted }
    throw ExitCode(Int32(first.exitCode))
  }

  /// Writes findings, says what could not be read, and ends with what the verdict demands.
  static func finish(
    _ results: CheckResults, _ wasStopped: Bool, _ format: FindingsFormat, subject: String,
    to target: ResultOutput, _ output: OutputOptions, failOn: AnalysisOptions.FailThreshold
  ) throws {
    report(results.unreadable)
    reportDamage(results.traces, output)
    let report = CheckReport(results, subject: subject)
    try target.write { format.write(report, to: $0, style: target.style) }
    try throwIfStopped(wasStopped)
    try throwIfUnreadable(results.unreadable)
    guard failOn != .never else { return }
    switch results.verdict {
    case .pass: break
    case .fail: throw Outcome.findings
    case .inconclusive: throw Outcome.inconclusive
    }
  }

  /// Says what a summary does not leave out.
  static func reportSelection(_ selection: SelectionOptions, _ output: OutputOptions) {
    guard selection.cpu != nil, !output.quiet else { return }
    Message.say("a summary counts whole vCPUs: --cpu leaves out findings only")
  }

  /// Says what parts of the traces were skipped.
  static func reportDamage(_ traces: [TraceFacts], _ output: OutputOptions) {
    guard !output.quiet else { return }
    for trace in traces {
      for damage in trace.damage {
        Message.say("\(trace.path): at offset \(damage.offset): \(damage.what)")
      }
    }
  }

  /// Ends with 130 when the user stopped the analysis.
  static func throwIfStopped(_ wasStopped: Bool) throws {
    guard wasStopped, HostProcess.wasInterrupted else { return }
    Message.say("interrupted: the results are those of what was read so far")
    throw Outcome.interrupted
  }
}
