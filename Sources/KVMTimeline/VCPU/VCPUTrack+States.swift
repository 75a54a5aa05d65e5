import KVMEvents

extension VCPUTrack {
  /// Ends the open interval at `time` and begins the next one there.
  @inline(__always)
  mutating func cut(at time: UInt64, _ output: inout TimelineOutput) {
    if hasGuestStretch { keepGuestStretch(&output) }
    if time > since {
      if exitIsOpen && visible.isAwayFromExit { exit.offCPU &+= time &- since }
      emit(since, time, visible, cpu: cpu, &output)
    }
    since = max(since, time)
  }

  /// Puts the stretch before the open exit in the queue: something cuts in before it is known whose
  /// it was.
  @inline(never)
  private mutating func keepGuestStretch(_ output: inout TimelineOutput) {
    hasGuestStretch = false
    keep(
      PendingInterval(
        begin: guestBegin, end: exit.at, state: .guest, level: exitAwaitsTwin ? nil : exit.level,
        isSMM: isSMM, exit: numberedExit, cpu: guestCPU), &output)
  }

  /// The vCPU is inside KVM_RUN and on its CPU: any event that only KVM_RUN can cause says so.
  @inline(__always)
  mutating func isInHost(at time: UInt64, cpu newCPU: Int32, _ output: inout TimelineOutput) {
    if base == .host && visible == .host {
      cpu = newCPU
      return
    }
    enterHost(at: time, cpu: newCPU, &output)
  }

  @inline(never)
  private mutating func enterHost(
    at time: UInt64, cpu newCPU: Int32, _ output: inout TimelineOutput
  ) {
    hasRun = true
    // It ran on before any record of its return to a CPU: that was lost, and who knows what else.
    if isOffCPU && output.sawLoss { hideSince(since, &output) }
    cut(at: time, &output)
    let wasUserspace = base == .userspace
    change(to: .host)
    isAsleepInUserspace = false
    cpu = newCPU
    isInRun = true
    if wasUserspace { runBegins() }
  }

  /// KVM_RUN goes on after the VMM had the vCPU in its hands: it may have changed everything.
  private mutating func runBegins() {
    enteredSinceRun = false
    emulatedSinceRun = false
    watch.endedForGood = false
    // L2 survives the VMM as a rule (KVM_SET_SREGS happens right there), but a reset leaves no
    // trace: wait for proof.
    if level == .l2 { levelIsProved = false }
  }

  /// A kvm_entry that anything but kvm_exit followed never reached the guest; the state stays
  /// `host` from there.
  @inline(__always)
  mutating func entryFailed(_ output: inout TimelineOutput) {
    if hasEntry { openEntryFailed(&output) }
  }

  @inline(never)
  private mutating func openEntryFailed(_ output: inout TimelineOutput) {
    hasEntry = false
    if output.counts(entryAt, on: entryCPU) { counters.entriesFailed &+= 1 }
    resolveGuestProof(reached: false, &output)
  }

  /// The guest ran from the open entry up to `time`.
  @inline(__always)
  mutating func entryReachedGuest(at time: UInt64, _ output: inout TimelineOutput) {
    hasEntry = false
    if !pending.isEmpty { resolveGuestProof(reached: true, &output) }
    // Nothing may have cut in between: then the host's interval ends at the entry.
    if entryAt >= since {
      if entryAt > since { emit(since, entryAt, visible, cpu: cpu, &output) }
    } else {
      entryAt = since
    }
    hasGuestStretch = true
    guestBegin = entryAt
    guestCPU = entryCPU
    // Not just `time`: a trace's time may run backwards.
    since = max(time, entryAt)
  }

  /// Closes the open exit, if there is one: a kvm_entry at `time` answers it.
  @inline(__always)
  mutating func answerExit(at time: UInt64, _ output: inout TimelineOutput) {
    if !exitIsOpen { return }
    guard time >= exit.at else { return dropExit(&output) }
    flags.subtract([.exitIsOpen, .exitAwaitsTwin])
    if exit.level == .l2 && !exitIsReflected { keptExit() }
    guard flags[.countsAll], let block = exit.block,
      let row = exits.row(block: block, level: exit.level, isReflected: exitIsReflected)
    else { return answerUnusualExit(at: time, &output) }
    watchLength(until: time, output)
    exits.addAnswered(row: row, handling: time &- exit.at, offCPU: exit.offCPU)
  }

  /// The same for an exit with a rare reason, or one that perhaps does not count.
  @inline(never)
  private mutating func answerUnusualExit(at time: UInt64, _ output: inout TimelineOutput) {
    decideHandler(isReflected: exitIsReflected, &output)
    if exit.code.isRefusedEntry { noteRefusedEntry(&output) }
    if !output.counts(exit.at, on: exit.cpu) { return }
    watchLength(until: time, output)
    exits.addAnswered(
      level: exit.level, exit: exit.code, isReflected: exitIsReflected,
      handling: time &- exit.at, offCPU: exit.offCPU)
  }

  /// Closes the open exit, if there is one, without an answer.
  @inline(never)
  mutating func dropExit(_ output: inout TimelineOutput) {
    if !exitIsOpen { return }
    exitIsOpen = false
    exitAwaitsTwin = false
    decideHandler(isReflected: exitIsReflected, &output)
    if exit.code.isRefusedEntry { noteRefusedEntry(&output) }
    if !output.counts(exit.at, on: exit.cpu) { return }
    exits.addUnanswered(level: exit.level, exit: exit.code, isReflected: exitIsReflected)
  }

  /// Ends the track at `time`: the vCPU is gone, or the trace is.
  mutating func close(
    at time: UInt64, _ cause: VCPUEnding.Cause, _ output: inout TimelineOutput
  ) {
    if isClosed { return }
    isClosed = true
    settleAtEnd(&output)
    ending = makeEnding(cause)
    // Where time ran backwards the last event need not be the latest.
    end = max(end, time, since)
    endEpisode(toldL1: false, &output)
    judgeUnsuspectedGap(&output)
    if hasEntry {
      // Nobody knows whether the last entry reached the guest.
      cut(at: min(max(entryAt, since), end), &output)
      show(.unknown)
    }
    dropExit(&output)
    endWatch(&output)
    cut(at: end, &output)
    holdsForWakeup = false
    flushUnproved(&output)
    releaseWaiting(&output)
    pending.removeAll()
  }
}

extension VCPUState {
  /// Whether time in this state is not spent on handling an exit.
  @inline(__always)
  var isAwayFromExit: Bool {
    switch self {
    case .userspace, .halted, .preempted, .blocked: true
    default: false
    }
  }
}
