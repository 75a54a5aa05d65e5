import KVMEvents

extension VCPUTrack {
  /// kvm_entry.
  @inline(__always)
  mutating func entered<Fields: EventFields & ~Copyable & ~Escapable>(
    at time: UInt64, cpu newCPU: Int32, _ fields: borrowing Fields, _ output: inout TimelineOutput
  ) {
    if flags.has(just: .usualAtEntry, of: .lookedAtByEntry) {
      cpu = newCPU
      counters.entries &+= 1
    } else {
      isAboutToEnter(at: time, cpu: newCPU, fields, &output)
    }
    answerExit(at: time, &output)
    if level == .l2 && isa == .svm { entryRIP = fields.integer(EntryField.rip) }
    entryAt = time
    entryCPU = newCPU
    flags.change(
      set: [.hasEntry, .enteredSinceRun],
      clear: [
        .refusalIsReported, .emulationIsExplained, .exitMayBeLost, .sawExceptionActivity,
        .injectWasUnasked,
      ])
  }

  /// Something is not as it nearly always is before a kvm_entry.
  @inline(never)
  private mutating func isAboutToEnter<Fields: EventFields & ~Copyable & ~Escapable>(
    at time: UInt64, cpu newCPU: Int32, _ fields: borrowing Fields, _ output: inout TimelineOutput
  ) {
    settle(byEntry: true, &output)
    if hasEntry {
      entryFailed(&output)
      output.sawUnmatchedPair = true
    }
    isInHost(at: time, cpu: newCPU, &output)
    if output.counts(time, on: newCPU) { counters.entries &+= 1 }
    if nestedEntryIsAsked || !levelIsProved { levelAtEntry(at: time, fields, &output) }
    if holdsForWakeup {
      // No kvm_vcpu_wakeup came before the guest runs again.
      holdsForWakeup = false
      flush(&output)
    }
    if flags[.exitRepeats] { reentered(fields, &output) }
  }

  /// What a kvm_entry says of the level.
  private mutating func levelAtEntry<Fields: EventFields & ~Copyable & ~Escapable>(
    at time: UInt64, _ fields: borrowing Fields, _ output: inout TimelineOutput
  ) {
    if nestedEntryIsAsked {
      nestedEntryIsAsked = false
      guard level != .l2 else { return }
      // VMLAUNCH, VMRESUME and VMRUN are three bytes long: the guest that goes on right behind was
      // refused.
      let behind = fields.integer(EntryField.rip) &- exit.rip
      if fields.has(EntryField.rip) && exitIsOpen && behind >= 1 && behind <= 15 { return }
      openLevel(candidate: .l2, at: time, &output)
      nestedEntryIsOpen = true
      nestedEntryAt = time
      candidateIsInferred = true
      l2RIP = fields.integer(EntryField.rip)
      l2RIPIsKnown = fields.has(EntryField.rip)
    } else if nestedEntryIsOpen && level == .l2 && !candidateIsInferred {
      // The nested entry had an event and no failure: this is L2.
      resolveLevel(.l2, &output)
      levelIsProved = true
      everInL2 = true
    }
  }

  /// kvm_exit.
  // Transparent, for the compiler does not heed `@inline(__always)` in a loop of this size: a call costs 5 instructions an
  // event.
  @_transparent
  mutating func exited<Fields: EventFields & ~Copyable & ~Escapable>(
    at time: UInt64, cpu newCPU: Int32, _ fields: borrowing Fields, _ output: inout TimelineOutput
  ) {
    if flags.has(just: .usualAtExit, of: .lookedAtByExit) {
      entryReachedGuest(at: time, &output)
      cpu = newCPU
      counters.exits &+= 1
      exit.code = ExitCode(raw: fields.integer(ExitField.reason), isa: isa)
    } else {
      hasExited(at: time, cpu: newCPU, fields, &output)
    }
    flags.change(
      set: [.exitIsOpen, .exitAwaitsTwin, .hasReason, .enteredSinceRun],
      clear: [
        .exitIsReflected, .exitWasInterrupted, .emulationIsExplained, .sawUserspaceSinceGuest,
        .sawExceptionActivity, .injectWasUnasked,
      ])
    exit.at = time
    exit.cpu = newCPU
    exit.rip = fields.integer(ExitField.rip)
    if exit.code.isOfHypervisor { preparesNesting = true }
    exit.level = .unknown
    exit.offCPU = 0
    // Only an exit that seems to be L2's can be a stale one, or show that L2 was left by INIT.
    if judgesEmulation {
      if level == .l2 || isSMM { noteInformation(fields) }
    }
    if exit.code.code == watch.repeats.code {
      exitedLikeBefore(at: time, cpu: newCPU, fields, &output)
    } else {
      if watch.repeats.count > 0 { endRepeats(&output) }
      watch.repeats.code = exit.code.code
    }
  }

  /// Something is not as it nearly always is before a kvm_exit.
  @inline(never)
  private mutating func hasExited<Fields: EventFields & ~Copyable & ~Escapable>(
    at time: UInt64, cpu newCPU: Int32, _ fields: borrowing Fields, _ output: inout TimelineOutput
  ) {
    settle(&output)
    if exitIsOpen {
      if !hasEntry { output.sawUnmatchedPair = true }
      dropExit(&output)
    }
    if hasEntry && visible == .host {
      entryReachedGuest(at: time, &output)
      cpu = newCPU
    } else {
      exitedFromElsewhere(at: time, cpu: newCPU, &output)
    }
    if output.counts(time, on: newCPU) { counters.exits &+= 1 }
    if isa == nil { noteISA(fields) }
    exit.code = ExitCode(raw: fields.integer(ExitField.reason), isa: isa)
    if output.wantsDetails { beginAnswer(fields) }
  }

  @inline(never)
  private mutating func noteISA<Fields: EventFields & ~Copyable & ~Escapable>(
    _ fields: borrowing Fields
  ) {
    isa = ISA(rawValue: UInt8(truncatingIfNeeded: fields.integer(ExitField.isa)))
    exitsNameVCPU = fields.has(ExitField.vcpu)
  }

  @inline(never)
  private mutating func noteInformation<Fields: EventFields & ~Copyable & ~Escapable>(
    _ fields: borrowing Fields
  ) {
    exit.info1 = fields.integer(ExitField.info1)
    exit.info2 = fields.integer(ExitField.info2)
  }

  /// The vCPU was not known to be about to enter the guest.
  private mutating func exitedFromElsewhere(
    at time: UInt64, cpu newCPU: Int32, _ output: inout TimelineOutput
  ) {
    isInHost(at: time, cpu: newCPU, &output)
    if hasEntry {
      entryReachedGuest(at: time, &output)
    } else {
      cut(at: time, &output)
    }
  }

  /// kvm_nested_vmexit: the exit was L2's.
  @inline(__always)
  mutating func nestedExited<Fields: EventFields & ~Copyable & ~Escapable>(
    at time: UInt64, cpu: Int32, _ fields: borrowing Fields, _ output: inout TimelineOutput
  ) {
    if isa == nil { noteISA(fields) }
    endEpisode(toldL1: false, &output)
    if exitAwaitsTwin {
      settleByTwin(&output)
    } else {
      nestedExitedAlone(at: time, cpu: cpu, &output)
    }
    if exitIsOpen ? output.counts(exit.at, on: exit.cpu) : output.counts(time, on: cpu) {
      counters.l2Exits &+= 1
    }
    counters.nestedEvents &+= 1
    emulationIsExplained = true
    if interruptWaits { judgeWait(at: time, cpu: cpu, &output) }
    if judgesEmulation { noteL2Exit(fields) }
  }

  @inline(never)
  private mutating func noteL2Exit<Fields: EventFields & ~Copyable & ~Escapable>(
    _ fields: borrowing Fields
  ) {
    l2RIP = fields.integer(ExitField.rip)
    l2RIPIsKnown = true
    exitOfRSMIsKnown = false
    lastL2ExitIsKnown = true
    lastL2Exit.code = ExitCode(raw: fields.integer(ExitField.reason), isa: isa)
    lastL2Exit.info1 = fields.integer(ExitField.info1)
    lastL2Exit.info2 = fields.integer(ExitField.info2)
  }

  /// The kvm_exit was not recorded, or something stood between: the level is certain all the same.
  @inline(never)
  private mutating func nestedExitedAlone(
    at time: UInt64, cpu: Int32, _ output: inout TimelineOutput
  ) {
    entryFailed(&output)
    isInHost(at: time, cpu: cpu, &output)
    if exitIsOpen {
      exit.level = .l2
      watch.nested.strangeTwinOf = exit.at
    }
    if level != .l2 { cut(at: time, &output) }
    proveL2(&output)
  }

  /// kvm_nested_vmexit_inject: L1 goes on and is told of an exit.
  mutating func injectedExit<Fields: EventFields & ~Copyable & ~Escapable>(
    at time: UInt64, cpu: Int32, _ fields: borrowing Fields, _ output: inout TimelineOutput
  ) {
    handled(at: time, cpu: cpu, &output)
    if isa == nil {
      isa = ISA(rawValue: UInt8(truncatingIfNeeded: fields.integer(InjectField.isa)))
    }
    let told = ExitCode(raw: fields.integer(InjectField.reason), isa: isa)
    counters.nestedEvents &+= 1
    // An entry that was refused after its event is L1's affair: L2 was never entered.
    let isRefusedEntry = nestedEntryIsOpen && isa == .svm && told.code == .max
    if isRefusedEntry {
      nestedEntryIsOpen = false
    } else {
      cut(at: time, &output)
      proveL2(&output)
    }
    let answers =
      exitIsOpen && exit.level == .l2 && !exitIsReflected && !exitWasInterrupted
      && exit.code.mayBecome(told)
    endEpisode(toldL1: told.isTripleFault, &output)
    if isRefusedEntry {
      noteFailedNestedEntry(at: time, cpu: cpu, &output)
    } else {
      judgeReflection(told, answers: answers, at: time, cpu: cpu, &output)
    }
    if answers {
      exitIsReflected = true
      decideHandler(isReflected: true, &output)
      let counts = output.counts(exit.at, on: exit.cpu)
      if counts { counters.l2ExitsReflected &+= 1 }
      roundTrips.begin(at: exit.at, counts: counts)
    } else if output.counts(time, on: cpu) {
      counters.l2ExitsSynthesized &+= 1
    }
    if told.isTripleFault {
      let kind: TimelineFact.Kind =
        answers ? .reflectedTripleFault : .synthesizedTripleFault(cause: tripleFaultCause)
      output.add(
        TimelineFact(
          kind: kind, vcpu: index, begin: answers ? exit.at : time, end: time, count: 1,
          cpu: Int(cpu), level: .l2))
    }
    setLevel(.l1, at: time, &output)
    interruptWaits = false
    injectWasUnasked = !answers
    emulationIsExplained = false
    sawExceptionActivity = false
  }

  @inline(__always)
  private var tripleFaultCause: TripleFaultCause {
    if sawExceptionActivity || (exitIsOpen && !exitWasInterrupted && exit.code.isException) {
      return .exceptionChain
    }
    return exitWasInterrupted || sawUserspaceSinceGuest || !exitIsOpen
      ? .invalidStateOrUserspace : .unknown
  }

  /// kvm_nested_vmenter, kvm_nested_vmrun: L2 is about to be entered, unless a check fails.
  mutating func nestedEntry<Fields: EventFields & ~Copyable & ~Escapable>(
    at time: UInt64, cpu: Int32, _ fields: borrowing Fields, _ output: inout TimelineOutput
  ) {
    counters.nestedEvents &+= 1
    settle(&output)
    entryFailed(&output)
    if isa == nil && fields.has(NestedEntryField.isa) {
      isa = ISA(rawValue: UInt8(truncatingIfNeeded: fields.integer(NestedEntryField.isa)))
    }
    nestedEntryIsAsked = false
    candidateIsInferred = false
    if isInRun {
      isInHost(at: time, cpu: cpu, &output)
      // Whoever enters L2 is not in it. (RSM restored the level just before; this confirms it.)
      if level != .l2 { proveL1(&output) }
      cut(at: time, &output)
      if !levelIsProved { resolveLevel(survivingLevel, &output) }
    } else {
      // KVM_SET_NESTED_STATE puts the vCPU into L2 outside KVM_RUN.
      openLevel(candidate: .l2, at: time, &output)
    }
    level = .l2
    levelIsProved = false
    nestedEntryIsOpen = true
    nestedEntryAt = time
    l2RIP = fields.integer(NestedEntryField.nestedRIP)
    l2RIPIsKnown = fields.has(NestedEntryField.nestedRIP)
    refusalIsReported = false
    emulatedSinceRun = false
    enteredSinceRun = false
    sawUserspaceSinceGuest = !isInRun
  }

  /// kvm_nested_vmenter_failed: L1 goes on, L2 was not entered.
  mutating func nestedEntryFailed(at time: UInt64, cpu: Int32, _ output: inout TimelineOutput) {
    counters.nestedEvents &+= 1
    settle(&output)
    // Behind a kvm_entry it is hardware that refused the instruction (VMfail).
    if hasEntry {
      output.add(fact(.refusedInstruction, from: entryAt, to: time, cpu: cpu, level: .l2))
    } else {
      noteFailedNestedEntry(at: time, cpu: cpu, &output)
    }
    entryFailed(&output)
    nestedEntryIsAsked = false
    if isInRun { isInHost(at: time, cpu: cpu, &output) }
    cut(at: time, &output)
    proveL1(&output)
  }

  /// An event that only KVM_RUN causes and that comes after the exit's owner is known.
  @inline(__always)
  mutating func handled(at time: UInt64, cpu: Int32, _ output: inout TimelineOutput) {
    if flags.isQuietInHost {
      self.cpu = cpu
    } else {
      beginsHandling(at: time, cpu: cpu, &output)
    }
  }

  @inline(never)
  mutating func beginsHandling(at time: UInt64, cpu: Int32, _ output: inout TimelineOutput) {
    settle(&output)
    entryFailed(&output)
    isInHost(at: time, cpu: cpu, &output)
  }

  /// kvm_nested_intercepts: what L1 wants to be told of (SVM).
  @inline(__always)
  mutating func intercepts<Fields: EventFields & ~Copyable & ~Escapable>(_ fields: borrowing Fields)
  {
    counters.nestedEvents &+= 1
    guard fields.has(NestedInterceptsField.general) else { return }
    // INTERCEPT_SHUTDOWN is bit 31 of the word.
    interceptsShutdown = fields.integer(NestedInterceptsField.general) & (1 << 31) != 0
  }
}
