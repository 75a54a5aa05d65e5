import KVMTimeline
import TraceChecks

/// The command that shows more of a finding.
enum ShowCommand {
  /// The command that shows the numbers of a vCPU, or of all.
  static func summary(_ identity: VCPUIdentity?, _ trace: OpenedTrace) -> String {
    var words = ["kvmscope", "summary"]
    if let identity { words += ["--pid", "\(identity.thread)"] }
    return (words + inputs(trace)).joined(separator: " ")
  }

  static func text(_ finding: Finding, _ trace: OpenedTrace) -> String {
    var words = ["kvmscope", "events"]
    if let identity = finding.identity { words += ["--pid", "\(identity.thread)"] }
    if let begin = finding.begin, let end = finding.end {
      let margin: UInt64 = 100_000
      words += ["--begin", moment(begin > margin ? begin - margin : 0, trace.timeUnit)]
      words += ["--end", moment(end.addingReportingOverflow(margin).partialValue, trace.timeUnit)]
    }
    if finding.identity == nil && finding.begin == nil { words[1] = "info" }
    return (words + inputs(trace)).joined(separator: " ")
  }

  /// The input, with what was said of how to read it.
  private static func inputs(_ trace: OpenedTrace) -> [String] {
    var words = trace.isMerged ? ["--merge"] : []
    if trace.timeOffsets.contains(where: { $0 != .zero }) {
      words += trace.timeOffsets.map { "--ts-offset=" + offset($0, trace.timeUnit) }
    }
    return words + named(trace.paths)
  }

  /// A time as `--begin` takes it.
  static func moment(_ time: UInt64, _ unit: TimeUnit) -> String {
    guard unit == .nanoseconds else { return "\(time)" }
    let fraction = String(time % 1_000_000_000)
    return "\(time / 1_000_000_000)." + String(repeating: "0", count: 9 - fraction.count) + fraction
  }

  private static func offset(_ offset: InputOptions.TimeOffset, _ unit: TimeUnit) -> String {
    let number = unit == .ticks ? offset.ticks : offset.nanoseconds
    return (number < 0 ? "-" : "") + moment(number.magnitude, unit)
  }

  /// The paths as words of a shell.
  ///
  /// What came through standard input is read from there again: from which file, nobody here knows.
  private static func named(_ paths: [String]) -> [String] {
    paths.map(quoted) + (paths.contains("-") ? ["<", "FILE"] : [])
  }

  /// A path as a POSIX shell takes it for one word.
  private static func quoted(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "_-./+:,@%".utf8.contains(byte)
      }
    }
    if isPlain && !path.isEmpty { return path }
    return "'"
      + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}
