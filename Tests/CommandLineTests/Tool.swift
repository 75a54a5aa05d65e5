import Foundation
import TraceTestSupport

/// Runs the binary that was built beside the tests.
enum Tool {
  /// What one run gave.
  struct Outcome {
    let code: Int32
    let output: String
    let errors: String
  }

  static let path: String = {
    // The test runner lies in the directory of the build's products.
    let runner = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    for start in [Bundle.main.bundleURL, runner, URL(fileURLWithPath: CommandLine.arguments[0])] {
      var directory = start
      for _ in 0..<3 {
        let tool = directory.appendingPathComponent("kvmscope")
        if FileManager.default.isExecutableFile(atPath: tool.path) { return tool.path }
        directory.deleteLastPathComponent()
      }
    }
    preconditionFailure("no kvmscope beside the tests")
  }()

  /// Runs it in the repository's top directory, without a terminal.
  static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
    try run(path, arguments, environment)
  }

  /// Runs a line of shell in which `kvmscope` is the binary under test.
  static func shell(_ line: String) throws -> Outcome {
    let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let search = directory + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
    return try run("/bin/sh", ["-c", line], ["PATH": search])
  }

  /// Runs any program.
  static func command(_ executable: String, _ arguments: [String]) throws -> Outcome {
    try run(executable, arguments, [:])
  }

  private static func run(
    _ executable: String, _ arguments: [String], _ changes: [String: String]
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.currentDirectoryURL = Repository.root
    var environment = ProcessInfo.processInfo.environment
    for name in ["COLUMNS", "NO_COLOR"] { environment[name] = nil }
    process.environment = environment.merging(changes) { $1 }
    process.standardInput = FileHandle.nullDevice
    // Files, not pipes: nobody has to read two of them at once.
    let files = try ["output", "errors"].map { name in
      let url = FileManager.default.temporaryDirectory
        .appendingPathComponent("kvmscope-\(name)-\(UUID().uuidString)")
      try Data().write(to: url)
      return (url: url, handle: try FileHandle(forWritingTo: url))
    }
    defer { for file in files { try? FileManager.default.removeItem(at: file.url) } }
    process.standardOutput = files[0].handle
    process.standardError = files[1].handle
    try process.run()
    process.waitUntilExit()
    let texts = try files.map { String(decoding: try Data(contentsOf: $0.url), as: UTF8.self) }
    return Outcome(code: process.terminationStatus, output: texts[0], errors: texts[1])
  }

  /// A directory of its own for a test, removed afterwards.
  static func withDirectory<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("kvmscope-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try body(directory)
  }
}

/// The recordings that most tests use.
enum Recording {
  static let bug = "fixtures/trace-dat/vmx-6.1-unfixed/invalid_l2-mode2.dat"
  static let control = "fixtures/trace-dat/vmx-6.1-fixed/invalid_l2-mode2.dat"
  static let incomplete = "fixtures/trace-dat/vmx-6.1-fixed/invalid_l2-mode2-fewevents.dat"
  static let ticks = "fixtures/trace-dat/svm-6.1/nested_mix-1v-full-clock-tsc.dat"
}
