import ArgumentParser
import TraceChecks
import TraceReport

/// The command line.
@main
struct KVMScopeTool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kvmscope",
    abstract: "Says what happened inside KVM, from a recorded trace.",
    discussion: """
      Reads what trace-cmd, perf and tracefs recorded on a hypervisor host, or printed of it, rebuilds what every \
      virtual CPU was doing at every moment, \
      and says whether KVM behaved: above all, whether it emulated a nested guest (L2) whose state was invalid, and \
      whether it synthesized TRIPLE_FAULT for the guest hypervisor (L1) as it must.

      EXAMPLES
        Record, then judge:
          trace-cmd record -e kvm -e sched_switch -o trace.dat
          kvmscope check trace.dat

        See where the time goes:
          kvmscope summary trace.dat

        Look at one vCPU around a moment, with the times that `check` gave:
          kvmscope timeline --vcpu 3 --begin 104.494 --end 104.502 trace.dat

        Learn what a finding means:
          kvmscope explain l2-emulation

      EXIT CODES
        0   done; no finding at or above the threshold (--fail-on)
        1   a finding at or above the threshold, a rule that fails, a regression
        2   cannot judge: events were lost or not recorded
        64  wrong use of the command line, or wrong rules
        65  the input is not a trace, or damaged beyond reading
        66  the input cannot be opened
        74  writing failed
        130 interrupted; what was known by then is printed
      """,
    version: ToolVersion.number,
    subcommands: [
      CheckCommand.self, AssertCommand.self, SummaryCommand.self, TimelineCommand.self,
      EventsCommand.self,
      InfoCommand.self, MergeCommand.self, DiffCommand.self, ExplainCommand.self,
    ])

  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard let name = unknownHelp(arguments) else { return main(arguments) }
    let guess = Spelling.question(for: name, among: commandNames)
    exit(withError: ValidationError("There is no command '\(name)' to help with.\(guess)"))
  }

  private static var commandNames: [String] {
    var names: [String] = []
    for command in configuration.subcommands {
      if let name = command.configuration.commandName { names.append(name) }
    }
    return names
  }

  /// The word after `help` that is no command: ArgumentParser would show the first page and end well.
  private static func unknownHelp(_ arguments: [String]) -> String? {
    guard arguments.first == "help", arguments.count > 1, !arguments[1].hasPrefix("-") else {
      return nil
    }
    return commandNames.contains(arguments[1]) || arguments[1] == "help" ? nil : arguments[1]
  }
}
