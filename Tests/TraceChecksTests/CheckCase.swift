internal import KVMEvents
internal import Testing
internal import TimelineTestSupport
internal import TraceChecks

/// A sequence of events and what the checks say of it.
struct CheckCase: Sendable, CustomTestStringConvertible {
  /// What the sequence shows.
  var what: String
  /// See ``Script``.
  var script: String
  /// See ``Replay/findings``.
  var findings: String
  var verdict: Verdict
  /// Kinds that were not recorded.
  var without: Set<EventKind>
  /// The checks that speak.
  var checks: CheckConfiguration

  init(
    _ what: String, _ script: String, _ findings: String = "", _ verdict: Verdict = .pass,
    without: Set<EventKind> = [], checks: CheckConfiguration = .core
  ) {
    self.what = what
    self.script = script
    self.findings = findings
    self.verdict = verdict
    self.without = without
    self.checks = checks
  }

  var testDescription: String { what }

  /// Runs the sequence and holds the outcome against what is expected.
  func check() {
    let replay = Replay(Script.log(script, without: without), configuration: checks)
    #expect(replay.findings == findings)
    #expect(replay.verdict == verdict)
    #expect(replay.brokenInvariants().isEmpty)
  }
}

/// Beginnings that many sequences share.
enum Given {
  /// VMX 6.1: L1 entered L2, which executed IN at 1000 and was handed to the VMM.
  static let vmm = """
    exit VMLAUNCH 200; vmenter 200 1000; entry 1000
    exit IO_INSTRUCTION 1000; twin IO_INSTRUCTION 1000; unload; user IO;
    """
  /// The same before 6.1.
  static let oldVMM = """
    exit VMLAUNCH 200; entry 1000
    exit IO_INSTRUCTION 1000; twin IO_INSTRUCTION 1000; unload; user IO;
    """
  /// L2 was left for SMM, whose handler ends with RSM.
  static let rsm = """
    exit VMLAUNCH 200; vmenter 200 1000; entry 1000
    exit HLT 1000; twin HLT 1000; smm in; entry 8000; exit EXCEPTION_NMI 8004; emul 8004 2; smm out;
    """
}
