internal import KVMEvents
internal import KVMTimeline

/// How a kernel traces a round of emulation of L2.
public enum EmulationEra: String, CaseIterable, Sendable {
  /// Up to 5.7: kvm_entry, then a kvm_exit with the reason of the last one, without its twin.
  case staleExit
  /// The same, where the last exit is taken to be that of RSM behind one.
  case staleExitOfRSM
  /// 5.8 to 5.10: kvm_entry and no kvm_exit.
  case entryOnly
  /// From 5.11 on: neither.
  case nothing
}

/// What a kernel does in place of emulating an L2 whose state is invalid.
public enum InvalidStateAnswer: Sendable {
  /// From 5.16 on: L1 is told of a triple fault.
  case tripleFault
  /// RSM into L2 from 5.17 on: the VM is bugged, and KVM_RUN fails with EIO.
  case bugged
  /// 6.15 and later, while an entry is pending: KVM_RUN ends with KVM_EXIT_INTERNAL_ERROR.
  case internalError
}

/// One story as kernels of other eras tell it: transformations of recordings, for tests.
extension EventLog {
  /// The log with every round of emulation that no exit asked for in the form of an era.
  ///
  /// A round begins behind a userspace exit, a kvm_entry or every 50 instructions, and has the kvm_entry and kvm_exit
  /// that the era traces; they take place within the time between two events.
  public func rewritten(as era: EmulationEra) -> EventLog {
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
        case .exit where era == .staleExitOfRSM:
          // Before a twin it is the same exit.
          lastExit = entry.event
          roundIsOpen = false
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
    _ era: EmulationEra, before entry: Entry, _ lastExit: StoredEvent?
  ) {
    guard era != .nothing, let lastExit else { return }
    var event = StoredEvent(.entry)
    event.set(EntryField.vcpu, lastExit.integer(ExitField.vcpu))
    event.set(EntryField.rip, entry.event.integer(EmulateField.rip))
    entries.append(Entry(event, thread: entry.thread, cpu: entry.cpu, time: entry.time - 2))
    guard era == .staleExit || era == .staleExitOfRSM else { return }
    var exit = StoredEvent(.exit, copying: lastExit)
    exit.set(ExitField.rip, entry.event.integer(EmulateField.rip))
    entries.append(Entry(exit, thread: entry.thread, cpu: entry.cpu, time: entry.time - 1))
  }

  /// As VMX wrote it before 6.1: a nested entry has no event, unless it fails.
  public func withoutNestedEntries() -> EventLog {
    var log = self
    log.entries.removeAll { $0.event.kind == .nestedEntry }
    let kinds = EventKind.allCases.filter { $0 != .nestedEntry && records.contains($0) }
    log.records = RecordedEvents(Set(kinds))
    return log
  }

  /// As kernels before 5.10 wrote it: exits name neither vCPU nor interruption information.
  public func inLayoutBefore510() -> EventLog {
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

  /// The log with an answer of a later kernel in place of the emulation of L2; nothing more is heard of the thread.
  public func answered(by answer: InvalidStateAnswer) -> EventLog {
    let unexplained = UnexplainedInstructions(self).byThread
    guard let (thread, times) = unexplained.first, let first = times.first else { return self }
    var log = self
    log.entries = []
    var isAnswered = false
    for entry in entries {
      if entry.thread != thread || entry.time < first {
        log.entries.append(entry)
      } else if !isAnswered {
        isAnswered = true
        var event: StoredEvent
        switch answer {
        case .tripleFault:
          event = StoredEvent(.nestedExitInject)
          event.set(InjectField.reason, 2)
          event.set(InjectField.isa, 1)
        case .bugged:
          event = StoredEvent(.userspaceExit)
          event.set(UserspaceExitField.reason, 2)
          event.set(UserspaceExitField.errno, UInt64(bitPattern: -5))
        case .internalError:
          event = StoredEvent(.userspaceExit)
          event.set(UserspaceExitField.reason, 17)
          event.set(UserspaceExitField.errno, 0)
        }
        log.entries.append(Entry(event, thread: thread, cpu: entry.cpu, time: entry.time))
      }
    }
    return log
  }
}
