import KVMEvents

/// An interval that is over, but of which the level or the state is not proved yet.
struct PendingInterval {
  var begin: UInt64
  var end: UInt64
  var state: VCPUState
  /// nil until it is proved.
  var level: GuestLevel?
  var isSMM: Bool
  var exit: IntervalReason?
  var cpu: Int32
  /// From a kvm_entry that no kvm_exit has answered yet: `guest` if one does, else `host`.
  var needsGuestProof = false
}

extension VCPUTrack {
  /// The most intervals that wait for a proof; the oldest of more become unknown.
  static let mostPending = 64

  /// Hands an interval out, or keeps it until its level and state are certain.
  ///
  /// It ends after it begins.
  @inline(__always)
  mutating func emit(
    _ begin: UInt64, _ end: UInt64, _ state: VCPUState, cpu: Int32, _ output: inout TimelineOutput
  ) {
    if flags.has(just: .usualForInterval, of: .lookedAtByInterval) && pending.isEmpty {
      stateTotals.add(end &- begin, state: state, level: level)
    } else {
      emitUncommon(begin, end, state, cpu, &output)
    }
  }

  @inline(never)
  private mutating func emitUncommon(
    _ begin: UInt64, _ end: UInt64, _ state: VCPUState, _ cpu: Int32,
    _ output: inout TimelineOutput
  ) {
    if pending.isEmpty && levelIsProved && !holdsForWakeup {
      report(begin, end, state, level, isSMM, reason, cpu, &output)
    } else {
      // Whatever is proved later, nobody saw what happened in a gap.
      let known = state == .lost ? GuestLevel.unknown : levelIsProved ? level : nil
      keep(
        PendingInterval(
          begin: begin, end: end, state: state, level: known, isSMM: isSMM,
          exit: reason, cpu: cpu), &output)
    }
  }

  /// The exit that an interval belongs to, for its row.
  private var reason: IntervalReason? { hasReason ? numberedExit : nil }

  /// The exit that was seen last, for the rows of its intervals.
  var numberedExit: IntervalReason {
    IntervalReason(code: exit.code, number: answers.current.number)
  }

  /// Queues an interval behind those that wait already.
  @inline(__always)
  mutating func keep(_ interval: PendingInterval, _ output: inout TimelineOutput) {
    if interval.begin >= interval.end { return }
    if pending.count >= Self.mostPending { makeRoom(&output) }
    pending.append(interval)
  }

  /// The oldest interval can wait no longer.
  @inline(never)
  mutating func makeRoom(_ output: inout TimelineOutput) {
    let oldest = pending.removeFirst()
    guard !hasRun else { return report(oldest, &output) }
    // Nothing may come out of a thread that perhaps only creates vCPUs: its past becomes one
    // unknown stretch.
    pending[0].begin = oldest.begin
    pending[0].state = .unknown
  }

  /// Counts an interval and gives it to the receiver.
  ///
  /// What lies outside the window is cut off.
  mutating func report(
    _ begin: UInt64, _ end: UInt64, _ state: VCPUState, _ level: GuestLevel, _ isSMM: Bool,
    _ exit: IntervalReason?, _ cpu: Int32, _ output: inout TimelineOutput
  ) {
    let from = max(begin, output.window.lowerBound)
    let to = min(end, output.window.upperBound)
    if from >= to || !output.selects(cpu) { return }
    stateTotals.add(to - from, state: state, level: level)
    guard let receiver = output.receiver else { return }
    let interval = Interval(
      vcpu: index, begin: from, end: to, state: state, level: level, isSMM: isSMM, exit: exit?.code,
      cpu: output.number(ofCPU: Int(cpu)))
    if output.wantsDetails {
      handOut(interval, exit: exit?.number ?? 0, &output)
    } else {
      receiver.receive(interval, of: identity)
    }
  }

  private mutating func report(_ interval: PendingInterval, _ output: inout TimelineOutput) {
    let state = interval.needsGuestProof ? VCPUState.host : interval.state
    report(
      interval.begin, interval.end, state, interval.level ?? survivingLevel, interval.isSMM,
      interval.exit,
      interval.cpu, &output)
  }

  /// The level of everything that waits for one is now known.
  @inline(never)
  mutating func resolveLevel(_ proved: GuestLevel, _ output: inout TimelineOutput) {
    if pending.isEmpty { return }
    var needsGuestProof = false
    for at in pending.indices {
      if pending[at].level == nil { pending[at].level = proved }
      needsGuestProof = needsGuestProof || pending[at].needsGuestProof
    }
    if needsGuestProof || holdsForWakeup || !hasRun { return }
    if flags[.countsAll] { countAll() } else { flushUnproved(&output) }
  }

  /// Adds up all that waits, proved as it is.
  @inline(__always)
  private mutating func countAll() {
    for at in pending.indices {
      stateTotals.add(
        pending[at].end &- pending[at].begin, state: pending[at].state,
        level: pending[at].level ?? .unknown)
    }
    pending.removeAll()
  }

  /// Whether the entry that some intervals began with reached the guest is now known.
  @inline(never)
  mutating func resolveGuestProof(reached: Bool, _ output: inout TimelineOutput) {
    if pending.isEmpty { return }
    for at in pending.indices where pending[at].needsGuestProof {
      pending[at].state = reached ? .guest : .host
      pending[at].needsGuestProof = false
    }
    flush(&output)
  }

  /// Hands out all that waits, if nothing in it is open any more.
  @inline(never)
  mutating func flush(_ output: inout TimelineOutput) {
    if pending.isEmpty || holdsForWakeup || !hasRun { return }
    for at in pending.indices where pending[at].level == nil || pending[at].needsGuestProof {
      return
    }
    flushUnproved(&output)
  }

  /// Hands out all that waits, proved or not.
  @inline(never)
  mutating func flushUnproved(_ output: inout TimelineOutput) {
    guard hasRun else {
      // Nothing may come out of a thread that perhaps only creates vCPUs: it waits on, but for no
      // proof.
      for at in pending.indices where pending[at].level == nil { pending[at].level = .unknown }
      return
    }
    for at in pending.indices { report(pending[at], &output) }
    pending.removeAll()
  }
}
