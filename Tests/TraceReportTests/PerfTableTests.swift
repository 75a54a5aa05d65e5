import Foundation
import KVMTimeline
import Testing
import TimelineTestSupport
import TraceChecks

@testable import TraceReport

/// What the table counts where `perf kvm stat report` would be wrong.
@Suite struct PerfTableTests {
  private func table(_ script: String, by order: PerfTable.Order = .count) -> PerfTable {
    let tracks = Replay(Script.log(script)).tracks
    return PerfTable(
      tracks.map { VCPUSummary(trace: 0, track: $0, comm: nil) }, by: order)
  }

  private func rows(_ table: PerfTable) -> [String] {
    table.rows.map { "\($0.exit.label) \($0.count) \($0.min)-\($0.max) \($0.total)" }
  }

  /// perf knows a thread's vCPU from its first kvm_entry on only.
  @Test func anExitBeforeTheFirstEntryCounts() {
    #expect(rows(table("exit HLT 100; +5 entry 101; exit HLT 101; pio")) == ["HLT 1 5-5 5"])
  }

  /// perf's table has no reasons with a flag: it prints UNKNOWN.
  @Test func aRefusedEntryHasAName() {
    #expect(
      rows(table("entry 100; exit 0x80000021 100; +7 entry 100"))
        == ["INVALID_STATE FAILED_VMENTRY 1 7-7 7"])
  }

  /// perf pairs by thread: the exit of one vCPU with the entry of the other.
  @Test func twoVCPUsOfOneThreadAreNotMixed() {
    let table = table(
      """
      v0 tsc 0; v1 tsc 0; v0 load; entry 100; exit CPUID 100; pio; user IO
      v1 load; entry 500; exit HLT 500; pio; user IO
      v0 load; pio; entry 102; exit MSR_READ 102; pio
      """)
    #expect(rows(table) == ["CPUID 1 100-100 100"])
    #expect(table.unanswered.map { "\($0.exit.label) \($0.count)" } == ["HLT 1", "MSR_READ 1"])
  }

  @Test func theEntryOfANewVMAnswersNothing() {
    let table = table(
      "entry 100; exit CPUID 100; pio; user IO; tsc 0; load; entry 100; exit HLT 1; pio")
    #expect(table.rows.isEmpty)
    #expect(table.unanswered.map(\.count) == [1, 1])
  }

  @Test func equalCountsAreInPerfsOrder() {
    let table = table(
      "exit MSR_WRITE 1; entry 1; exit CPUID 1; +90 entry 1; exit VMLAUNCH 1; entry 4; exit HLT 4; pio"
    )
    #expect(table.rows.map(\.exit.label) == ["CPUID", "VMLAUNCH", "MSR_WRITE"])
  }

  @Test func theDeviationIsThatOfTheMean() {
    // 10, 20 and 30: mean 20, standard deviation 10, of the mean 10 / √3.
    let table = table(
      "exit HLT 1; +10 entry 1; exit HLT 1; +20 entry 1; exit HLT 1; +30 entry 1; exit CPUID 4; pio"
    )
    #expect(table.rows.map(\.deviation) == [100 * (10 / 3.squareRoot()) / 20])
  }
}

/// Numbers as `printf` writes them.
@Suite struct PrintedNumberTests {
  @Test func hundredthsAreThoseOfPrintf() {
    var generator = SystemRandomNumberGenerator()
    var values: [Double] = [
      0, 0.005, 0.015, 0.125, 0.375, 0.995, 1.005, 2.675, 111.485, 1e15, 0x1p62,
    ]
    for _ in 0..<20_000 {
      // Nanoseconds as microseconds: many lie between two hundredths.
      values.append(Double(UInt64.random(in: 0..<10_000_000, using: &generator)) / 1000)
      values.append(Double.random(in: 0..<1000, using: &generator))
      values.append(Double(UInt64.random(in: 0..<1_000_000, using: &generator)) / 64)
    }
    for value in values {
      #expect(PrintedNumber.hundredths(value) == String(format: "%.2f", value))
    }
    #expect(PrintedNumber.hundredths(-0.375) == "-0.38")
  }
}
