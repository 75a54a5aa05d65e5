import ArgumentParser
import KVMScope
import TraceChecks
import TraceReport

/// `check`: whether the trace shows that KVM misbehaved.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Says whether KVM behaved: findings with their evidence, and a verdict.",
    discussion: """
      The verdict is fail when there is a finding at or above the threshold (exit code 1), inconclusive when the trace \
      cannot tell (2), pass otherwise (0).

      JUnit, SARIF (2.1.0), GitHub (workflow commands that annotate) and TAP (14) are for CI systems: each check of \
      each trace is a case, and also a single trace that cannot be read is named.

      EXAMPLES
        kvmscope check trace.dat
        kvmscope check --format json -o findings.json host-*.dat
        kvmscope check --format junit -o findings.xml *.dat
        kvmscope check --fail-on warning trace.dat && echo sound
        kvmscope check --enable stopped-in-l2 trace.dat    (post-mortem: also of vCPUs that just stop in L2)
      """)

  @OptionGroup var traces: TraceOptions

  @Option(help: "How to write it.")
  var format: FindingsFormat = .text

  @Option(
    name: .customLong("fail-on"),
    help: "The least severity that makes the verdict fail.")
  var failOn: AnalysisOptions.FailThreshold = .error

  @OptionGroup(title: "Checks") var checks: CheckOptions
  @OptionGroup(title: "Selection") var selection: SelectionOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func run() throws {
    let configuration = try checks.configuration()
    let target = try ResultOutput.open(output, inputs: traces.paths)
    let progress = ProgressBar(output)
    var options = Run.options(selection, traces, progress)
    options.failOn = failOn
    options.namesUnreadable = format.isForTestSystems
    options.checks = configuration
    let results = try Run.analyze(progress) { () throws(AnalysisError) in
      try Analysis.check(traces.paths, options)
    }
    try Run.finish(
      results.checks, results.wasStopped, format, subject: "kvmscope check", to: target, output,
      failOn: failOn)
  }
}
