import KVMEvents
import KVMScope
import KVMTimeline
import Testing
import TimelineTestSupport
import TraceChecks
import TraceTestSupport

/// Recordings in which an event that a verdict needs was not asked for: the verdict stays open, it
/// is never guessed.
struct UnrecordedEventTests {
  /// Text does not say what was recorded: everything else of KVM is there, and VMLAUNCH and VMRESUME.
  @Test("the lines of nested guests were left out of a text")
  func withoutNestedLines() throws {
    let packed = try Fixture.bytes("trace-dat/vmx-6.1-unfixed/invalid_l2-mode3.report.zst")
    let lines = try Unpacking.text(zstd: packed).split(
      separator: "\n", omittingEmptySubsequences: false)
    let left = lines.filter { !$0.contains("kvm_nested_") }.joined(separator: "\n")
    #expect(left.contains("kvm_cr") && left.contains("VMLAUNCH"))
    let file = try TemporaryFile([UInt8](left.utf8))
    #expect(try Analysis.check([file.path]).checks.verdict == .inconclusive)
  }

  private static let healthy = [
    "vmx-6.1-fixed/nested_mix-1v-full", "vmx-5.10/invalid_l2-mode0",
    "vmx-6.1-fixed/invalid_l2-mode0",
    "vmx-6.1-fixed/two-vms-2v-full", "svm-5.10/svm_vmcall_test",
    "svm-5.10/svm_nested_shutdown_test",
  ]
  private static let buggy = [
    "vmx-5.10/invalid_l2-mode1", "vmx-5.10/invalid_l2-mode2", "vmx-6.1-unfixed/invalid_l2-mode2",
  ]

  private func replay(_ name: String, without kinds: Set<EventKind>) throws -> Replay {
    var log = try EventLog(fixture: "trace-dat/\(name).dat")
    log.entries.removeAll { kinds.contains($0.event.kind) }
    let all = log.records
    log.records = RecordedEvents(
      Set(EventKind.allCases.filter { all.contains($0) && !kinds.contains($0) }))
    return Replay(log, configuration: .core)
  }

  @Test(
    "without the exits of L2 nothing is found and nothing passes", arguments: healthy + buggy,
    [[EventKind.nestedExit], [.nestedExit, .exit]])
  func nestedExits(_ name: String, _ kinds: [EventKind]) throws {
    let replay = try replay(name, without: Set(kinds))
    #expect(replay.verdict == .inconclusive)
    #expect(replay.judgement.findings.allSatisfy { $0.severity == .note })
    #expect(replay.judgement.findings.contains { $0.check == "missing-events" })
    #expect(replay.brokenInvariants().isEmpty)
  }

  @Test("without the events of SMM an L2 that is emulated after RSM does not pass")
  func systemManagementMode() throws {
    let replay = try replay("vmx-5.10/invalid_l2-mode1", without: [.smmTransition])
    #expect(replay.verdict != .pass)
  }

  @Test("an ordinary guest needs no events of nesting")
  func ordinaryGuest() throws {
    let replay = try replay("svm-6.1/hltmix-0-l1-ipi-poll200k", without: [.nestedExit])
    #expect(replay.verdict == .pass)
    #expect(replay.judgement.findings.isEmpty)
  }
}

/// Files of which a part is unreadable: what stood there counts as lost, whatever is left.
struct UnreadablePartTests {
  private static let bug = "trace-dat/vmx-6.1-unfixed/invalid_l2-mode2.dat"

  private func check(_ bytes: [UInt8]) throws -> CheckResults {
    let file = try TemporaryFile(bytes)
    return try Analysis.check([file.path]).checks
  }

  /// Where the first zstd frame begins at or behind a place.
  private func frame(in bytes: [UInt8], from start: Int) throws -> Int {
    try #require(
      (start..<bytes.count - 4).first { Array(bytes[$0..<$0 + 4]) == [0x28, 0xb5, 0x2f, 0xfd] })
  }

  @Test("a chunk that cannot be unpacked loses its events and no others")
  func chunk() throws {
    var bytes = try Fixture.bytes(Self.bug)
    let whole = try check(bytes)
    // CPU data begin at a multiple of the page size, behind all tables.
    let table = try #require(whole.traces.first)
    let first = try frame(in: bytes, from: 77_824)
    bytes[first + 8] ^= 0xff
    bytes[first + 9] ^= 0xff
    let results = try check(bytes)
    let facts = try #require(results.traces.first)
    #expect(results.verdict != .pass)
    #expect(facts.lostGaps >= 1)
    #expect(!facts.damage.isEmpty)
    #expect(facts.events < table.events)
    #expect(facts.events > 0)
  }

  @Test("formats that cannot be unpacked leave the verdict open")
  func formats() throws {
    var bytes = try Fixture.bytes(Self.bug)
    // The second and third frames of the file are ftrace's own formats and those of events.
    let headers = try frame(in: bytes, from: 0)
    let ftrace = try frame(in: bytes, from: headers + 4)
    let events = try frame(in: bytes, from: ftrace + 4)
    bytes[events + 8] ^= 0xff
    bytes[events + 9] ^= 0xff
    let results = try check(bytes)
    #expect(results.verdict == .inconclusive)
    #expect(results.findings.contains { $0.check == "damaged" })
  }

  @Test("sub-buffers that were overwritten with zeros are a gap")
  func zeros() throws {
    var bytes = try Fixture.bytes("trace-dat/vmx-6.1-fixed/invalid_l2-mode2-v6.dat")
    let whole = try #require(try check(bytes).traces.first)
    let page = (bytes.count / 4096 - 4) * 4096
    for at in page..<page + 4096 { bytes[at] = 0 }
    let facts = try #require(try check(bytes).traces.first)
    #expect(whole.lostGaps == 0)
    #expect(facts.lostGaps == 1)
    #expect(facts.events < whole.events)
    #expect(!facts.damage.isEmpty)
  }

  @Test("a selection without any vCPU is no pass")
  func emptySelection() throws {
    var options = AnalysisOptions()
    options.vcpus = [7]
    let results = try Analysis.check([Fixture.path(Self.bug)], options)
    #expect(results.checks.verdict == .inconclusive)
  }
}
