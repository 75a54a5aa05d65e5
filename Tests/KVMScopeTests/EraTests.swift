import KVMEvents
import KVMTimeline
import Testing
import TimelineTestSupport
import TraceChecks
import TraceTestSupport

/// One recording of the bug as kernels of every era would have written it: the finding stays the same.
///
/// The eras differ in what they trace around a round of emulation, in whether a nested entry has an event, and in the
/// fields of exits.
struct EraTests {
  static let recordings = [
    "vmx-6.1-unfixed/vmx_invalid_nested_guest_state", "vmx-6.1-unfixed/invalid_l2-mode2",
    "vmx-6.1-unfixed/invalid_l2-mode3", "vmx-6.1-unfixed/invalid_l2-mode4",
    "vmx-5.10/vmx_invalid_nested_guest_state", "vmx-5.10/invalid_l2-mode2",
  ]

  /// How a kernel traces a round of emulation of L2.
  enum Era: String, CaseIterable, Sendable {
    /// Up to 5.7: kvm_entry, then a kvm_exit with the reason of the last one, without its twin.
    case staleExit
    /// 5.8 to 5.10: kvm_entry and no kvm_exit.
    case entryOnly
    /// From 5.11 on: neither.
    case nothing
  }

  @Test("every era's form of the bug is the same finding", arguments: recordings, Era.allCases)
  func eras(_ name: String, _ era: Era) throws {
    let log = try EventLog(fixture: "trace-dat/\(name).dat")
    let times = try #require(UnexplainedInstructions(log).byThread.values.first)
    for isOld in [false, true] {
      var form = log.rewritten(as: era)
      if isOld { form = form.withoutNestedEntries().inLayoutBefore510() }
      let replay = Replay(form, configuration: .core)
      #expect(replay.verdict == .fail)
      #expect(replay.brokenInvariants().isEmpty)
      #expect(replay.judgement.findings.map(\.check) == ["l2-emulation", "missing-triple-fault"])
      for finding in replay.judgement.findings {
        #expect(finding.begin == times.first)
        #expect(finding.end == times.last)
        #expect(finding.count == UInt64(times.count))
      }
    }
  }

  static let healthy = [
    "vmx-6.1-fixed/invalid_l2-mode0", "vmx-6.1-fixed/invalid_l2-mode2",
    "vmx-6.1-fixed/invalid_l2-mode5", "vmx-6.1-fixed/nested_mix-1v-full",
    "vmx-6.1-fixed/nested_exceptions_test", "vmx-6.1-fixed/two-vms-2v-full",
  ]

  @Test(
    "a healthy recording without events for nested entries, in the layout before 5.10",
    arguments: healthy)
  func healthyRecordings(_ name: String) throws {
    let log = try EventLog(fixture: "trace-dat/\(name).dat")
    let whole = Replay(log)
    let old = Replay(log.withoutNestedEntries().inLayoutBefore510())
    #expect(old.verdict == .pass)
    #expect(old.judgement.findings.map(\.check) == whole.judgement.findings.map(\.check))
    #expect(old.brokenInvariants().isEmpty)
    for (a, b) in zip(whole.tracks, old.tracks) {
      #expect(a.counters.exits == b.counters.exits)
      #expect(a.counters.l2Exits == b.counters.l2Exits)
      #expect(a.counters.l2ExitsReflected == b.counters.l2ExitsReflected)
      #expect(a.counters.nestedEntries == b.counters.nestedEntries)
    }
    // Whose code ran is the same at every moment; only what lies between a nested entry's event and kvm_entry moves.
    for state in [VCPUState.guest, .userspace, .halted] {
      for level in GuestLevel.allCases {
        let times = [whole, old].map { replay in
          replay.tracks.reduce(UInt64(0)) { $0 + $1.stateTotals.time(state, level) }
        }
        #expect(times[0] == times[1], "\(state) \(level)")
      }
    }
  }
}

extension EventLog {
  /// The log with every round of emulation that no exit asked for in the form of an era.
  ///
  /// A round begins behind a userspace exit, a kvm_entry or every 50 instructions, and has the kvm_entry and kvm_exit
  /// that the era traces; they take place within the time between two events.
  fileprivate func rewritten(as era: EraTests.Era) -> EventLog {
    let unexplained = UnexplainedInstructions(self).byThread
    let thread = unexplained.keys.first ?? 0
    let times = Set(unexplained[thread] ?? [])
    var log = self
    log.entries = []
    var lastExit: StoredEvent?
    var roundIsOpen = false
    var inRound = 0
    for (at, entry) in entries.enumerated() {
      if entry.thread == thread {
        switch entry.event.kind {
        case .nestedExit: lastExit = entry.event
        case .entry:
          // An entry that leads to emulation belongs to the era of the recording.
          if leadsToEmulation(at, thread, times) { continue }
          roundIsOpen = false
        case .exit, .userspaceExit: roundIsOpen = false
        case .emulateInstruction where times.contains(entry.time):
          inRound += 1
          if !roundIsOpen || inRound > 50 {
            log.beginRound(era, before: entry, lastExit)
            roundIsOpen = true
            inRound = 0
          }
        default: break
        }
      }
      log.entries.append(entry)
    }
    return log
  }

  private func leadsToEmulation(_ at: Int, _ thread: Int32, _ times: Set<UInt64>) -> Bool {
    let next = entries[(at + 1)...].first { next in
      next.thread == thread
        && [.exit, .entry, .emulateInstruction, .userspaceExit].contains(next.event.kind)
    }
    return next.map { $0.event.kind == .emulateInstruction && times.contains($0.time) } ?? false
  }

  private mutating func beginRound(
    _ era: EraTests.Era, before entry: Entry, _ lastExit: StoredEvent?
  ) {
    guard era != .nothing, let lastExit else { return }
    var event = StoredEvent(.entry)
    event.set(EntryField.vcpu, lastExit.integer(ExitField.vcpu))
    event.set(EntryField.rip, entry.event.integer(EmulateField.rip))
    entries.append(Entry(event, thread: entry.thread, cpu: entry.cpu, time: entry.time - 2))
    guard era == .staleExit else { return }
    var exit = StoredEvent(.exit, copying: lastExit)
    exit.set(ExitField.rip, entry.event.integer(EmulateField.rip))
    entries.append(Entry(exit, thread: entry.thread, cpu: entry.cpu, time: entry.time - 1))
  }

  /// As VMX wrote it before 6.1: a nested entry has no event, unless it fails.
  fileprivate func withoutNestedEntries() -> EventLog {
    var log = self
    log.entries.removeAll { $0.event.kind == .nestedEntry }
    let kinds = EventKind.allCases.filter { $0 != .nestedEntry && records.contains($0) }
    log.records = RecordedEvents(Set(kinds))
    return log
  }

  /// As kernels before 5.10 wrote it: exits name neither vCPU nor interruption information.
  fileprivate func inLayoutBefore510() -> EventLog {
    var log = self
    for at in log.entries.indices where [.exit, .nestedExit].contains(log.entries[at].event.kind) {
      let old = log.entries[at].event
      var event = StoredEvent(old.kind)
      for slot in [
        ExitField.reason, ExitField.rip, ExitField.isa, ExitField.info1, ExitField.info2,
      ] {
        event.set(slot, old.integer(slot))
      }
      log.entries[at].event = event
    }
    return log
  }
}
