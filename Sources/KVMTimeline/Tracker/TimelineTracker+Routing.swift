import KVMEvents

/// Which vCPU an event is about, where that is not plain.
extension TimelineTracker {
  /// The most events that wait for a name; the vCPU that the thread drove last gets what is more.
  private static let mostWaiting = 64

  @inline(never)
  mutating func route<Fields: EventFields & ~Copyable & ~Escapable>(
    _ kind: EventKind, _ fields: borrowing Fields, thread id: Int32, number: Int32, cpu: Int32,
    at time: UInt64
  ) {
    switch kind {
    case .schedSwitch:
      switched(fields, cpu: cpu, at: time)
    case .schedFork, .schedExec, .schedExit:
      endThread(Int32(truncatingIfNeeded: fields.integer(SchedTaskField.thread)), at: time)
    case .writeTSCOffset:
      wroteTSCOffset(fields, thread: id, cpu: cpu, at: time)
    case .trackTSC:
      trackedTSC(fields, thread: id, cpu: cpu, at: time)
    case .acceptInterrupt:
      acceptedInterrupt(fields, at: time)
    case .interrupt, .other:
      break
    default:
      guard let number = thread(for: kind, id: id, number: number, cpu: cpu) else {
        return noteStranger(id, at: time)
      }
      threads[number].cpu = cpu
      deliver(kind, fields, to: number, cpu: cpu, at: time)
    }
  }

  /// The most threads without a vCPU that are remembered: a trace may have any number.
  private static let mostStrangers = 256

  private mutating func noteStranger(_ id: Int32, at time: UInt64) {
    if strangers[id] == nil {
      guard strangers.count < Self.mostStrangers else { return }
      strangers[id] = Unattributed(first: time, thread: id)
    }
    strangers[id]?.count += 1
  }

  /// The thread of an event inside KVM_RUN.
  ///
  /// Only events that prove a vCPU make a thread known.
  private mutating func thread(for kind: EventKind, id: Int32, number: Int32, cpu: Int32) -> Int? {
    if number >= 0 { return Int(number) }
    if tracks.count >= Self.mostTracks { return nil }
    switch kind {
    case .entry, .exit, .nestedExit, .fpu, .userspaceExit, .emulateInstruction, .vcpuMention,
      .pageFault, .smmTransition, .nestedExitInject:
      return thread(id, cpu: cpu)
    default:
      return nil
    }
  }

  private mutating func deliver<Fields: EventFields & ~Copyable & ~Escapable>(
    _ kind: EventKind, _ fields: borrowing Fields, to number: Int, cpu: Int32, at time: UInt64
  ) {
    if let vcpu = vcpu(of: kind, fields) {
      guard let track = track(number, vcpu: vcpu, at: time, cpu: cpu) else {
        return noteStranger(threads[number].id, at: time)
      }
      if threads[number].tracks.count > 1 && !isAnIoctl(kind, track) {
        let before = threads[number].current
        if before >= 0, before != track, kind == .entry || kind == .exit, isSurelyInRun(before) {
          // No thread enters one vCPU while it runs another: perf script may have printed processes for threads.
          mix(number)
        }
        settleWaiting(number, for: track)
        threads[number].isNamed = true
        threads[number].current = track
      }
      if threads[number].current < 0 {
        threads[number].current = track
        forgetSoleTracks(of: number)
      }
      apply(kind, fields, to: track, cpu: cpu, at: time)
      return
    }
    if threads[number].tracks.isEmpty {
      guard let track = track(number, vcpu: nil, at: time, cpu: cpu) else {
        return noteStranger(threads[number].id, at: time)
      }
      threads[number].current = track
      forgetSoleTracks(of: number)
    }
    if threads[number].tracks.count > 1 && !threads[number].isNamed {
      wait(kind, fields, on: number, cpu: cpu, at: time)
      return
    }
    let current = threads[number].current
    guard current >= 0 else { return }
    apply(kind, fields, to: current, cpu: cpu, at: time)
    if kind == .userspaceExit { threads[number].isNamed = false }
  }

  /// SMM transitions outside KVM_RUN name a vCPU that does not run.
  private func isAnIoctl(_ kind: EventKind, _ track: Int) -> Bool {
    kind == .smmTransition && !tracks[track].isInRun
  }

  private func vcpu<Fields: EventFields & ~Copyable & ~Escapable>(
    of kind: EventKind, _ fields: borrowing Fields
  ) -> Int32? {
    switch kind {
    case .entry, .exit, .nestedExit, .smmTransition, .vcpuMention, .pageFault:
      // In every one of these the vCPU has slot 0.
      fields.has(EntryField.vcpu) ? Int32(truncatingIfNeeded: fields.integer(EntryField.vcpu)) : nil
    default:
      nil
    }
  }

  // MARK: - Threads that drive several vCPUs

  private mutating func wait<Fields: EventFields & ~Copyable & ~Escapable>(
    _ kind: EventKind, _ fields: borrowing Fields, on number: Int, cpu: Int32, at time: UInt64
  ) {
    let event = WaitingEvent(event: StoredEvent(kind, copying: fields), time: time, cpu: cpu)
    threads[number].waiting.append(event)
    if kind == .userspaceExit || threads[number].waiting.count >= Self.mostWaiting {
      settleWaiting(number, for: nil)
    }
  }

  /// The events that wait are those of `track`, or of the vCPU that the thread drove last.
  mutating func settleWaiting(_ number: Int, for track: Int?) {
    if threads[number].waiting.isEmpty { return }
    let waiting = threads[number].waiting
    threads[number].waiting.removeAll(keepingCapacity: true)
    let owner = track ?? threads[number].current
    guard owner >= 0 else { return }
    let isUnclear = track == nil && noteUnclearEmulation(waiting, number)
    for event in waiting {
      if isUnclear && event.event.kind == .emulateInstruction { continue }
      switch event.event.kind {
      case .schedSwitch:
        // Written by `leaves` and `returns`: which of the two stands in the slot of the previous
        // thread.
        let leaves = event.event.integer(SchedSwitchField.previousThread) != 0
        for track in threads[number].tracks {
          move(
            track, leaves: leaves,
            isRunnable: event.event.integer(SchedSwitchField.previousState) == 0,
            cpu: event.cpu, at: event.time)
        }
      default:
        apply(event.event.kind, event.event, to: owner, cpu: event.cpu, at: event.time)
      }
    }
  }

  /// Instructions were emulated for one of several vCPUs, and nothing tells which: whether they were L2's is not
  /// known where one is in L2.
  private mutating func noteUnclearEmulation(_ events: [WaitingEvent], _ number: Int) -> Bool {
    guard let first = events.first(where: { $0.event.kind == .emulateInstruction }) else {
      return false
    }
    var isUnclear = false
    for track in threads[number].tracks where tracks[track].level == .l2 {
      isUnclear = true
      output.add(
        TimelineFact(
          kind: .emulatedWhereL2MayBe, vcpu: track, begin: first.time, end: first.time, count: 1,
          cpu: Int(first.cpu), level: .unknown))
    }
    return isUnclear
  }

  // MARK: - Scheduling

  private mutating func switched<Fields: EventFields & ~Copyable & ~Escapable>(
    _ fields: borrowing Fields, cpu: Int32, at time: UInt64
  ) {
    let leaving = Int32(truncatingIfNeeded: fields.integer(SchedSwitchField.previousThread))
    let coming = Int32(truncatingIfNeeded: fields.integer(SchedSwitchField.nextThread))
    let previous = table.number(of: leaving)
    let next = table.number(of: coming)
    if previous < 0 { bystanders.see(leaving) }
    if next < 0 { bystanders.see(coming) }
    if previous >= 0 {
      // The low eight bits are the sleeping states; without any, the thread could have gone on.
      let isRunnable = fields.integer(SchedSwitchField.previousState) & 0xff == 0
      switchThread(Int(previous), leaves: true, isRunnable: isRunnable, cpu: cpu, at: time)
    }
    if next >= 0 {
      let before = threads[Int(next)].cpu
      if before != cpu {
        moved(Int(next), from: before, at: time)
        threads[Int(next)].cpu = cpu
      }
      // Such a switch waits for its turn, so nothing of the thread can be missing: until it leaves, its events
      // are all here.
      here.coming = coming
      switchThread(Int(next), leaves: false, isRunnable: true, cpu: cpu, at: time)
    }
  }

  /// Whether a switch may be taken before its turn: no vCPU comes to a CPU by it, and if one leaves,
  /// it is the one here, of which nothing happens elsewhere.
  mutating func maySwitchEarly(from leaving: Int32, to coming: Int32, at time: UInt64) -> Bool {
    guard table.number(of: coming) < 0, bystanders.contains(coming) else { return false }
    if table.number(of: leaving) >= 0 {
      guard leaving == here.threadID else { return false }
    } else {
      guard bystanders.contains(leaving) else { return false }
      bystanders.pass(leaving, at: time)
    }
    bystanders.pass(coming, at: time)
    return true
  }

  private mutating func switchThread(
    _ number: Int, leaves: Bool, isRunnable: Bool, cpu: Int32, at time: UInt64
  ) {
    if !threads[number].waiting.isEmpty {
      var event = StoredEvent(.schedSwitch)
      event.set(SchedSwitchField.previousThread, leaves ? 1 : 0)
      event.set(SchedSwitchField.previousState, isRunnable ? 0 : 1)
      threads[number].waiting.append(WaitingEvent(event: event, time: time, cpu: cpu))
      if threads[number].waiting.count >= Self.mostWaiting { settleWaiting(number, for: nil) }
      return
    }
    for at in threads[number].tracks.indices {
      move(threads[number].tracks[at], leaves: leaves, isRunnable: isRunnable, cpu: cpu, at: time)
    }
  }

  private mutating func move(
    _ track: Int, leaves: Bool, isRunnable: Bool, cpu: Int32, at time: UInt64
  ) {
    withTrack(track) { track, output in
      if track.end < time { track.end = time }
      if leaves {
        track.leavesCPU(at: time, isRunnable: isRunnable, &output)
      } else {
        track.returnsToCPU(at: time, cpu: cpu, &output)
      }
    }
  }

  // MARK: - Incarnations

  private mutating func wroteTSCOffset<Fields: EventFields & ~Copyable & ~Escapable>(
    _ fields: borrowing Fields, thread id: Int32, cpu: Int32, at time: UInt64
  ) {
    guard fields.has(WriteTSCOffsetField.vcpu) else { return }
    let vcpu = Int32(truncatingIfNeeded: fields.integer(WriteTSCOffsetField.vcpu))
    guard tracks.count < Self.mostTracks else { return }
    let number = thread(id, cpu: cpu)
    threads[number].cpu = cpu
    // Only a vCPU that was just created has no offset yet.
    if fields.has(WriteTSCOffsetField.previous) && fields.integer(WriteTSCOffsetField.previous) == 0
    {
      reincarnate(number, vcpu: vcpu, at: time, cpu: cpu)
    } else {
      _ = track(number, vcpu: vcpu, at: time, cpu: cpu)
    }
  }

  private mutating func trackedTSC<Fields: EventFields & ~Copyable & ~Escapable>(
    _ fields: borrowing Fields, thread id: Int32, cpu: Int32, at time: UInt64
  ) {
    guard fields.has(MentionField.vcpu) else { return }
    let vcpu = Int32(truncatingIfNeeded: fields.integer(MentionField.vcpu))
    guard tracks.count < Self.mostTracks else { return }
    let number = thread(id, cpu: cpu)
    threads[number].cpu = cpu
    guard let track = track(number, vcpu: vcpu, at: time, cpu: cpu, isCreation: true) else {
      return
    }
    // Outside KVM_RUN, after one: a vCPU was created, or was given a new life by its VMM.
    if tracks[track].hasRun && !tracks[track].isInRun {
      reincarnate(number, vcpu: vcpu, at: time, cpu: cpu)
    }
  }
}
