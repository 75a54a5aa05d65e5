import ArgumentParser
import KVMScope

/// Which part of the traces to look at.
struct SelectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Leave out what ends before this time, in seconds of the trace clock (ticks, where it counts ticks).",
      valueName: "seconds"))
  var begin: Moment?

  @Option(
    help: ArgumentHelp("Leave out what begins at this time or later.", valueName: "seconds"))
  var end: Moment?

  @Option(
    help: ArgumentHelp(
      "Only events, intervals and findings that began on these CPUs of the host, as in 0,2-4.",
      valueName: "list"))
  var cpu: NumberList?

  @Option(help: ArgumentHelp("Only vCPUs with these vcpu_ids.", valueName: "list"))
  var vcpu: NumberList?

  @Option(help: ArgumentHelp("Only the VMs of these processes.", valueName: "list"))
  var vm: NumberList?

  @Option(
    name: [.customShort("p"), .long], help: ArgumentHelp("Only these threads.", valueName: "list"))
  var pid: NumberList?

  @Option(
    name: [.customShort("e"), .long],
    help: ArgumentHelp(
      "Only these events, as if no others had been recorded: names, systems or system:name, with * for any letters and commas between several; may be repeated.",
      valueName: "event"))
  var event: [String] = []

  func validate() throws {
    if let begin, let end, end < begin {
      throw ValidationError("--end \(end) lies before --begin \(begin).")
    }
  }
}
