import Foundation

/// A file to be measured on, and how it is made.
struct Input {
  let name: String
  /// For people.
  let what: String
  /// A shell command that makes it from other inputs; nil for a recording taken as it is.
  let command: String?
  /// What it is made from.
  let sources: [String]
  /// The programs that it takes.
  let needs: [String]
}

/// Makes the inputs, once: they stay where they are, and are made anew when their commands change.
struct Inputs {
  /// A file that is there.
  struct Made: Codable {
    let name: String
    let what: String
    let command: String
    let bytes: Int
    let sha256: String
  }

  private let settings: Settings
  private(set) var made: [Made] = []
  /// Why others are not there.
  private(set) var missing: [String: String] = [:]

  init(_ settings: Settings) { self.settings = settings }

  /// All inputs, each behind those that it is made from.
  private var all: [Input] {
    let quick = settings.isQuick
    let (times, perfTimes, lines) = quick ? (7, 15, 150_001) : (133, 289, 3_000_001)
    return [
      seed("nested_mix-2v-full.dat", "the seed of most: 75,828 events, 2 CPUs"),
      seed("nested_mix-2v-full-clock-mono.dat", "a trace of 100 KB: 5,352 events, 2 CPUs"),
      seed("nested_mix-2v-full.perf.data", "the seed of perf.data: 10,385 samples"),
      Input(
        name: "seed6.dat", what: "as version 6",
        command: "trace-cmd convert --file-version 6 -i nested_mix-2v-full.dat -o seed6.dat",
        sources: ["nested_mix-2v-full.dat"], needs: ["trace-cmd"]),
      Input(
        name: "mono6.dat", what: "as version 6",
        command: "trace-cmd convert --file-version 6 -i nested_mix-2v-full-clock-mono.dat"
          + " -o mono6.dat",
        sources: ["nested_mix-2v-full-clock-mono.dat"], needs: ["trace-cmd"]),
      grown("big6.dat", "v6, 2 CPUs", "seed6.dat", "\(times)"),
      converted("big7.dat", "v7, not packed, 2 CPUs", "none"),
      converted("bigz.dat", "v7, zstd, 2 CPUs", "zstd"),
      Input(
        name: "big.perf.data", what: "perf.data, system-wide, 2 CPUs",
        command: "grow-perf nested_mix-2v-full.perf.data big.perf.data \(perfTimes)",
        sources: ["nested_mix-2v-full.perf.data"], needs: ["grow-perf"]),
      Input(
        name: "big.txt", what: "text of trace-cmd report",
        command: "trace-cmd report -i big6.dat 2>/dev/null | head -n \(lines) > big.txt",
        sources: ["big6.dat"], needs: ["trace-cmd"]),
      grown("cpu64.dat", "v6, 64 CPUs", "seed6.dat", quick ? "1 --cpus 64" : "2 --cpus 64"),
      grown("cpu256.dat", "v6, 256 CPUs", "mono6.dat", quick ? "1 --cpus 256" : "7 --cpus 256"),
      grown("mono2.dat", "v6, 2 CPUs, the seed of 256 CPUs", "mono6.dat", quick ? "128" : "896"),
    ]
  }

  private func seed(_ name: String, _ what: String) -> Input {
    Input(name: name, what: what, command: nil, sources: [], needs: [])
  }

  private func grown(_ name: String, _ what: String, _ seed: String, _ how: String) -> Input {
    Input(
      name: name, what: what, command: "grow-trace \(seed) \(name) \(how)", sources: [seed],
      needs: ["grow-trace"])
  }

  private func converted(_ name: String, _ what: String, _ compression: String) -> Input {
    Input(
      name: name, what: what,
      command: "trace-cmd convert --compression \(compression) -i big6.dat -o \(name)",
      sources: ["big6.dat"], needs: ["trace-cmd"])
  }

  /// Makes what is not there yet.
  mutating func make() throws {
    try FileManager.default.createDirectory(
      at: settings.directory, withIntermediateDirectories: true)
    for input in all {
      do throws(Failure) {
        try make(input)
      } catch {
        missing[input.name] = error.description
        say("  \(input.name): not there: \(error)")
      }
    }
  }

  private mutating func make(_ input: Input) throws(Failure) {
    for source in input.sources where missing[source] != nil {
      throw Failure("\(source) is not there")
    }
    for program in input.needs where Command.path(of: program, settings.tools.path) == nil {
      throw Failure("\(program) is not there")
    }
    let file = settings.directory.appendingPathComponent(input.name)
    // The command and the sum that the file had, once it was made.
    let note = file.appendingPathExtension("made")
    let command = input.command ?? "taken as it is"
    let noted = (try? String(contentsOf: note, encoding: .utf8))?.split(separator: "\n")
    let sum: String
    if let noted, noted.count == 2, noted[0] == command,
      FileManager.default.fileExists(atPath: file.path)
    {
      sum = String(noted[1])
    } else {
      try? FileManager.default.removeItem(at: file)
      if input.command != nil {
        try shell(command)
      } else {
        try copySeed(input.name, to: file)
      }
      sum = String(try shell("sha256sum \(input.name)").prefix(64))
      try? "\(command)\n\(sum)\n".write(to: note, atomically: true, encoding: .utf8)
    }
    let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
    let bytes = (attributes?[.size] as? Int) ?? 0
    guard bytes > 0 else { throw Failure("`\(command)` made nothing") }
    made.append(
      Made(name: input.name, what: input.what, command: command, bytes: bytes, sha256: sum))
    say("  \(input.name)  \(bytes) bytes  sha256 \(sum)")
  }

  @discardableResult
  private func shell(_ command: String) throws(Failure) -> String {
    let outcome = try? Command("sh", ["-c", command]).run(
      .kept, in: settings.directory, path: settings.tools.path)
    guard let outcome, outcome.code == 0 else {
      throw Failure("`\(command)` failed: \(outcome?.output.split(separator: "\n").last ?? "")")
    }
    return outcome.output
  }

  /// A recording of the repository, or else of those beside it.
  private func copySeed(_ name: String, to file: URL) throws(Failure) {
    let kind = name.hasSuffix(".perf.data") ? "perf-data" : "trace-dat"
    let places = [
      settings.root.appendingPathComponent("fixtures/\(kind)/svm-6.1/\(name)"),
      settings.traces.appendingPathComponent("nested/svm-6.1/\(name)"),
    ]
    for place in places where FileManager.default.fileExists(atPath: place.path) {
      guard (try? FileManager.default.copyItem(at: place, to: file)) != nil else { continue }
      return
    }
    throw Failure("it is neither in fixtures/ nor in TRACES")
  }
}
