import KVMEvents
import KVMScope
import KVMTimeline
import Testing
import TimelineTestSupport
import TraceChecks
import TraceTestSupport

/// What holds for every vCPU of every recording.
struct TimelinePropertyTests {
  /// A vCPU's thread and number: what its events name.
  private struct Name: Hashable {
    var thread: Int32
    var vcpu: Int32?
  }

  @Test(
    "intervals cover each vCPU's span once, and are what the summary adds up", arguments: Truth.all)
  func intervals(_ truth: Truth) throws {
    let path = Fixture.path(truth.fixture)
    var byVCPU: [VCPUIdentity: [Interval]] = [:]
    _ = try Analysis.timeline(path) { interval, vcpu in byVCPU[vcpu, default: []].append(interval) }
    let summary = try Analysis.summarize([path])
    for vcpu in summary.vcpus {
      let mine = byVCPU[vcpu.identity] ?? []
      #expect(mine.timelineFaults(from: vcpu.begin, to: vcpu.end).isEmpty, "\(vcpu.identity)")
      let total = mine.reduce(UInt64(0)) { $0 + $1.end - $1.begin }
      #expect(total == vcpu.end - vcpu.begin)
      var totals: [StateTotal] = []
      for state in VCPUState.allCases {
        for level in GuestLevel.allCases {
          let those = mine.filter { $0.state == state && $0.level == level }
          if those.isEmpty { continue }
          totals.append(
            StateTotal(
              state: state, level: level, count: UInt64(those.count),
              total: those.reduce(0) { $0 + $1.end - $1.begin }))
        }
      }
      #expect(vcpu.states == totals)
      #expect(mine.allSatisfy { !$0.isSMM || $0.level == .l1 })
      // A stretch in the guest ends with an exit of that level: the summary has it, with its handler.
      for interval in mine {
        guard let exit = interval.exit else { continue }
        let rows = vcpu.exitReasons.filter { $0.exit == exit }
        #expect(
          rows.contains {
            ($0.handledBy == .l1) == interval.isReflected
              && (interval.state != .guest || $0.level == interval.level)
          }, "\(interval)")
      }
    }
    let byReason = summary.vcpus.map { $0.exitReasons.reduce(UInt64(0)) { $0 + $1.count } }
    #expect(byReason == summary.vcpus.map(\.exits))
  }

  /// The handlers are those that an inject of their own reason names; which port and which page is told in two
  /// ways, by the exit and by the event behind it.
  @Test(
    "who handled each exit, and what it was about",
    arguments: ["vmx-6.1-fixed/nested_mix-1v-full", "vmx-5.10/nested_mix-1v-full"])
  func details(_ name: String) throws {
    var seen: [String: Int] = [:]
    _ = try Analysis.timeline(Fixture.path("trace-dat/\(name).dat")) { interval, _ in
      guard interval.state == .guest, let exit = interval.exit else { return }
      let handler = interval.isReflected.map { $0 ? "L1" : "L0" } ?? "?"
      let detail = interval.detail.map { " \($0.text)" } ?? ""
      seen[
        "\(interval.level.name) \(ExitReasonTable.name(of: exit)) \(handler)\(detail)", default: 0] +=
        1
    }
    // Counted in `trace-cmd report`: kvm_nested_vmexit and kvm_nested_vmexit_inject by reason, kvm_pio, kvm_mmio,
    // kvm_msr and kvm_page_fault by number.
    #expect(seen["L2 CPUID L1"] == 48)
    #expect(seen["L2 VMCALL L1"] == 25)
    #expect(seen["L2 IO_INSTRUCTION L0 port 0x2000"] == 48)
    #expect(seen["L2 EPT_MISCONFIG L0 page 0xd0000000"] == 47)
    #expect(seen["L2 EPT_VIOLATION L0 page 0xd0000000"] == 1)
    #expect(seen["L2 MSR_READ L1"] == 24)
    #expect(seen["L1 MSR_READ L0 msr 0x480"] == 3)
    #expect(seen["L1 MSR_WRITE L0 msr 0x3a"] == 1)
    #expect(seen["L1 CR_ACCESS L0 cr 4"] == 1)
    #expect(!seen.keys.contains { $0.contains("?") })
  }

  @Test("exits and entries are the events' own", arguments: Truth.all)
  func exits(_ truth: Truth) throws {
    let log = try EventLog(fixture: truth.fixture)
    var exits: [Name: UInt64] = [:]
    var entries: [Name: UInt64] = [:]
    for entry in log.entries {
      let name = Name(
        thread: entry.thread, vcpu: Int32(truncatingIfNeeded: entry.event.integer(ExitField.vcpu)))
      if entry.name == "kvm_exit" { exits[name, default: 0] += 1 }
      if entry.name == "kvm_entry" { entries[name, default: 0] += 1 }
    }
    var counted: (exits: [Name: UInt64], entries: [Name: UInt64]) = ([:], [:])
    for vcpu in try Analysis.summarize([Fixture.path(truth.fixture)]).vcpus {
      let name = Name(thread: vcpu.identity.thread, vcpu: vcpu.identity.vcpu)
      if vcpu.exits > 0 { counted.exits[name, default: 0] += vcpu.exits }
      if vcpu.entries > 0 { counted.entries[name, default: 0] += vcpu.entries }
      #expect(vcpu.entriesFailed <= vcpu.entries)
      #expect(vcpu.l2ExitsReflected <= vcpu.l2Exits)
      #expect(vcpu.exitReasons.allSatisfy { $0.answered <= $0.count })
    }
    #expect(counted.exits == exits)
    #expect(counted.entries == entries)
  }

  /// A thread with one vCPU that began once: its span is plain to see.
  @Test("a span runs from the vCPU's first event to its thread's last", arguments: Truth.short)
  func spans(_ truth: Truth) throws {
    let log = try EventLog(fixture: truth.fixture)
    var last: [Int32: UInt64] = [:]
    for entry in log.entries {
      if entry.isLossMark { continue }
      last[entry.thread] = entry.time
      if entry.event.kind == .schedSwitch {
        for slot in [SchedSwitchField.previousThread, SchedSwitchField.nextThread] {
          last[Int32(truncatingIfNeeded: entry.event.integer(slot))] = entry.time
        }
      }
    }
    let vcpus = try Analysis.summarize([Fixture.path(truth.fixture)]).vcpus
    for vcpu in vcpus where vcpus.count(where: { $0.identity.thread == vcpu.identity.thread }) == 1
    {
      #expect(vcpu.end == last[vcpu.identity.thread])
      let first = log.entries.first {
        $0.thread == vcpu.identity.thread && Self.begins($0.event.kind)
      }
      #expect(vcpu.begin == first?.time)
    }
  }

  private static func begins(_ kind: EventKind) -> Bool {
    switch kind {
    case .entry, .exit, .nestedExit, .smmTransition, .writeTSCOffset, .trackTSC, .vcpuMention,
      .pageFault, .fpu, .userspaceExit:
      true
    default: false
    }
  }

  @Test("a copied event says what the event in the file says", arguments: Truth.short)
  func copies(_ truth: Truth) throws {
    var ofFile: [Interval] = []
    _ = try Analysis.timeline(Fixture.path(truth.fixture)) { interval, _ in ofFile.append(interval)
    }
    let replay = Replay(try EventLog(fixture: truth.fixture))
    #expect(replay.intervals.map(\.interval) == ofFile)
    #expect(replay.brokenInvariants().isEmpty)
    #expect(replay.verdict == truth.verdict)
  }

  @Test("the same again", arguments: Truth.short)
  func repetition(_ truth: Truth) throws {
    let path = Fixture.path(truth.fixture)
    let once = try Analysis.check([path])
    let again = try Analysis.check([path])
    #expect(String(describing: once.checks) == String(describing: again.checks))
    #expect(String(describing: once.vcpus) == String(describing: again.vcpus))
  }
}
