import ArgumentParser
import KVMScope
import TraceAssertions
import TraceChecks
import TraceReport

/// `assert`: the user's own rules over the same facts.
struct AssertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assert",
    abstract: "Says whether your own rules hold: checks, metrics, events and sequences, in YAML.",
    discussion: """
      A rule says that a check may (not) fire, that a number of the summary lies within bounds, that an event must \
      never or eventually happen, or what must follow what. The exit code is 1 when a rule at or above the threshold \
      fails, 2 when a trace cannot tell, 64 when the rules are wrong: then every mistake is said, and no trace is read.

      What part of a trace a rule speaks of, it says itself (`where`); the options of selection narrow that down for \
      all rules.

      docs/assert.md has the language of rules; rules/ has some to begin with, and schemas/rules-v1.schema.json lets \
      editors complete and check a rules file.

      EXAMPLES
        kvmscope assert --rules rules/nested.yaml trace.dat
        kvmscope assert --rules rules.yaml --format junit -o rules.xml *.dat
        kvmscope assert --rules rules.yaml --check-rules
      """)

  @Option(
    help: ArgumentHelp("The file with the rules; may be repeated.", valueName: "file"),
    completion: .file())
  var rules: [String] = []

  @Flag(name: .customLong("check-rules"), help: "Say whether the rules are sound; read no trace.")
  var checkRules = false

  @Argument(
    help: "Recordings, as `check` takes them.", completion: .file())
  var traces: [String] = []

  @Option(
    name: [.customShort("i"), .long],
    help: ArgumentHelp("The same as a TRACE; may be repeated.", valueName: "file"),
    completion: .file())
  var input: [String] = []

  @OptionGroup var joining: JoiningOptions
  @OptionGroup var work: ThreadOptions

  @Option(help: "How to write it.")
  var format: FindingsFormat = .text

  @Option(
    name: .customLong("fail-on"),
    help: "The least severity of a rule that makes the verdict fail.")
  var failOn: AnalysisOptions.FailThreshold = .error

  @OptionGroup(title: "Selection") var selection: PartOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  private var paths: [String] { input + traces }

  func validate() throws {
    if rules.isEmpty { throw ValidationError("No rules given: name a file with --rules.") }
    if paths.isEmpty && !checkRules {
      throw ValidationError("No trace given: name at least one file, or use --check-rules.")
    }
    if !paths.isEmpty { try joining.validate(for: paths) }
  }

  func run() throws {
    let set = try RuleFiles.read(rules)
    if checkRules {
      let output = try ResultOutput.open(output)
      return try output.write { sink in
        sink.write("\(set.rules.count) rules, all sound\n")
      }
    }
    let target = try ResultOutput.open(output, inputs: paths + rules)
    let progress = ProgressBar(output)
    var options = Run.options(progress)
    joining.apply(to: &options.input)
    work.apply(to: &options.input)
    selection.apply(to: &options)
    options.failOn = failOn
    options.namesUnreadable = format.isForTestSystems
    let results = try Run.analyze(progress) { () throws(AnalysisError) in
      try Analysis.assert(set, paths, options)
    }
    try Run.finish(
      results.checks, results.wasStopped, format, subject: "kvmscope assert", to: target, output,
      failOn: failOn)
  }
}

/// The files of `--rules`.
private enum RuleFiles {
  /// The rules of all files as one set.
  ///
  /// - Throws: exit code 64 with every mistake said, 66 when a file cannot be read.
  static func read(_ paths: [String]) throws -> RuleSet {
    var whole: RuleSet?
    var isSound = true
    for path in paths {
      let text = try ConfigurationFile.text(of: path, mostBytes: RuleFile.mostBytes)
      do throws(RuleMistakes) {
        let set = try RuleFile.read(text, path: path)
        if whole == nil { whole = set } else { try whole?.add(set) }
      } catch {
        isSound = false
        for mistake in error.mistakes { Message.say("\(mistake)") }
      }
    }
    guard isSound, let whole else { throw ExitCode(64) }
    return whole
  }
}
