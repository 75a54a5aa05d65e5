import ArgumentParser
import KVMScope

/// Which time and which vCPUs of the traces to look at.
struct PartOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Leave out what ends before this time, in seconds of the trace clock (ticks, where it counts ticks).",
      valueName: "seconds"))
  var begin: Moment?

  @Option(
    help: ArgumentHelp("Leave out what begins at this time or later.", valueName: "seconds"))
  var end: Moment?

  @Option(help: ArgumentHelp("Only vCPUs with these vcpu_ids.", valueName: "list"))
  var vcpu: NumberList?

  @Option(help: ArgumentHelp("Only the VMs of these processes.", valueName: "list"))
  var vm: NumberList?

  @Option(
    name: [.customShort("p"), .long], help: ArgumentHelp("Only these threads.", valueName: "list"))
  var pid: NumberList?

  /// Whether anything is left out.
  var isLimited: Bool { begin != nil || end != nil || vcpu != nil || vm != nil || pid != nil }

  /// Selects it.
  func apply(to options: inout AnalysisOptions) {
    options.begin = begin?.value
    options.end = end?.value
    options.vcpus = vcpu?.numbers
    options.vms = vm?.numbers
    options.threads = pid?.numbers
  }

  func validate() throws {
    if let begin, let end, end < begin {
      throw ValidationError("--end \(end) lies before --begin \(begin).")
    }
  }
}

/// Which part of the traces to look at.
struct SelectionOptions: ParsableArguments {
  @OptionGroup var part: PartOptions

  @Option(
    help: ArgumentHelp(
      "Only events, intervals and findings that began on these CPUs of the host, as in 0,2-4.",
      valueName: "list"))
  var cpu: NumberList?

  @Option(
    name: [.customShort("e"), .long],
    help: ArgumentHelp(
      "Only these events, as if no others had been recorded: names, systems or system:name, with * for any letters and commas between several; may be repeated.",
      valueName: "event"))
  var event: [String] = []

  /// Whether anything is left out.
  var isLimited: Bool { part.isLimited || cpu != nil || !event.isEmpty }

  /// Selects it.
  func apply(to options: inout AnalysisOptions) {
    part.apply(to: &options)
    options.events = event.flatMap { $0.split(separator: ",").map(String.init) }
    options.cpus = cpu.map { Set($0.numbers.map(Int.init)) }
  }
}
