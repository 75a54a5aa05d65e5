import Foundation

/// The samples of all contestants, taken in turn.
struct Measurement {
  /// One run, or the mean of several.
  struct Sample {
    /// Seconds.
    var user: Double
    /// nil where a program does not tell that of its passes.
    var system: Double?
    /// From start to end; nil of passes.
    var wall: Double?
  }

  private let settings: Settings
  private(set) var samples: [String: [Sample]] = [:]
  /// Why a contestant has no samples.
  private(set) var missing: [String: String] = [:]
  /// By input.
  private(set) var facts: [String: Facts] = [:]
  /// In the order of their turns, and by id.
  let order: [Contestant]
  let contestants: [String: Contestant]
  /// By contestant: events that it counted, where it tells.
  private(set) var counted: [String: Int] = [:]

  init(_ contestants: [Contestant], _ settings: Settings) {
    self.settings = settings
    order = contestants
    self.contestants = Dictionary(contestants.map { ($0.id, $0) }) { first, _ in first }
  }

  /// Measures everything that is there.
  mutating func run(_ inputs: Inputs, _ peers: Peers) {
    for contestant in order {
      if let why = inputs.missing[contestant.input] {
        missing[contestant.id] = "\(contestant.input) is not there: \(why)"
      } else if let peer = contestant.peer, let why = peers.missing[peer] {
        missing[contestant.id] = "\(peer) is not there: \(why)"
      } else if facts[contestant.input] == nil {
        do {
          facts[contestant.input] = try Facts(of: contestant.input, settings)
        } catch {
          missing[contestant.id] = "kvmscope cannot read \(contestant.input): \(error)"
        }
      }
    }
    let quick = order.filter { !$0.isSlow }
    // The first round warms up, and its times are forgotten.
    for round in 0...settings.runs {
      say(round == 0 ? "  warming up" : "  round \(round) of \(settings.runs)")
      for contestant in quick { turn(of: contestant, isKept: round > 0) }
    }
    for contestant in order where contestant.isSlow && missing[contestant.id] == nil {
      say("  once: \(contestant.tool), \(contestant.input)")
      turn(of: contestant, isKept: true)
    }
  }

  private mutating func turn(of contestant: Contestant, isKept: Bool) {
    guard missing[contestant.id] == nil else { return }
    do {
      let all = try (0..<contestant.repeats).map { _ in try sample(of: contestant) }
      let count = Double(all.count)
      let mean = Sample(
        user: all.reduce(0) { $0 + $1.user } / count,
        system: all[0].system == nil ? nil : all.reduce(0) { $0 + ($1.system ?? 0) } / count,
        wall: all[0].wall == nil ? nil : all.reduce(0) { $0 + ($1.wall ?? 0) } / count)
      if isKept { samples[contestant.id, default: []].append(mean) }
    } catch {
      missing[contestant.id] = "\(contestant.tool), \(contestant.input): \(error)"
      samples[contestant.id] = nil
      say("  \(contestant.tool), \(contestant.input): \(error)")
    }
  }

  private mutating func sample(of contestant: Contestant) throws -> Sample {
    let outcome = try contestant.command.run(
      contestant.counting.output, in: settings.directory)
    // kvmscope's verdicts are exit codes too.
    guard outcome.code == 0 || (contestant.peer == nil && outcome.code <= 2) else {
      throw Failure("exit code \(outcome.code)")
    }
    let facts = facts[contestant.input]
    var expected = facts?.events
    var found: Int?
    switch contestant.counting {
    case .none, .own: break
    case .word(let word): found = number(behind: word + " ", in: outcome.output)
    case .lines(let head): found = outcome.lines - head
    case .samples:
      found = number(behind: "Total Samples:", in: outcome.output)
      expected = facts?.samples
    }
    if !contestant.counting.isSilent {
      guard let found, found == expected else {
        throw Failure("it counts \(found.map(String.init) ?? "nothing"), kvmscope \(expected ?? 0)")
      }
      counted[contestant.id] = found
    }
    guard case .passes(let word) = contestant.figure else {
      return Sample(user: outcome.user, system: outcome.system, wall: outcome.wall)
    }
    return try meanOfPasses(
      outcome.output.split(separator: "\n").filter { $0.hasPrefix(word + " ") })
  }

  /// The passes but the first: by then the file is mapped.
  private func meanOfPasses(_ lines: [Substring]) throws -> Sample {
    func mean(_ times: [Double]) -> Double? {
      let rest = times.dropFirst()
      return rest.isEmpty ? nil : rest.reduce(0, +) / Double(rest.count)
    }
    let user = mean(
      lines.compactMap { $0.firstMatch(of: /user ([0-9.e-]+)/).flatMap { Double($0.1) } })
    let system = mean(
      lines.compactMap { $0.firstMatch(of: /sys ([0-9.e-]+)/).flatMap { Double($0.1) } })
    guard let user else { throw Failure("it tells no times") }
    return Sample(user: user, system: system)
  }
}

extension Contestant.Counting {
  /// There is nothing to compare.
  var isSilent: Bool {
    switch self {
    case .none, .own: true
    default: false
    }
  }

  /// It is what the others are held against.
  var isOwn: Bool {
    if case .own = self { return true }
    return false
  }

  /// What must become of the output.
  var output: Command.Output {
    switch self {
    case .none, .own: .dropped
    case .lines: .counted
    case .word, .samples: .kept
    }
  }
}
