import KVMEvents
import KVMTimeline
import Testing
import TimelineTestSupport
import TraceTestSupport

/// Sequences that no kernel would write: whatever comes, the timeline is whole.
struct RandomSequenceTests {
  /// How wild the sequences are.
  enum Kind: String, CaseIterable, Sendable {
    /// One vCPU on one CPU, time runs forward.
    case single
    /// Several threads, vCPUs and CPUs, with gaps.
    case several
    /// The same, and time runs backwards now and then.
    case backwards
  }

  @Test("invariants hold for any sequence", arguments: Kind.allCases)
  func invariants(_ kind: Kind) {
    var random = SeededGenerator(for: "invariants hold for any sequence, \(kind)")
    for number in 0..<500 {
      let log = Self.log(kind, &random)
      let replay = Replay(log)
      let broken = replay.brokenInvariants()
      #expect(broken.isEmpty, "sequence \(number)")
      if !broken.isEmpty { return }
      let exits = log.entries(of: .exit).count
      #expect(
        replay.tracker.tracks.reduce(0) { $0 + $1.counters.exits } == UInt64(exits),
        "sequence \(number)")
      let entries = log.entries(of: .entry).count
      #expect(
        replay.tracker.tracks.reduce(0) { $0 + $1.counters.entries } == UInt64(entries),
        "sequence \(number)")
    }
  }

  /// A summary only counts, and goes shorter ways through nearly every event.
  @Test("a summary is what the intervals add up to", arguments: Kind.allCases)
  func summaries(_ kind: Kind) {
    var random = SeededGenerator(for: "summaries of any sequence, \(kind)")
    for number in 0..<500 {
      let log = Self.log(kind, &random)
      let whole = Self.results(Replay(log))
      let summary = Self.results(Replay(log, isSummary: true))
      #expect(summary == whole, "sequence \(number)")
      if summary != whole { return }
    }
  }

  /// All that is counted or found, in words.
  private static func results(_ replay: Replay) -> [String] {
    replay.tracker.tracks.map { track in
      var words =
        "\(track.identity) \(track.begin)-\(track.end) \(track.levelState) \(track.counters)"
      for state in VCPUState.allCases {
        for level in [GuestLevel.unknown, .l1, .l2] {
          words +=
            " \(track.stateTotals.time(state, level))/\(track.stateTotals.count(state, level))"
        }
      }
      for row in track.exits.rows {
        words += " \(row.level) \(row.exit) \(row.isReflected) \(row.count)"
        for totals in [row.undisturbed, row.disturbed, row.disturbedOnCPU] {
          words += " \(totals.count) \(totals.total) \(totals.min) \(totals.max) \(totals.squares)"
        }
      }
      return words + " \(track.roundTrips.times.count) \(track.roundTrips.times.total)"
    } + replay.tracker.facts.map { "\($0)" } + [replay.findings, "\(replay.verdict)"]
  }

  @Test("a window shows the whole's intervals, cut off", arguments: [Kind.single, .several])
  func windows(_ kind: Kind) {
    var random = SeededGenerator(for: "windows of any sequence, \(kind)")
    for number in 0..<200 {
      let log = Self.log(kind, &random)
      // A log may have nothing but gaps.
      let last = max(log.entries.map(\.time).max() ?? 0, 900)
      let from = UInt64.random(in: 900...last, using: &random)
      let to = from + UInt64.random(in: 0...(last - 900), using: &random)
      let expected = Replay(log).intervals.map(\.interval).compactMap { interval -> Interval? in
        var cut = interval
        cut.begin = max(cut.begin, from)
        cut.end = min(cut.end, to)
        return cut.begin < cut.end ? cut : nil
      }
      let shown = Replay(log, window: from..<to).intervals.map(\.interval)
      #expect(shown == expected, "sequence \(number), \(from) to \(to)")
    }
  }

  @Test("a loss after everything changes no finding", arguments: [Kind.single, .several])
  func appendedLoss(_ kind: Kind) {
    var random = SeededGenerator(for: "loss after any sequence, \(kind)")
    for number in 0..<200 {
      var log = Self.log(kind, &random)
      // Every CPU goes on to the end: a gap in one that falls silent before may hide what comes before the end.
      let end = log.entries.map(\.time).max() ?? 1000
      for cpu in 0..<3 {
        log.entries.append(EventLog.Entry(StoredEvent(.other), thread: 99, cpu: cpu, time: end))
      }
      var longer = log
      for cpu in 0..<3 { longer.entries.append(.loss(cpu: cpu, after: end)) }
      let a = Replay(log).findings
      let b = Replay(longer).findings
      #expect(a == b, "sequence \(number)")
    }
  }

  private static func log(_ kind: Kind, _ random: inout SeededGenerator) -> EventLog {
    var time: UInt64 = 1000
    var entries: [EventLog.Entry] = []
    var lastOnCPU: [Int: UInt64] = [:]
    let threads: ClosedRange<Int32> = kind == .single ? 7...7 : 7...9
    let cpus = kind == .single ? 0...0 : 0...2
    let vcpus: ClosedRange<UInt64> = kind == .single ? 0...0 : 0...1
    let isSVM = Bool.random(using: &random)
    for _ in 0..<Int.random(in: 1...120, using: &random) {
      time += UInt64.random(in: 0...20, using: &random)
      if kind == .backwards && Int.random(in: 0..<10, using: &random) == 0 {
        time -= min(time, UInt64.random(in: 0...60, using: &random))
      }
      let cpu = Int.random(in: cpus, using: &random)
      if kind != .single && Int.random(in: 0..<25, using: &random) == 0 {
        entries.append(.loss(cpu: cpu, after: lastOnCPU[cpu] ?? 0))
        continue
      }
      let vcpu = UInt64.random(in: vcpus, using: &random)
      let event = event(isSVM, vcpu, threads, &random)
      entries.append(
        EventLog.Entry(
          event, thread: Int32.random(in: threads, using: &random), cpu: cpu, time: time))
      lastOnCPU[cpu] = time
    }
    return EventLog(entries)
  }

  private static func event(
    _ isSVM: Bool, _ vcpu: UInt64, _ threads: ClosedRange<Int32>, _ random: inout SeededGenerator
  ) -> StoredEvent {
    // Exits and entries often, so that there is something to break.
    let common: [EventKind] = [.entry, .exit, .nestedExit, .userspaceExit, .fpu, .schedSwitch]
    let kind =
      Bool.random(using: &random)
      ? common.randomElement(using: &random) ?? .entry
      : EventKind.allCases.randomElement(using: &random) ?? .other
    var event = StoredEvent(kind)
    let reasons: [UInt64] =
      isSVM
      ? [0x46, 0x60, 0x72, 0x78, 0x7b, 0x7f, 0x80, 0x81, 0x400, 0xffff_ffff]
      : [0, 1, 2, 10, 12, 20, 24, 30, 48, 49, 52, 0x8000_0021]
    let address = 0x1000 + UInt64.random(in: 0...20, using: &random)
    switch kind {
    case .entry:
      event.set(EntryField.vcpu, vcpu)
      event.set(EntryField.rip, address)
    case .exit, .nestedExit:
      event.set(ExitField.vcpu, vcpu)
      event.set(ExitField.reason, reasons.randomElement(using: &random) ?? 0)
      event.set(ExitField.rip, address)
      event.set(ExitField.isa, isSVM ? 2 : 1)
      event.set(ExitField.info1, UInt64.random(in: 0...1, using: &random))
      event.set(ExitField.info2, 0)
    case .nestedExitInject:
      event.set(InjectField.reason, reasons.randomElement(using: &random) ?? 0)
      event.set(InjectField.isa, isSVM ? 2 : 1)
    case .nestedEntry:
      event.set(NestedEntryField.rip, address)
      event.set(NestedEntryField.nestedRIP, address)
    case .userspaceExit:
      event.set(UserspaceExitField.reason, [2, 8, 10, 17].randomElement(using: &random) ?? 2)
      event.set(
        UserspaceExitField.errno,
        [0, 0, 0, UInt64(bitPattern: -4), UInt64(bitPattern: -5)]
          .randomElement(using: &random) ?? 0)
    case .fpu: event.set(FPUField.load, UInt64.random(in: 0...1, using: &random))
    case .emulateInstruction:
      event.set(EmulateField.rip, address)
      event.set(EmulateField.length, 2)
      event.set(EmulateField.failed, Int.random(in: 0..<5, using: &random) == 0 ? 1 : 0)
    case .smmTransition:
      event.set(SMMField.vcpu, vcpu)
      event.set(SMMField.entering, UInt64.random(in: 0...1, using: &random))
    case .vcpuWakeup:
      event.set(WakeupField.nanoseconds, UInt64.random(in: 0...200, using: &random))
      event.set(WakeupField.waited, UInt64.random(in: 0...1, using: &random))
    case .writeTSCOffset:
      event.set(WriteTSCOffsetField.vcpu, vcpu)
      event.set(WriteTSCOffsetField.previous, UInt64.random(in: 0...1, using: &random))
    case .trackTSC, .vcpuMention, .pageFault: event.set(MentionField.vcpu, vcpu)
    case .schedSwitch:
      let thread = UInt64(bitPattern: Int64(Int32.random(in: threads, using: &random)))
      let leaves = Bool.random(using: &random)
      event.set(SchedSwitchField.previousThread, leaves ? thread : 0)
      event.set(SchedSwitchField.nextThread, leaves ? 0 : thread)
      event.set(SchedSwitchField.previousState, UInt64.random(in: 0...2, using: &random))
    case .schedFork, .schedExec, .schedExit:
      // Rare, or nothing would ever live long.
      let thread = Int.random(in: 0..<4, using: &random) == 0 ? 7 : 99
      event.set(MentionField.vcpu, UInt64(thread))
    default: break
    }
    return event
  }
}
