import KVMEvents
import Testing
import TimelineTestSupport
import TraceChecks

/// Events that cannot be given to one vCPU for certain are not judged.
struct MixedThreadTests {
  private static let l2 = """
    exit VMLAUNCH 200; vmenter 200 1000; entry 1000; exit CPUID 1000; twin CPUID 1000; inject CPUID; entry 300
    exit VMRESUME 300; vmenter 300 1002; entry 1002; exit HLT 1002; twin HLT 1002;
    """

  /// `perf script -F pid` prints the process where others print the thread.
  @Test("two vCPUs run at once under one number")
  func oneNumber() {
    let script =
      "v0 load; entry 100; " + Self.l2 + "c1 v1 load; entry 300; exit VMREAD 300; c0 v0 entry 300;"
      + "exit VMREAD 300; entry 303; c1 v1 entry 303; exit VMREAD 303; entry 306"
    let replay = Replay(Script.log(script), configuration: .groups([.nested, .trace]))
    #expect(replay.findings == "")
    #expect(replay.verdict == .inconclusive)
    #expect(replay.judgement.notJudged.contains { $0.why.contains("cannot be told apart") })
  }

  @Test("one thread that drives two vCPUs in turn is no mixture")
  func inTurn() {
    let script =
      "v0 load; entry 100; " + Self.l2
      + "unload; user IO; v1 load; entry 100; exit CPUID 100; unload; user IO;"
      + "v0 load; entry 1003; exit HLT 1003; twin HLT 1003; inject HLT; entry 300"
    let replay = Replay(Script.log(script), configuration: .groups([.core, .nested, .trace]))
    #expect(replay.findings == "")
    #expect(replay.verdict == .pass)
  }

  @Test("instructions emulated for one of two vCPUs, and nothing tells for which")
  func unnamedEmulation() {
    let script =
      "v0 load; entry 100; " + Self.l2
      + "unload; user IO; v1 load; entry 100; exit CPUID 100; unload; user IO;"
      + "load; emul 1003 2; emul 1005 2; unload; user IO; v0 load; entry 1007; exit HLT 1007; twin HLT 1007"
    let replay = Replay(Script.log(script), configuration: .groups([.core, .nested, .trace]))
    #expect(replay.findings == "")
    #expect(replay.verdict == .inconclusive)
  }

  @Test(
    "without switches, a thread that no line names is whoever runs on its CPU",
    arguments: [true, false])
  func nobody(_ knowsSwitches: Bool) {
    let script = "t-1 load; entry 100; " + Self.l2 + "entry 300; exit VMREAD 300; entry 303"
    let replay = Replay(
      Script.log(script, without: knowsSwitches ? [] : [.schedSwitch]),
      configuration: .groups([.nested, .trace]))
    #expect(replay.verdict == (knowsSwitches ? .fail : .inconclusive))
    #expect(replay.findings == (knowsSwitches ? "lost-inject" : ""))
  }
}
