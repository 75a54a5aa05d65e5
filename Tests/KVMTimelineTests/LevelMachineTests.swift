import Foundation
import KVMEvents
import KVMTimeline
import Testing
import TimelineTestSupport
import TraceTestSupport

/// The level machine as a total table: each state and each event, as `docs/level-machine.md` prints it.
///
/// With `RECORD_DOCS=1` the page is written anew, and the test fails so that nobody takes it for a check.
struct LevelMachineTests {
  /// A way into each state.
  static let states: [(state: LevelState, script: String)] = [
    (.unknown, "load"),
    (.l1, "load; exit CPUID 100; pio"),
    (.l1Entering, "load; exit VMLAUNCH 200; pio"),
    (.l2Inferred, "load; exit VMLAUNCH 200; entry 1000"),
    (.l2Entered, "load; exit VMLAUNCH 200; vmenter 200 1000; entry 1000"),
    (.l2, "load; exit VMLAUNCH 200; vmenter 200 1000; entry 1000; exit HLT 1000; twin HLT 1000"),
    (.l2AfterVMM, "load; exit HLT 1000; twin HLT 1000; user IO; load"),
    (.smmFromL1, "load; exit CPUID 100; pio; smm in"),
    (.smmFromL2, "load; exit HLT 1000; twin HLT 1000; smm in"),
    (.smm, "load; exit CPUID 100; pio; user IO; smm in; load"),
  ]

  /// What can happen, inside KVM_RUN unless said.
  static let events: [(name: String, script: String)] = [
    ("exit without kvm_nested_vmexit", "exit CPUID 300; pio"),
    ("the same, VMLAUNCH or VMRESUME", "exit VMRESUME 300; pio"),
    ("exit with kvm_nested_vmexit", "exit MSR_READ 1000; twin MSR_READ 1000"),
    ("kvm_nested_vmexit_inject", "inject EXTERNAL_INTERRUPT"),
    ("kvm_nested_vmenter", "vmenter 300 1000"),
    ("kvm_nested_vmenter outside KVM_RUN", "user IO; vmenter 1000 1000"),
    ("kvm_nested_vmenter_failed", "vmfail"),
    ("kvm_entry elsewhere", "entry 1000"),
    ("kvm_entry right behind the exit", "entry 203"),
    ("userspace exit, and KVM_RUN again", "user IO; load"),
    ("entering SMM", "smm in"),
    ("entering SMM outside KVM_RUN", "user IO; smm in; load"),
    ("leaving SMM", "smm out"),
    ("emulation where L2 stood, no exit", "user IO; load; emul 1001 1"),
    ("emulation elsewhere, no exit", "user IO; load; emul 5000 1"),
    ("emulation at the reset vector", "user IO; load; emul fff0 5 real"),
    ("events are lost", "lost; +100 other"),
    ("a new incarnation", "user IO; tsc 0; load"),
  ]

  private static func outcome(_ script: String) -> LevelState? {
    Replay(Script.log(script)).tracker.tracks.last?.levelState
  }

  @Test("each way into a state leads there", arguments: states.indices)
  func ways(_ at: Int) {
    #expect(Self.outcome(Self.states[at].script) == Self.states[at].state)
  }

  @Test("every state is in the table")
  func total() {
    #expect(Self.states.map(\.state) == LevelState.allCases)
  }

  @Test("every pair of state and event, as the page has it")
  func table() throws {
    let table = try Self.table()
    let path = Repository.path(of: "docs/level-machine.md")
    let page = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    let marks = ("<!-- table -->\n", "<!-- end of table -->\n")
    if ProcessInfo.processInfo.environment["RECORD_DOCS"] == "1" {
      let parts = page.components(separatedBy: marks.0)
      let rest = page.components(separatedBy: marks.1)
      try #require(parts.count == 2 && rest.count == 2)
      try (parts[0] + marks.0 + table + marks.1 + rest[1])
        .write(toFile: path, atomically: true, encoding: .utf8)
      Issue.record("docs/level-machine.md was written anew: look at it, then run the tests again")
    }
    #expect(page.contains(marks.0 + table + marks.1), "RECORD_DOCS=1 writes it anew")
  }

  /// The table, one row an event and one column a state.
  private static func table() throws -> String {
    var text = "| event \\ state |" + states.map { " \($0.state.rawValue) |" }.joined() + "\n"
    text += "|---|" + states.map { _ in "---|" }.joined() + "\n"
    for event in events {
      text += "| \(event.name) |"
      for state in states {
        let new = try #require(outcome(state.script + "; " + event.script))
        text += " \(new == state.state ? "·" : new.rawValue) |"
      }
      text += "\n"
    }
    return text
  }
}
