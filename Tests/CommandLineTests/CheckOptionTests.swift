import Foundation
import Testing
import TraceTestSupport

/// Which checks speak, and how: `--config`, `--only`, `--enable`, `--disable`, `--severity`, `--set`.
@Suite struct CheckOptionTests {
  /// The checks that a run finds something of.
  private func checks(_ arguments: [String], _ trace: String = Recording.bug) throws -> Set<String>
  {
    let outcome = try Tool.run(["check", "--format", "json"] + arguments + [trace])
    let findings = try JSONParser.parse(outcome.output)["findings"]?.elements ?? []
    return Set(findings.compactMap { $0["check"]?.text })
  }

  private func file(_ text: String) throws -> String {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("kvmscope-\(UUID().uuidString).yaml").path
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test func checksAreChosen() throws {
    let all = try checks([])
    #expect(all.isSuperset(of: ["l2-emulation", "missing-triple-fault", "terminal-exit"]))
    #expect(
      try checks(["--only", "l2-emulation,emulation-failed"]) == [
        "l2-emulation", "emulation-failed",
      ])
    #expect(try checks(["--disable", "terminal-exit"]) == all.subtracting(["terminal-exit"]))
    #expect(try checks(["--disable", "all"]) == [])
    // What is turned off stays off, wherever it stands.
    #expect(try checks(["--disable", "all", "--enable", "l2-emulation"]) == [])
  }

  @Test func severitiesDecideTheVerdict() throws {
    let only = ["check", "--only", "terminal-exit", Recording.bug]
    #expect(try Tool.run(only).code == 0)
    #expect(try Tool.run(only + ["--severity", "terminal-exit=error"]).code == 1)
    #expect(
      try Tool.run([
        "check", "--only", "l2-emulation", "--severity", "l2-emulation=note", Recording.bug,
      ]).code == 0)
  }

  @Test func numbersAreSet() throws {
    let only = ["--only", "emulation-livelock"]
    let livelock = "fixtures/trace-dat/vmx-6.1-unfixed/invalid_l2-mode4.dat"
    #expect(try checks(only, livelock) == ["emulation-livelock"])
    #expect(try checks(only + ["--set", "emulation-livelock.count=5000"], livelock) == [])
  }

  @Test func aFileSaysTheSame() throws {
    let path = try file("checks:\n  only: [terminal-exit]\n  severity: {terminal-exit: error}\n")
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try checks(["--config", path]) == ["terminal-exit"])
    #expect(try Tool.run(["check", "--config", path, Recording.bug]).code == 1)
    #expect(try Tool.run(["summary", "--config", path, Recording.bug]).code == 0)
    // The command line comes on top.
    #expect(try checks(["--config", path, "--enable", "l2-emulation"]).contains("l2-emulation"))
  }

  @Test(arguments: [
    (["--enable", "l2-emulatoin"], "did you mean 'l2-emulation'?"),
    (["--only", "ostrich"], "explain --list"),
    (["--severity", "l2-emulation=bad"], "expected error, warning or note"),
    (["--severity", "l2-emulation"], "expected ID=LEVEL"),
    (["--set", "slow-exit.budget=fast"], "expected a duration with its unit"),
    (["--set", "slow-exit.bugdet=1ms"], "expected slow-exit.budget"),
    (["--set", "slow-exit"], "expected CHECK.OPTION=VALUE"),
  ])
  func mistakesAreSaid(_ arguments: [String], _ words: String) throws {
    let outcome = try Tool.run(["check"] + arguments + [Recording.bug])
    #expect(outcome.code == 64)
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
  }

  @Test func mistakesInAFileHaveTheirPlace() throws {
    let path = try file("checks:\n  enable:\n    - lost-event\n  set: {damaged.x: 1}\n")
    defer { try? FileManager.default.removeItem(atPath: path) }
    let outcome = try Tool.run(["check", "--config", path, Recording.bug])
    #expect(outcome.code == 64)
    #expect(outcome.errors.contains("\(path):3:7: there is no check 'lost-event'"))
    #expect(outcome.errors.contains("\(path):4:9: damaged has no option 'x'"))
    #expect(try Tool.run(["check", "--config", "no/such/file", Recording.bug]).code == 66)
  }
}
