import Foundation

/// One program with its arguments, run to its end.
struct Command {
  let program: String
  let arguments: [String]

  /// What a run took and gave.
  struct Outcome {
    var code: Int32
    /// Seconds of CPU time of the process and of those it waited for.
    var user: Double
    var system: Double
    /// Seconds from start to end.
    var wall = 0.0
    /// Standard output, where it was kept.
    var output = ""
    /// Lines of standard output, where they were counted.
    var lines = 0
  }

  /// What becomes of standard output.
  enum Output {
    case dropped
    case kept
    case counted
  }

  /// A program, looked for in PATH unless it is a path.
  init(_ program: String, _ arguments: [String]) {
    self.program = program
    self.arguments = arguments
  }

  /// Runs it.
  ///
  /// - Parameters:
  ///   - output: what becomes of its output.
  ///   - directory: where it runs.
  ///   - path: directories searched before those of PATH.
  ///   - whileRunning: called over and over with its process id.
  /// - Returns: what it took: nothing else runs meanwhile, so all that children used is its.
  /// - Throws: when it cannot be started.
  func run(
    _ output: Output, in directory: URL, path: String? = nil, whileRunning: ((Int32) -> Void)? = nil
  ) throws -> Outcome {
    let process = Process()
    guard let executable = Self.path(of: program, path) else {
      throw Failure("\(program) is not there")
    }
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.currentDirectoryURL = directory
    var environment = ProcessInfo.processInfo.environment
    if let path { environment["PATH"] = path + ":" + (environment["PATH"] ?? "") }
    environment["LC_ALL"] = "C"
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    let isRead = output != .dropped
    process.standardOutput = isRead ? pipe : FileHandle.nullDevice
    process.standardError = output == .kept ? pipe : FileHandle.nullDevice
    // `waitUntilExit` looks only now and then: too late for a time by the clock.
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    let before = Self.usedByChildren()
    let begin = ContinuousClock.now
    try process.run()
    var outcome = Outcome(code: 0, user: 0, system: 0)
    var kept = Data()
    while isRead, let data = try pipe.fileHandleForReading.read(upToCount: 1 << 20), !data.isEmpty {
      if output == .kept {
        kept += data
      } else {
        // SAFETY: the bytes are only counted, within the closure that they are lent to.
        outcome.lines += unsafe data.withUnsafeBytes {
          unsafe $0.count { $0 == UInt8(ascii: "\n") }
        }
      }
    }
    while let whileRunning, process.isRunning {
      whileRunning(process.processIdentifier)
      usleep(500)
    }
    ended.wait()
    let wall = begin.duration(to: .now)
    process.waitUntilExit()
    let after = Self.usedByChildren()
    outcome.code = process.terminationStatus
    outcome.user = after.user - before.user
    outcome.system = after.system - before.system
    outcome.wall = wall / .seconds(1)
    outcome.output = String(decoding: kept, as: UTF8.self)
    return outcome
  }

  /// Seconds of CPU time of all children that have ended.
  private static func usedByChildren() -> (user: Double, system: Double) {
    var usage = rusage()
    // SAFETY: the structure is lent for this call, which fills it.
    _ = unsafe getrusage(RUSAGE_CHILDREN.rawValue, &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
    return (seconds(usage.ru_utime), seconds(usage.ru_stime))
  }

  /// Where a program is: itself where it is a path, or in PATH; nil when it is not there.
  static func path(of program: String, _ first: String? = nil) -> String? {
    if program.contains("/") { return program }
    let path = (first.map { $0 + ":" } ?? "") + (ProcessInfo.processInfo.environment["PATH"] ?? "")
    return path.split(separator: ":").map { "\($0)/\(program)" }
      .first(where: FileManager.default.isExecutableFile(atPath:))
  }
}
