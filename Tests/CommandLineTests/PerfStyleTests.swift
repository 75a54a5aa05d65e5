import Foundation
import Testing
import TraceTestSupport

/// `summary --style perf` prints what `perf kvm stat report` prints, to the letter.
@Suite struct PerfStyleTests {
  /// The recordings that have kvm_entry and kvm_exit, without `.perf.data`.
  private static let recordings = Fixture.perfDataNames.filter { !$0.contains("/containers/") }
    .map { String($0.dropLast(".perf.data".count)) }
  /// Here the thread makes a new VM with every step of the test.
  private static let manyVMs = "perf-data/vmx-6.1-fixed/state_test"

  private static func table(_ recording: String, _ options: String...) throws -> Tool.Outcome {
    try Tool.run(["summary", "--style", "perf"] + options + ["fixtures/\(recording).perf.data"])
  }

  private static func peer(_ recording: String) throws -> String {
    try Repository.text(of: "fixtures/\(recording).kvm-stat.txt")
  }

  @Test(arguments: recordings.filter { $0 != manyVMs })
  func theTableIsThatOfPerf(recording: String) throws {
    let outcome = try Self.table(recording)
    #expect(outcome.code == 0)
    #expect(try outcome.output == Self.peer(recording))
  }

  /// A row without its shares, which depend on the other rows.
  private static func rows(_ table: String) -> [[Substring]] {
    table.split(separator: "\n").filter { $0.contains("( +-") }.map { line in
      var words = line.split(separator: " ")
      words.removeSubrange(2..<4)
      return words
    }
  }

  /// perf lets the first entry of a new VM answer the last exit of the old one, 58 ms later.
  ///
  /// It knows threads only. All 13 of its IO_INSTRUCTION are such.
  @Test func noEntryOfOneVMAnswersAnExitOfAnother() throws {
    let outcome = try Self.table(Self.manyVMs)
    let theirs = try Self.rows(Self.peer(Self.manyVMs))
    #expect(Self.rows(outcome.output) == theirs.filter { $0[0] != "IO_INSTRUCTION" })
    #expect(theirs.contains { $0[0] == "IO_INSTRUCTION" && $0[1] == "13" })
    // The last one is of the VM that was never left for another.
    #expect(outcome.errors.contains("14 exits without a kvm_entry of the same vCPU"))
    #expect(outcome.errors.contains("14 IO_INSTRUCTION"))
  }

  /// With `--vcpu` perf prints 0.00us as the minimum of everything: it forgets to begin with the largest number.
  @Test func theMinimumOfOneVCPUIsOneOfItsTimes() throws {
    let recording = "perf-data/vmx-6.1-fixed/invalid_l2-mode2"
    let all = try Self.table(recording).output
    let one = try Self.table(recording, "--vcpu", "0").output
    #expect(
      one == all.replacingOccurrences(of: "all VMs, all VCPUs:", with: "all VMs, VCPU 0:"))
    #expect(try Self.table(recording, "--vcpu", "1").output.contains("\nTotal Samples:0, "))
  }

  @Test func theKeySortsByMeanTime() throws {
    let rows = try Self.rows(
      Self.table("perf-data/vmx-6.1-fixed/invalid_l2-mode2", "--key", "time").output)
    let means = rows.compactMap { Double($0[4].dropLast(2)) }
    #expect(means.count == 11)
    #expect(means == means.sorted(by: >))
  }

  @Test func aTraceDatHasTheTableToo() throws {
    let outcome = try Tool.run(["summary", "--style", "perf", Recording.control])
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("\n             VMWRITE         78    54.55% "))
    #expect(outcome.output.contains("\nTotal Samples:143, Total events handled time:"))
  }

  @Test func ticksAreNoMicroseconds() throws {
    let outcome = try Tool.run(["summary", "--style", "perf", Recording.ticks])
    #expect(outcome.code == 0)
    #expect(outcome.output.contains(" vmrun "))
    #expect(!outcome.output.contains("us"))
  }

  @Test func severalTracesHaveATableEach() throws {
    let outcome = try Tool.run(["summary", "--style", "perf", Recording.bug, Recording.control])
    #expect(outcome.output.components(separatedBy: "Analyze events for").count == 3)
    #expect(outcome.output.contains(Recording.bug + ":\n"))
  }

  @Test func whatDoesNotGoTogetherIsRefused() throws {
    #expect(
      try Tool.run(["summary", "--style", "perf", "--format", "json", Recording.bug]).code == 64)
    #expect(try Tool.run(["summary", "--key", "time", Recording.bug]).code == 64)
  }
}
