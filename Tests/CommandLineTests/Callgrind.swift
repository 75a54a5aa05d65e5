import Foundation
import TraceTestSupport

/// Counts what the release binary does, with valgrind's callgrind: instructions are the same on every run, whatever else
/// the machine does.
enum Callgrind {
  /// What one run took.
  struct Counts {
    let instructions: Int
    /// Calls of malloc.
    let allocations: Int
  }

  /// Why it cannot be used here; nil when it can.
  static let obstacle: String? = {
    guard let binary = release else { return "there is no release binary: make build" }
    guard tool("valgrind") != nil else { return "valgrind is not installed" }
    guard tool("strip") != nil else { return "strip (binutils) is not installed" }
    guard let built = date(binary), let changed = lastChange, built >= changed else {
      return "the release binary is older than the sources: make build"
    }
    return nil
  }()

  /// Runs `kvmscope` with arguments, in a directory for the files that this takes.
  static func run(_ arguments: [String], in directory: URL) throws -> Counts {
    // valgrind does not read all debugging information that the compiler writes.
    let binary = directory.appendingPathComponent("kvmscope")
    if !FileManager.default.fileExists(atPath: binary.path) {
      let outcome = try Tool.command(
        tool("strip") ?? "", ["-g", "-o", binary.path, release?.path ?? ""])
      guard outcome.code == 0 else { throw Failure(what: outcome.errors) }
    }
    let file = directory.appendingPathComponent("callgrind.out")
    let outcome = try Tool.command(
      tool("valgrind") ?? "",
      ["--tool=callgrind", "--callgrind-out-file=\(file.path)", binary.path] + arguments)
    guard outcome.code == 0 else { throw Failure(what: outcome.errors) }
    return try counts(String(contentsOf: file, encoding: .utf8))
  }

  struct Failure: Error { let what: String }

  /// Reads callgrind's file: `summary: N`, and after `cfn=(id) malloc` lines `calls=N …`.
  private static func counts(_ text: String) throws -> Counts {
    var instructions: Int?
    var allocations = 0
    var names: [Substring: Substring] = [:]
    var callee: Substring = ""
    for line in text.split(separator: "\n") {
      if line.hasPrefix("summary: ") {
        instructions = Int(line.dropFirst("summary: ".count))
      } else if line.hasPrefix("fn=(") || line.hasPrefix("cfn=(") {
        // The name stands behind a number only where the number is used first.
        let parts = line.drop { $0 != "(" }.split(separator: " ", maxSplits: 1)
        if parts.count == 2 { names[parts[0]] = parts[1] }
        if line.hasPrefix("c") { callee = names[parts[0]] ?? "" }
      } else if line.hasPrefix("calls="), callee == "malloc" {
        allocations += Int(line.dropFirst("calls=".count).prefix { $0 != " " }) ?? 0
      }
    }
    guard let instructions else { throw Failure(what: "no summary in callgrind's file") }
    return Counts(instructions: instructions, allocations: allocations)
  }

  private static let release: URL? = {
    let url = Repository.root.appendingPathComponent(".build/release/kvmscope")
    return FileManager.default.isExecutableFile(atPath: url.path)
      ? url.resolvingSymlinksInPath() : nil
  }()

  private static func tool(_ name: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { "\($0)/\(name)" }.first(where: FileManager.default.isExecutableFile(atPath:))
  }

  private static func date(_ url: URL) -> Date? {
    try? url.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate
  }

  private static let lastChange: Date? = {
    let sources = Repository.root.appendingPathComponent("Sources")
    let all = FileManager.default.enumerator(
      at: sources, includingPropertiesForKeys: [.contentModificationDateKey])
    return all?.compactMap { ($0 as? URL).flatMap(date) }.max()
  }()
}
