internal import Testing
internal import TraceChecks

/// What truly happened in a fixture.
struct Truth: Sendable, CustomTestStringConvertible {
  /// One finding that the checks must make.
  struct Expected: Sendable, Hashable, CustomStringConvertible {
    var check: String
    var severity: Severity
    var count: UInt64
    /// nil for findings about the trace itself.
    var thread: Int32?

    var description: String {
      "\(severity.name) \(check) ×\(count) \(thread.map { "tid \($0)" } ?? "trace")"
    }
  }

  /// Below fixtures/trace-dat, without `.dat`.
  var name: String
  var events: UInt64
  var exits: UInt64
  var l2Exits: UInt64
  var reflected: UInt64
  /// Instructions of L2 emulated though no exit asked for it.
  var unexplained: UInt64
  var verdict: Verdict
  var findings: [Expected]

  init(
    _ name: String, _ events: UInt64, _ exits: UInt64, _ l2Exits: UInt64, _ reflected: UInt64,
    _ unexplained: UInt64, _ verdict: Verdict = .pass, _ findings: [[Expected]] = []
  ) {
    self.name = name
    self.events = events
    self.exits = exits
    self.l2Exits = l2Exits
    self.reflected = reflected
    self.unexplained = unexplained
    self.verdict = verdict
    self.findings = findings.flatMap { $0 }
  }

  /// A recording that passes all the same.
  init(
    _ name: String, _ events: UInt64, _ exits: UInt64, _ l2Exits: UInt64, _ reflected: UInt64,
    _ unexplained: UInt64, _ findings: [[Expected]]
  ) {
    self.init(name, events, exits, l2Exits, reflected, unexplained, .pass, findings)
  }

  /// The recordings that a test may walk several times: all but the longest.
  static let short = all.filter { $0.events < 20_000 }

  /// The path below fixtures.
  var fixture: String { "trace-dat/\(name).dat" }

  var testDescription: String { name }
}

extension [Truth.Expected] {
  /// One episode of emulation of L2, which L1 was never told of.
  static func bug(_ instructions: UInt64, _ thread: Int32) -> Self {
    ["l2-emulation", "missing-triple-fault"].map {
      Truth.Expected(check: $0, severity: .error, count: instructions, thread: thread)
    }
  }

  /// The end of a vCPU that was emulated until the emulator knew no further.
  static func end(_ thread: Int32) -> Self {
    error("emulation-failed", thread, 1) + note("terminal-exit", thread)
  }

  /// An error about a vCPU.
  static func error(_ check: String, _ thread: Int32, _ count: UInt64) -> Self {
    [Truth.Expected(check: check, severity: .error, count: count, thread: thread)]
  }

  /// A note about a vCPU.
  static func note(_ check: String, _ thread: Int32, _ count: UInt64 = 1) -> Self {
    [Truth.Expected(check: check, severity: .note, count: count, thread: thread)]
  }

  /// A vCPU that had to share its CPU.
  static func preempted(_ thread: Int32, _ times: UInt64) -> Self {
    note("preempted-in-guest", thread, times)
  }

  /// A warning about a vCPU.
  static func warning(_ check: String, _ thread: Int32) -> Self {
    [Truth.Expected(check: check, severity: .warning, count: 1, thread: thread)]
  }

  /// A note about the trace itself.
  static func trace(_ check: String, _ count: UInt64) -> Self {
    [Truth.Expected(check: check, severity: .note, count: count, thread: nil)]
  }
}
