import ArgumentParser
import TraceBytes
import TraceReport

/// When to use colour.
enum ColorChoice: String, WordChoice {
  case auto
  case always
  case never
}

/// Where results go, and what is said beside them.
struct OutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("Write results to this file instead of standard output.", valueName: "file"),
    completion: .file())
  var output: String?

  @Flag(name: [.customShort("q"), .long], help: "Say nothing on standard error but errors.")
  var quiet = false

  @Flag(name: .customLong("no-progress"), help: "Show no progress bar.")
  var noProgress = false

  @Option(help: "Whether to use colour; auto is for terminals, unless NO_COLOR is set.")
  var color: ColorChoice = .auto

  /// How a report for people looks on this output.
  func style(for descriptor: OutputDescriptor) -> TextStyle {
    let usesColor =
      switch color {
      case .always: true
      case .never: false
      case .auto:
        descriptor.isTerminal && (HostProcess.environment("NO_COLOR") ?? "").isEmpty
          && HostProcess.environment("TERM") != "dumb"
      }
    let columns = HostProcess.environment("COLUMNS").flatMap { Int($0) }
    return TextStyle(usesColor: usesColor, width: columns ?? descriptor.terminalWidth)
  }
}
