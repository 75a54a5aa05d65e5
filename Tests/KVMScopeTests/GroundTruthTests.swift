import KVMScope
import KVMTimeline
import Testing
import TimelineTestSupport
import TraceChecks
import TraceTestSupport

/// What the checks and the summary say of each recording is what is known to have happened in it.
struct GroundTruthTests {
  @Test("every fixture has its row")
  func complete() {
    #expect(Set(Truth.all.map(\.fixture)) == Set(Fixture.traceDatNames))
    #expect(Truth.all.count == Fixture.traceDatNames.count)
  }

  @Test("verdict and findings", arguments: Truth.all)
  func findings(_ truth: Truth) throws {
    let checks = try Analysis.check([Fixture.path(truth.fixture)]).checks
    let found = checks.findings.map {
      Truth.Expected(
        check: $0.check, severity: $0.severity, count: $0.count, thread: $0.identity?.thread)
    }
    #expect(found.sorted() == truth.findings.sorted())
    #expect(checks.verdict == truth.verdict)
    // What could not be judged is said in the recordings alone that are not conclusive.
    #expect(checks.notJudged.contains { $0.isDecisive } == (truth.verdict == .inconclusive))
  }

  @Test("counts are the reference program's", arguments: Truth.all)
  func counts(_ truth: Truth) throws {
    let results = try Analysis.summarize([Fixture.path(truth.fixture)])
    func sum(_ value: (VCPUSummary) -> UInt64) -> UInt64 {
      results.vcpus.reduce(0) { $0 + value($1) }
    }
    #expect(results.checks.traces.map(\.events) == [truth.events])
    #expect(sum(\.exits) == truth.exits)
    #expect(sum(\.l2Exits) == truth.l2Exits)
    #expect(sum(\.l2ExitsReflected) == truth.reflected)
    let emulated = results.checks.findings.filter { $0.check == "l2-emulation" }
    #expect(emulated.reduce(0) { $0 + $1.count } == truth.unexplained)
  }

  /// The rule that was found in the recordings, in its plainest form: see ``UnexplainedInstructions``.
  @Test(
    "episodes begin and end with their instructions",
    arguments: Truth.all.filter { $0.unexplained > 0 })
  func spans(_ truth: Truth) throws {
    let reference = UnexplainedInstructions(try EventLog(fixture: truth.fixture)).byThread
    let checks = try Analysis.check([Fixture.path(truth.fixture)]).checks
    let findings = checks.findings.filter {
      ["l2-emulation", "missing-triple-fault"].contains($0.check)
    }
    #expect(Set(findings.compactMap { $0.identity?.thread }) == Set(reference.keys))
    for finding in findings {
      let times = try #require(reference[finding.identity?.thread ?? 0])
      #expect(finding.begin == times.first)
      #expect(finding.end == times.last)
      #expect(finding.count == UInt64(times.count))
      #expect(finding.level == .l2)
    }
  }

  @Test("several traces: all findings, the worst verdict")
  func several() throws {
    let names = ["vmx-6.1-fixed/invalid_l2-mode2", "vmx-6.1-unfixed/invalid_l2-mode2"]
    let paths = names.map { Fixture.path("trace-dat/\($0).dat") }
    var options = AnalysisOptions()
    options.checks = .core
    let checks = try Analysis.check(paths, options).checks
    #expect(checks.verdict == .fail)
    #expect(checks.findings.map(\.trace) == [0, 1, 1])
    #expect(try Analysis.check([paths[0]]).checks.verdict == .pass)
    #expect(try Analysis.check([paths[1]]).checks.verdict == .fail)
  }

  @Test("a threshold decides which findings fail")
  func thresholds() throws {
    let path = Fixture.path("trace-dat/vmx-6.1-fixed/invalid_l2-mode1.dat")
    var verdicts: [Verdict] = []
    for threshold in AnalysisOptions.FailThreshold.allCases {
      var options = AnalysisOptions()
      options.failOn = threshold
      verdicts.append(try Analysis.check([path], options).checks.verdict)
    }
    #expect(verdicts == [.pass, .fail, .fail, .pass])
  }
}

extension Truth.Expected: Comparable {
  static func < (a: Truth.Expected, b: Truth.Expected) -> Bool {
    (a.check, a.thread ?? -1, a.count) < (b.check, b.thread ?? -1, b.count)
  }
}
