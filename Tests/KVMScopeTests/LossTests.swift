import KVMEvents
import KVMTimeline
import Testing
import TimelineTestSupport
import TraceChecks
import TraceTestSupport

/// A gap anywhere in a recording: a bug is found or the verdict is left open, and a healthy recording is never accused.
struct LossTests {
  static let buggy = [
    "vmx-5.10/vmx_invalid_nested_guest_state", "vmx-6.1-unfixed/vmx_invalid_nested_guest_state",
    "vmx-6.1-unfixed/invalid_l2-mode3", "vmx-5.10/invalid_l2-mode1",
    "vmx-6.1-unfixed/invalid_l2-mode2",
  ]
  static let healthy = [
    "vmx-5.10/invalid_l2-mode0", "vmx-6.1-fixed/invalid_l2-mode0", "vmx-6.1-fixed/invalid_l2-mode1",
    "vmx-6.1-fixed/invalid_l2-mode2", "vmx-6.1-fixed/invalid_l2-mode5", "vmx-6.1-fixed/smm_test",
    "vmx-6.1-fixed/state_test", "vmx-6.1-fixed/nested_exceptions_test",
    "vmx-5.10/nested_mix-1v-full",
    "svm-6.1/svm-smm_test", "svm-5.10/svm_nested_shutdown_test",
    "svm-6.1/hltmix-6-reset-nested-state",
    "vmx-6.1-fixed/hltmix-5-l2-init-poll200k",
  ]

  @Test("a bug is never passed over", arguments: buggy)
  func buggyRecordings(_ name: String) throws {
    let log = try EventLog(fixture: "trace-dat/\(name).dat")
    let unexplained = UnexplainedInstructions(log).byThread
    let thread = try #require(unexplained.keys.first)
    // What shows a hypervisor: an instruction of its own, or an event of its guest.
    let signs = log.entries.indices.filter { at in
      let entry = log.entries[at]
      guard entry.thread == thread else { return false }
      return entry.name.hasPrefix("kvm_nested_vm")
        || entry.name == "kvm_exit" && (19...27).contains(entry.event.integer(ExitField.reason))
    }
    let prepared = try #require(signs.first)
    let nested = try #require(log.entries.firstIndex { $0.name == "kvm_nested_vmexit" })
    #expect(prepared < nested)
    var random = SeededGenerator(for: "a bug is never passed over, \(name)")
    for cut in Self.cuts(log, around: prepared..<log.entries.count, 120, &random) {
      let replay = Replay(log.losing(cut))
      #expect(replay.brokenInvariants().isEmpty, "\(cut)")
      // Where no sign of a hypervisor is left, nothing tells that there was one.
      if !signs.contains(where: { !cut.contains($0) }) { continue }
      #expect(
        replay.verdict != .pass, "lost \(cut) of \(log.entries.count), prepared at \(prepared)")
    }
    // Everything from the preparations to the end of L2.
    let all = Replay(log.losing(prepared + 1..<log.entries.count - 1))
    #expect(all.verdict == .inconclusive)
  }

  /// The gap comes while L1 does nothing special, and nothing behind it is odd: it may have hidden the first guest.
  @Test("a gap before the first sign of a hypervisor leaves the verdict open")
  func gapBeforeHypervisor() throws {
    let log = try EventLog(fixture: "trace-dat/vmx-6.1-unfixed/vmx_invalid_nested_guest_state.dat")
    let prepared = try #require(
      log.entries.firstIndex {
        $0.name == "kvm_exit" && (19...27).contains($0.event.integer(ExitField.reason))
      })
    var healthy = log.losing(prepared - 9..<prepared - 3)
    healthy.entries.removeLast(healthy.entries.count - prepared)
    #expect(Replay(healthy).verdict == .inconclusive)
  }

  @Test("a healthy recording is never accused", arguments: healthy)
  func healthyRecordings(_ name: String) throws {
    let log = try EventLog(fixture: "trace-dat/\(name).dat")
    var random = SeededGenerator(for: "a healthy recording is never accused, \(name)")
    for cut in Self.cuts(log, around: 0..<log.entries.count, 120, &random) {
      let replay = Replay(log.losing(cut))
      #expect(replay.brokenInvariants().isEmpty, "\(cut)")
      #expect(replay.verdict != .fail, "lost \(cut) of \(log.entries.count): \(replay.findings)")
    }
  }

  /// Threads come and go between the CPUs, and a gap is told when its own CPU goes on.
  @Test(
    "a gap on one of several CPUs accuses nobody",
    arguments: [
      "svm-6.1/two-vms-2v-full", "svm-6.1/nested_mix-2v-full-clock-mono", "svm-6.1/svm-smm_test",
      "svm-6.1/hltmix-2-l2-ipi-intr-poll200k", "svm-5.10/nested_mix-1v-full",
    ])
  func gapsOnOneCPU(_ name: String) throws {
    let log = try EventLog(fixture: "trace-dat/\(name).dat")
    var random = SeededGenerator(for: "a gap on one of several CPUs accuses nobody, \(name)")
    for (number, cut) in Self.cuts(log, around: 0..<log.entries.count, 60, &random).enumerated() {
      let replay = Replay(log.losing(cut, on: number % 2))
      #expect(replay.brokenInvariants().isEmpty, "\(cut)")
      #expect(replay.verdict != .fail, "lost \(cut) on \(number % 2): \(replay.findings)")
    }
  }

  /// The vCPU left CPU 0 inside the gap, and that gap is told when CPU 0 has its next record.
  @Test("a gap on the CPU that a vCPU has left accuses nobody")
  func gapIsToldLate() throws {
    let log = try EventLog(fixture: "trace-dat/svm-6.1/svm-smm_test.dat")
    let replay = Replay(log.losing(1238..<1694))
    #expect(replay.verdict == .inconclusive, "\(replay.findings)")
  }

  /// A VMM restores a vCPU that is in L2, and the recording ends before it runs.
  @Test(
    "a recording that shows nested entries, and no vCPU that runs, leaves nothing open",
    arguments: [("smm_test", 1570..<1586), ("invalid_l2-mode1", 419..<421)])
  func nothingRan(_ name: String, _ part: Range<Int>) throws {
    var log = try EventLog(fixture: "trace-dat/vmx-6.1-fixed/\(name).dat")
    log.entries = Array(log.entries[part])
    #expect(log.entries.contains { $0.name == "kvm_nested_vmenter" })
    #expect(Replay(log).verdict == .pass)
  }

  @Test("nor is a recording that begins or ends anywhere", arguments: healthy)
  func partsOfHealthyRecordings(_ name: String) throws {
    let log = try EventLog(fixture: "trace-dat/\(name).dat")
    let whole = Replay(log).verdict
    var random = SeededGenerator(for: "parts of healthy recordings, \(name)")
    for cut in Self.cuts(log, around: 0..<log.entries.count, 60, &random) {
      var part = log
      part.entries = Array(log.entries[cut])
      let replay = Replay(part)
      #expect(replay.brokenInvariants().isEmpty, "\(cut)")
      // Head and tail of a trace alone leave nothing open.
      #expect(replay.verdict == whole, "\(cut) of \(log.entries.count): \(replay.findings)")
    }
  }

  @Test("a part of a buggy recording that has the bug in it", arguments: buggy)
  func partsOfBuggyRecordings(_ name: String) throws {
    let log = try EventLog(fixture: "trace-dat/\(name).dat")
    let unexplained = UnexplainedInstructions(log).byThread
    let first = try #require(unexplained.values.first?.first)
    let last = try #require(unexplained.values.first?.last)
    let nested = try #require(log.entries.firstIndex { $0.name == "kvm_nested_vmexit" })
    var random = SeededGenerator(for: "parts of buggy recordings, \(name)")
    for _ in 0..<40 {
      let begin = Int.random(in: 0...nested, using: &random)
      let bug = try #require(log.entries.firstIndex { $0.time >= first })
      let end = Int.random(in: bug + 1...log.entries.count, using: &random)
      var part = log
      part.entries = Array(log.entries[begin..<end])
      let replay = Replay(part)
      #expect(replay.verdict == .fail, "\(begin)..<\(end)")
      let finding = try #require(replay.finding("l2-emulation"))
      #expect(finding.begin == first)
      #expect(try #require(finding.end) <= last)
    }
  }

  /// Runs of events to lose: short ones at every place that matters, and longer ones anywhere.
  private static func cuts(
    _ log: EventLog, around range: Range<Int>, _ count: Int, _ random: inout SeededGenerator
  ) -> [Range<Int>] {
    (0..<count).map { number in
      let all = log.entries.count
      let begin = Int.random(in: number.isMultiple(of: 2) ? range : 0..<all, using: &random)
      let length =
        switch number % 3 {
        case 0: Int.random(in: 1...3, using: &random)
        case 1: Int.random(in: 1...30, using: &random)
        default: Int.random(in: 1...all, using: &random)
        }
      return begin..<min(all, begin + length)
    }
  }
}

extension EventLog {
  /// The log without a run of events, of one CPU or of all; each CPU that had some of them has a gap there.
  func losing(_ range: Range<Int>, on cpu: Int? = nil) -> EventLog {
    var marks: [Int: Entry] = [:]
    for entry in entries[range] where !entry.isLossMark && marks[entry.cpu] == nil {
      if let cpu, entry.cpu != cpu { continue }
      let before = entries[..<range.lowerBound].last { $0.cpu == entry.cpu && !$0.isLossMark }
      marks[entry.cpu] = .loss(cpu: entry.cpu, after: before?.time ?? 0)
    }
    var log = self
    // A reader meets a gap when it comes to the next record of that CPU.
    log.entries = Array(entries[..<range.lowerBound])
    if let cpu { log.entries += entries[range].filter { $0.cpu != cpu } }
    for entry in entries[range.upperBound...] {
      if let mark = marks.removeValue(forKey: entry.cpu) { log.entries.append(mark) }
      log.entries.append(entry)
    }
    log.entries += marks.sorted { $0.key < $1.key }.map(\.value)
    return log
  }
}
