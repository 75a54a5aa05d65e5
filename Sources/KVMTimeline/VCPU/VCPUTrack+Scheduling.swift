import KVMEvents

extension VCPUTrack {
  /// sched_switch: the thread leaves its CPU, runnable (it could have gone on) or asleep.
  mutating func leavesCPU(at time: UInt64, isRunnable: Bool, _ output: inout TimelineOutput) {
    if isOffCPU { return }
    if base == .host { holdsForWakeup = true }
    if hasEntry && visible == .host { keepOpenEntry(until: time, &output) }
    if isRunnable {
      cut(at: time, &output)
      show(.preempted)
    } else if visible == .lost || base == .unknown {
      // Asleep, but nobody knows where: neither the loss nor the ignorance ends.
      return
    } else if base == .userspace {
      isAsleepInUserspace = true
      return
    } else {
      cut(at: time, &output)
      show(exitIsOpen && exit.code.isWait && !exitWasInterrupted ? .halted : .blocked)
    }
  }

  /// Old kernels trace kvm_exit so late that the thread can be preempted before: keep the stretch
  /// until it is proved.
  private mutating func keepOpenEntry(until time: UInt64, _ output: inout TimelineOutput) {
    if entryAt > since { cut(at: entryAt, &output) }
    let begin = max(entryAt, since)
    keep(
      PendingInterval(
        begin: begin, end: time, state: .guest, level: nil, isSMM: isSMM, exit: nil, cpu: cpu,
        needsGuestProof: true), &output)
    since = max(since, time)
  }

  /// sched_switch: the thread comes back to a CPU.
  mutating func returnsToCPU(at time: UInt64, cpu newCPU: Int32, _ output: inout TimelineOutput) {
    isAsleepInUserspace = false
    if visible == .preempted || visible == .blocked || visible == .halted {
      cut(at: time, &output)
      show(base)
      // The guest goes on, if the entry had reached it.
      if hasEntry { entryAt = max(entryAt, since) }
    }
    cpu = newCPU
  }

  /// kvm_vcpu_wakeup: a block of `nanoseconds` ends now.
  ///
  /// Tells what the time before was.
  mutating func wokeUp<Fields: EventFields & ~Copyable & ~Escapable>(
    at time: UInt64, cpu: Int32, _ fields: borrowing Fields, _ output: inout TimelineOutput
  ) {
    holdsForWakeup = true
    handled(at: time, cpu: cpu, &output)
    cut(at: time, &output)
    // Each edge may split an interval.
    while pending.count > Self.mostPending - 4 { makeRoom(&output) }
    let length = fields.integer(WakeupField.nanoseconds)
    let begin = time >= length ? time - length : 0
    if fields.integer(WakeupField.waited) == 0 {
      if output.counts(time, on: cpu) {
        watch.polling.succeeded &+= 1
        watch.polling.succeededTime &+= length
      }
      relabel(from: begin, to: time, host: .polling, asleep: nil)
    } else {
      let firstOut = pending.first { $0.end > begin && $0.state.isOffCPU }?.begin
      if let firstOut {
        if firstOut > begin && output.counts(time, on: cpu) {
          watch.polling.failed &+= 1
          watch.polling.failedTime &+= firstOut - begin
        }
        relabel(from: begin, to: firstOut, host: .polling, asleep: .halted)
        relabel(from: firstOut, to: time, host: nil, asleep: .halted)
      } else {
        relabel(from: begin, to: time, host: .halted, asleep: .halted)
      }
    }
    // What stays as it was goes on: one interval and not two.
    if let last = pending.last, last.state == visible, last.end == since, !last.needsGuestProof,
      last.cpu == self.cpu, last.isSMM == isSMM
    {
      pending.removeLast()
      since = last.begin
    }
    holdsForWakeup = false
    flush(&output)
  }

  /// Gives the waiting intervals inside a stretch of time other states, and splits those at its
  /// edges.
  private mutating func relabel(
    from begin: UInt64, to end: UInt64, host: VCPUState?, asleep: VCPUState?
  ) {
    var at = 0
    while at < pending.count {
      let interval = pending[at]
      let state: VCPUState? =
        switch interval.state {
        case .host: host
        case .blocked, .halted: asleep
        default: nil
        }
      guard let state, interval.state != state, !interval.needsGuestProof, interval.end > begin,
        interval.begin < end
      else {
        at += 1
        continue
      }
      if interval.begin < begin {
        pending[at].end = begin
        pending.insert(interval, at: at + 1)
        pending[at + 1].begin = begin
      } else if interval.end > end {
        pending.insert(interval, at: at + 1)
        pending[at].end = end
        pending[at + 1].begin = end
        change(at, to: state)
        at += 1
      } else {
        change(at, to: state)
      }
      at += 1
    }
  }

  private mutating func change(_ at: Int, to state: VCPUState) {
    if exitIsOpen && state.isAwayFromExit && !pending[at].state.isAwayFromExit {
      exit.offCPU &+= pending[at].end &- pending[at].begin
    }
    pending[at].state = state
  }

  /// Events were lost on this vCPU's CPU: from `time` on it may have done anything.
  mutating func lostEvents(from time: UInt64, _ output: inout TimelineOutput) {
    // Shown asleep by sched_switch, and waking up would have been on record elsewhere.
    if visible == .blocked || visible == .halted || isAsleepInUserspace { return }
    hideSince(time, &output)
  }

  /// Its thread appeared on another CPU.
  mutating func moved(from cpu: Int32, at time: UInt64) {
    if visible == .lost { return }
    // Asleep, it would have had to be woken first.
    if !isOffCPU || visible == .preempted { departures.add(from: cpu, at: time) }
    if isOffCPU { return }
    movedAt = time
    // Until an exit proves the level anew, what came before is no proof of it.
    userspaceSinceExit = true
  }

  /// Events were lost on a CPU that this vCPU has left meanwhile, without a record of it.
  mutating func lostEventsBehind(_ cpu: Int, from time: UInt64, _ output: inout TimelineOutput) {
    guard let departure = departures.last(from: cpu, after: time) else { return }
    guard mayHideL2 else {
      return noteUnsuspectedGap(at: time, on: Int32(truncatingIfNeeded: cpu))
    }
    output.add(
      fact(
        .lossMayHide, from: time, to: departure, cpu: Int32(truncatingIfNeeded: cpu),
        level: .unknown))
    output.withdraw(ofVCPU: index, across: departure)
  }

  /// Whether events that were lost may have been events of L2: the level was not L1 for certain, or L1
  /// is a hypervisor.
  var mayHideL2: Bool {
    !(level == .l1 && levelIsProved) || everInL2 || preparesNesting
  }

  private mutating func noteUnsuspectedGap(at time: UInt64, on cpu: Int32) {
    guard unsuspectedGap == .max else { return }
    unsuspectedGap = time
    unsuspectedGapCPU = cpu
  }

  /// The vCPU's life is over: a gap that seemed to hide nothing may have hidden L2 all the same, if the
  /// vCPU was a hypervisor's later.
  mutating func judgeUnsuspectedGap(_ output: inout TimelineOutput) {
    guard unsuspectedGap != .max, everInL2 || preparesNesting else { return }
    output.add(
      fact(
        .lossMayHide, from: unsuspectedGap, to: unsuspectedGap, cpu: unsuspectedGapCPU,
        level: .unknown))
    unsuspectedGap = .max
  }

  /// From `time` on the vCPU may have done anything.
  mutating func hideSince(_ time: UInt64, _ output: inout TimelineOutput) {
    let mayHide = mayHideL2
    if mayHide {
      output.add(
        fact(
          .lossMayHide, from: max(time, since), to: max(time, since), cpu: cpu,
          level: levelIsProved ? level : .unknown))
    } else {
      noteUnsuspectedGap(at: max(time, since), on: cpu)
    }
    settleAtEnd(&output)
    endEpisode(toldL1: false, &output)
    if hasEntry {
      hasEntry = false
      cut(at: max(entryAt, since), &output)
      show(.unknown)
    }
    resolveGuestProof(reached: false, &output)
    dropExit(&output)
    endWatch(&output)
    let from = max(time, since)
    cut(at: from, &output)
    // Another thread's event may have been the last one before the gap.
    end = max(end, from)
    holdsForWakeup = false
    flushUnproved(&output)
    change(to: .unknown)
    show(.lost)
    level = .unknown
    levelIsProved = false
    isSMM = false
    levelBeforeSMM = .unknown
    nestedEntryIsOpen = false
    nestedEntryIsAsked = false
    candidateIsInferred = false
    roundTrips.drop()
    emulationIsExplained = false
    l2RIPIsKnown = false
    lastL2ExitIsKnown = false
    exitOfRSMIsKnown = false
    interceptsShutdown = nil
    isInRun = false
    // Of a vCPU that was in L1 nothing is hidden, unless it is emulated before its level is proved.
    reportedUnknownEmulation = mayHide
    levelWasLost = true
    exitMayBeLost = true
    hasReason = false
  }
}

extension VCPUState {
  /// Whether the thread is not on a CPU in this state.
  var isOffCPU: Bool {
    switch self {
    case .preempted, .blocked, .halted: true
    default: false
    }
  }
}
