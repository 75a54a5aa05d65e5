import Foundation

/// Everything that a run found: written as JSON as it is, and as Markdown for people.
struct Report: Codable {
  /// A contestant's time.
  struct Time: Codable {
    let input: String
    let tool: String
    /// `ns/event` or `ms`.
    let unit: String
    /// Whether the whole process counts, or only passes over a file that is mapped already.
    let of: String
    let time: Spread
    /// System time in the same unit; nil where it is in `time`, or the program does not tell it.
    let system: Double?
    /// Events that it counted; nil where it does not tell.
    let events: Int?
  }

  let schema = "kvmscope/bench/v1"
  let machine: String
  /// What was compared, by version.
  let tools: [String]
  let isSmokeTest: Bool
  let rounds: Int
  let goals: [Goal]
  let times: [Time]
  let memory: [Memory]
  let inputs: [Inputs.Made]
  /// Why some figures are not there.
  let missing: [String]

  private enum CodingKeys: String, CodingKey {
    case schema, machine, tools, isSmokeTest, rounds, goals, times, memory, inputs, missing
  }

  init(
    _ settings: Settings, _ inputs: Inputs, _ measurement: Measurement, _ goals: Goals,
    _ memory: [Memory]
  ) {
    machine = Self.machine
    tools = Self.tools(settings)
    isSmokeTest = settings.isQuick
    rounds = settings.runs
    self.goals = goals.all
    self.memory = memory
    self.inputs = inputs.made
    missing = Set(measurement.missing.values).sorted()
    times = measurement.order.compactMap { contestant in
      guard let samples = measurement.samples[contestant.id] else { return nil }
      let events = Double(measurement.facts[contestant.input]?.events ?? 1)
      var (unit, of, scale, all) = ("ns/event", "process", 1e9 / events, samples.map(\.user))
      var system = Spread(samples.compactMap(\.system).map { $0 * scale })?.median
      switch contestant.figure {
      case .process: break
      case .passes: of = "in process"
      case .start:
        (unit, of, scale) = ("ms", "process, user and system", 1e3)
        all = samples.map { $0.user + ($0.system ?? 0) }
        system = nil
      }
      guard let time = Spread(all.map { $0 * scale }) else { return nil }
      return Time(
        input: contestant.input, tool: contestant.tool, unit: unit, of: of, time: time,
        system: system,
        events: contestant.counting.isOwn ? Int(events) : measurement.counted[contestant.id])
    }
  }

  /// The processor, and how many of it.
  private static var machine: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let model = text.firstMatch(of: /model name\s*: (.*)/)?.1 ?? "unknown processor"
    return "\(model), \(ProcessInfo.processInfo.activeProcessorCount) CPUs"
  }

  /// The first line of what each says of its version.
  private static func tools(_ settings: Settings) -> [String] {
    let commands = [
      Command(settings.kvmscope, ["--version"]), Command("git", ["rev-parse", "--short", "HEAD"]),
      Command("trace-cmd", ["--version"]), Command("perf", ["--version"]),
      Command("gcc", ["--version"]), Command("uname", ["-sr"]),
    ]
    return commands.compactMap { command in
      let outcome = try? command.run(.kept, in: settings.root)
      guard let outcome, let line = outcome.output.split(separator: "\n").first else { return nil }
      let name = command.program.split(separator: "/").last ?? ""
      return line.contains(name) ? String(line) : "\(name): \(line)"
    }
  }

  /// Writes both files.
  func write(to path: String) throws {
    try FileManager.default.createDirectory(
      at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(self).write(to: URL(fileURLWithPath: path + ".json"))
    try markdown.write(toFile: path + ".md", atomically: true, encoding: .utf8)
  }
}
