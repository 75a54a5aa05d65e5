import KVMEvents
import Testing
import TimelineTestSupport
import TraceChecks

/// "Time": each check fires on its pattern, and each of its guards keeps it silent.
struct TimeCheckTests {
  private static func time(
    _ what: String, _ script: String, _ findings: String = "", without: Set<EventKind> = []
  ) -> CheckCase {
    CheckCase(
      what, script, findings, without: without,
      checks: .only(
        CheckCatalogue.all.filter { $0.group == .time }.map(\.id),
        [
          "slow-exit.budget=100ns", "halt-poll-waste.polls=2", "exit-multiplication.budget=4",
          "exit-multiplication.trips=2", "preempted-in-guest.time=100ns",
        ]))
  }

  static let table: [CheckCase] = [
    time("a slow exit", "exit CPUID 100; +101 entry 102", "slow-exit"),
    time("answered on another CPU: a gap may not be told yet", "exit CPUID 100; c1 +101 entry 102"),
    time("within the budget", "exit CPUID 100; +100 entry 102"),
    time(
      "the slow ones of a reason are one",
      "exit CPUID 100; +300 entry 102; exit CPUID 100; +200 entry 102",
      "slow-exit ×2"),
    time("HLT waits", "exit HLT 100; +500 entry 102"),
    time("AMD: HLT waits", "svm exit hlt 100; +500 entry 102"),
    time("off the CPU", "exit CPUID 100; out S; +500 in; entry 102"),
    time("preempted", "exit CPUID 100; out R; +50 in; entry 102"),
    time("in the VMM", "exit IO_INSTRUCTION 100; user IO; +500 load; entry 102"),
    time("never answered", "exit CPUID 100; +500 exit CPUID 100"),
    time("nobody knows of preemption", "exit CPUID 100; +500 entry 102", without: [.schedSwitch]),
    time("nobody knows of the VMM", "exit CPUID 100; +500 entry 102", without: [.userspaceExit]),
    time(
      "polls for nothing",
      "exit HLT 100; +50 out S; +100 in; wake 160 1; entry 101; exit HLT 101; +50 out S; +100 in; wake 160 1; entry 102",
      "halt-poll-waste ×2"),
    time(
      "polls that help",
      "exit HLT 100; +60 wake 50 0; entry 101; exit HLT 101; +60 wake 50 0; entry 102"),
    time(
      "most of them help",
      "exit HLT 100; +90 wake 80 0; entry 101; exit HLT 101; +50 out S; +100 in; wake 160 1; entry 102"
    ),
    time(
      "no polling before the block",
      "exit HLT 100; out S; +100 in; wake 110 1; entry 101; exit HLT 101; out S; +100 in; wake 110 1; entry 102"
    ),
    time("once is nothing", "exit HLT 100; +50 out S; +100 in; wake 160 1; entry 101"),
    time(
      "each exit of L2 costs four", String(repeating: trip(2), count: 3), "exit-multiplication ×2"),
    time("each exit of L2 costs three", String(repeating: trip(1), count: 3)),
    time("one round trip is nothing", String(repeating: trip(2), count: 2)),
    time("stolen", "exit CPUID 100; entry 102; out R; +150 in; exit HLT 102", "preempted-in-guest"),
    time("not for long", "exit CPUID 100; entry 102; out R; +90 in; exit HLT 102"),
    time("a small part", "exit CPUID 100; entry 102; out R; +150 in; +1000 exit HLT 102"),
    time("asleep", "exit HLT 100; out S; +150 in; entry 102; exit HLT 102"),
  ]

  /// An exit of L2 that L1 is told of, `reads` exits of L1, and back to L2.
  private static func trip(_ reads: Int) -> String {
    "exit CPUID 1000; twin CPUID 1000; inject CPUID; entry 300;"
      + String(repeating: "exit VMREAD 300; entry 303;", count: reads)
      + "exit VMRESUME 310; vmenter 310 1002; entry 1002;"
  }

  @Test("time", arguments: table) func times(_ item: CheckCase) { item.check() }

  @Test("a slow exit's span is that of the worst, its sentence has the numbers")
  func slowest() throws {
    let replay = Replay(
      Script.log(
        "@1000 exit CPUID 100; @1300 entry 102; @2000 exit CPUID 100; @2900 entry 102; @3000 exit CPUID 100; @3400 entry 102"
      ), configuration: .only(["slow-exit"], ["slow-exit.budget=200ns"]))
    let finding = try #require(replay.finding("slow-exit"))
    #expect(finding.begin == 2000)
    #expect(finding.end == 2900)
    #expect(finding.count == 3)
    #expect(finding.message.contains("longer than 200ns on the CPU 3 times"))
  }

  @Test(
    "values as users write them",
    arguments: [
      ("slow-exit.budget", "200us", true), ("slow-exit.budget", "1.5ms", true),
      ("slow-exit.budget", "2s", true), ("slow-exit.budget", "7ns", true),
      ("slow-exit.budget", "200", false), ("slow-exit.budget", "0.5ns", false),
      ("slow-exit.budget", "-1us", false), ("slow-exit.budget", "99999999999999s", false),
      ("slow-exit.budget", "", false), ("slow-exit.budget", "us", false),
      ("window-storm.count", "5", true), ("window-storm.count", "5%", false),
      ("window-storm.share", "5%", true), ("window-storm.share", "5", true),
      ("window-storm.share", "101%", false),
    ])
  func values(_ option: String, _ text: String, _ isValid: Bool) {
    var configuration = CheckConfiguration()
    do throws(ConfigurationError) {
      try configuration.set(option, to: text)
      #expect(isValid)
    } catch {
      #expect(!isValid)
      #expect(error.what.hasPrefix("'\(text)' is no value for \(option): expected "))
    }
  }

  @Test("a default is written as it is read")
  func defaults() throws {
    for check in CheckCatalogue.all {
      for option in check.options {
        #expect(option.value(option.text(option.standard)) == option.standard)
      }
    }
  }
}
