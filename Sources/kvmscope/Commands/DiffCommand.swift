import ArgumentParser
import KVMScope
import TraceChecks
import TraceReport

/// `diff`: two traces or two summaries compared.
struct DiffCommand: ParsableCommand {
  enum Format: String, WordChoice {
    case table
    case csv
    case json
    case markdown
  }

  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compares two traces or summaries: what changed by more than noise.",
    discussion: """
      Compares exits by level and reason (count, rate, percentiles of the time to the next entry), shares of the states, \
      and findings. A change counts when it is larger than the noise: 5 %, 1 µs or 10 exits (--noise), 30 samples, and \
      not within what chance does to a percentile or a count. An error that the base does not have is a regression, \
      as is what --fail-above names; then the exit code is 1.

      EXAMPLES
        kvmscope diff before.dat after.dat
        kvmscope diff --vcpu 0 --begin 104 --end 105.5 before.dat after.dat
        kvmscope diff --fail-above 'p99=20%,count=10%' base.json new.dat
        kvmscope diff --format markdown base.json new.json >> "$GITHUB_STEP_SUMMARY"
      """)

  @Argument(help: "What was: a recording, or a saved summary.", completion: .file())
  var base: String

  @Argument(help: "What is.", completion: .file())
  var new: String

  @Option(help: "How to write it.")
  var format: Format = .table

  @Option(
    name: .customLong("fail-above"),
    help: ArgumentHelp(
      "Growth from which on a change is a regression: metric=percent, separated by commas.",
      valueName: "limits"))
  var failAbove: DiffLimits?

  @Option(help: ArgumentHelp("A smaller change than this is noise.", valueName: "percent"))
  var noise: Percent?

  @Option(
    name: .customLong("ts-offset"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Add this to the times of BASE, and given twice to those of NEW, so that --begin and --end mean the same in both.",
      valueName: "seconds"))
  var tsOffset: [SignedMoment] = []

  @OptionGroup var work: ThreadOptions
  @OptionGroup(title: "Selection") var selection: SelectionOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    guard tsOffset.count <= 2 else {
      throw ValidationError("--ts-offset is given \(tsOffset.count) times, for 2 traces.")
    }
  }

  func run() throws {
    let parts = (try part(of: base, 0), try part(of: new, 1))
    let target = try ResultOutput.open(output, inputs: [base, new])
    let progress = ProgressBar(output)
    let before = try SummarySource.read([base], progress, output, parts.0)
    let after = try SummarySource.read([new], progress, output, parts.1)
    Run.reportSelection(selection, output)
    try Run.throwIfUnreadable(before.unreadable + after.unreadable)
    var noise = SummaryDiff.Noise()
    if let share = self.noise?.share { noise.share = share }
    let diff = SummaryDiff(
      before.totals, after.totals, limits: failAbove?.limits ?? [:], noise: noise)
    let report = DiffReport(diff)
    try target.write { sink in
      switch format {
      case .table: report.writeTable(to: sink, style: target.style)
      case .csv: report.writeCSV(to: sink)
      case .json: report.writeJSON(to: sink)
      case .markdown: report.writeMarkdown(to: sink)
      }
    }
    if diff.hasRegression { throw Outcome.findings }
  }

  /// What is asked for of one of the two.
  ///
  /// - Throws: exit code 64 when something is, and it is a saved summary.
  private func part(of path: String, _ number: Int) throws -> AnalysisOptions {
    var options = AnalysisOptions()
    work.apply(to: &options.input)
    selection.apply(to: &options)
    if number < tsOffset.count { options.input.timeOffsets = [tsOffset[number].value] }
    if selection.isLimited || !tsOffset.isEmpty, SummarySource.isDocument(path) {
      throw ValidationError(
        "\(path) is a saved summary: nothing can be selected of it any more. Give the recording, or"
          + " select when it is saved: summary --save.")
    }
    return options
  }
}

/// `20%`, or `20`.
struct Percent: ExpressibleByArgument {
  /// As a part of 1.
  let share: Double

  init?(argument: String) {
    let text = argument.hasSuffix("%") ? String(argument.dropLast()) : argument
    guard let value = Double(text), value.isFinite, value >= 0 else { return nil }
    share = value / 100
  }
}

/// `p99=20%,count=10%`.
struct DiffLimits: ExpressibleByArgument {
  let limits: [SummaryDiff.Metric: Double]

  init?(argument: String) {
    var limits: [SummaryDiff.Metric: Double] = [:]
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let pair = part.split(separator: "=", maxSplits: 1)
      guard pair.count == 2,
        let metric = SummaryDiff.Metric(rawValue: String(pair[0].drop { $0 == " " })),
        let percent = Percent(argument: String(pair[1]))
      else { return nil }
      // Of two limits one would be passed over in silence.
      guard limits.updateValue(percent.share, forKey: metric) == nil else { return nil }
    }
    self.limits = limits
  }
}
