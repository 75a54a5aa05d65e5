import ArgumentParser
import TraceChecks
import TraceReport

/// `explain`: what a check means.
struct ExplainCommand: ParsableCommand {
  enum Format: String, WordChoice {
    case text
    case json
    case markdown
  }

  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "What a check means, what it looks like in a trace, and what to do about it.",
    discussion: """
      EXAMPLES
        kvmscope explain --list
        kvmscope explain l2-emulation
      """)

  @Argument(
    help: "Ids of checks, as findings have them.",
    completion: .list(CheckCatalogue.all.map(\.id)))
  var check: [String] = []

  @Flag(help: "List all checks.")
  var list = false

  @Option(help: "How to write it.")
  var format: Format = .text

  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    if check.isEmpty && !list && format == .text {
      throw ValidationError("Name a check, or use --list to see them all.")
    }
    for id in check {
      do throws(ConfigurationError) {
        _ = try CheckConfiguration.check(id)
      } catch {
        throw ValidationError("\(error)")
      }
    }
  }

  func run() throws {
    let checks =
      check.isEmpty ? CheckCatalogue.all : check.compactMap(CheckCatalogue.description(of:))
    let report = ExplainReport(checks)
    let output = try ResultOutput.open(output)
    try output.write { sink in
      switch format {
      case .markdown: report.writeMarkdown(to: sink)
      case .json: report.writeJSON(to: sink)
      case .text where list: report.writeList(to: sink, style: output.style)
      case .text: report.writeText(to: sink, style: output.style)
      }
    }
  }
}
