import KVMEvents

extension VCPUTrack {
  /// Finds out whose the open exit was, now that the event after it has come and is not
  /// kvm_nested_vmexit.
  ///
  /// kvm_nested_vmexit follows the kvm_exit of L2 before anything else that KVM does with the exit;
  /// if another event of that kind comes first, the exit was L1's.
  ///
  /// - Parameters:
  ///   - emulatedRIP: the address of the instruction, if the event is kvm_emulate_insn.
  ///   - byEntry: the event is kvm_entry.
  ///   - output: where intervals and facts go.
  @inline(__always)
  mutating func settle(
    emulatedRIP: UInt64? = nil, byEntry: Bool = false, _ output: inout TimelineOutput
  ) {
    if !exitAwaitsTwin { return }
    // The vCPU was not in L2, and an exit of L2 would have its twin: nearly always.
    if level != .l2 && output.nestedExitsAreRecorded {
      settleAsL1(&output)
    } else {
      settleWithoutTwin(emulatedRIP, byEntry, &output)
    }
  }

  @inline(__always)
  private mutating func settleAsL1(_ output: inout TimelineOutput) {
    exitAwaitsTwin = false
    exit.level = .l1
    endEpisode(toldL1: false, &output)
    proveL1(&output)
    asksForNestedEntry(&output)
    endGuestStretch(&output)
  }

  @inline(never)
  private mutating func settleWithoutTwin(
    _ emulatedRIP: UInt64?, _ byEntry: Bool, _ output: inout TimelineOutput
  ) {
    exitAwaitsTwin = false
    if byEntry, exit.code.mayLackTwin, level == .l2 {
      // Answered at once, before KVM looks whose exit it is.
      exit.level = levelIsProved ? .l2 : .unknown
    } else if let emulatedRIP, !exitsNameVCPU, userspaceSinceExit, episode == nil,
      !follows(emulatedRIP), mayBeStale
    {
      // As the next one, if the VMM has only moved L2; the exit of a guest that it has reset, if not.
      exit.level = .unknown
      loseLevel(at: exit.at, cpu: exit.cpu, &output)
    } else if let emulatedRIP, mayBeStale, episode != nil || follows(emulatedRIP) {
      // Up to 5.7 a round of emulation is traced as an exit that repeats the last one, without its
      // twin.
      exit.level = .l2
      proveL2(&output)
      emulationIsExplained = false
    } else if output.nestedExitsAreRecorded {
      noteVanishedL2(&output)
      return settleAsL1(&output)
    } else {
      exit.level = levelIsProved ? level : .unknown
      asksForNestedEntry(&output)
    }
    endGuestStretch(&output)
  }

  /// The same when kvm_nested_vmexit has come: the exit was L2's.
  @inline(__always)
  mutating func settleByTwin(_ output: inout TimelineOutput) {
    exitAwaitsTwin = false
    exit.level = .l2
    if level == .l1 { noteL2WithoutEntry(&output) }
    proveL2(&output)
    endGuestStretch(&output)
  }

  /// The same when there is no next event.
  mutating func settleAtEnd(_ output: inout TimelineOutput) {
    if !exitAwaitsTwin { return }
    exitAwaitsTwin = false
    exit.level = levelIsProved ? level : .unknown
    endGuestStretch(&output)
  }

  /// The level of the open exit is now known, and with it that of the stretch before.
  @inline(__always)
  private mutating func endGuestStretch(_ output: inout TimelineOutput) {
    let hadGuestStretch = hasGuestStretch
    flags.subtract([.userspaceSinceExit, .smmSinceExit, .hasGuestStretch])
    if !hadGuestStretch { return }
    if pending.isEmpty && flags.has(just: .countsAll, of: [.countsAll, .holdsForWakeup]) {
      if guestBegin < exit.at {
        stateTotals.add(exit.at &- guestBegin, state: .guest, level: exit.level)
      }
    } else {
      endGuestStretchUncommon(&output)
    }
  }

  @inline(never)
  private mutating func endGuestStretchUncommon(_ output: inout TimelineOutput) {
    if pending.isEmpty && !holdsForWakeup {
      report(
        guestBegin, exit.at, .guest, exit.level, isSMM, numberedExit, guestCPU, &output)
    } else {
      keep(
        PendingInterval(
          begin: guestBegin, end: exit.at, state: .guest, level: exit.level, isSMM: isSMM,
          exit: numberedExit, cpu: guestCPU), &output)
      flush(&output)
    }
  }

  /// Whether the open exit may be a reason left over from the last exit: it repeats that one in L2.
  private var mayBeStale: Bool {
    level == .l2 && !isSMM && judgesEmulation && repeatsLastExit
  }

  /// Whether the open exit repeats the last one in L2 to the letter.
  private var repeatsLastExit: Bool {
    guard lastL2ExitIsKnown else { return false }
    if exit.repeats(lastL2Exit) { return true }
    guard exitOfRSMIsKnown, exit.code == exitOfRSM.code else { return false }
    // The reason is that of the last exit, SMM's; the rest is read anew, and may be L2's.
    return exit.repeats(exitOfRSM)
      || (exit.info1 == lastL2Exit.info1 && exit.info2 == lastL2Exit.info2)
  }

  /// Whether the open exit may be a stale one that stands where L2 does.
  var looksStale: Bool { repeatsLastExit && (!l2RIPIsKnown || follows(exit.rip)) }

  /// Whether an instruction stands where L2 stood, or right behind.
  func follows(_ rip: UInt64) -> Bool { l2RIPIsKnown && rip &- l2RIP <= 15 }

  /// L1 itself executed an instruction that enters a nested guest.
  @inline(__always)
  private mutating func asksForNestedEntry(_ output: inout TimelineOutput) {
    if roundTrips.isUnderWay { roundTrips.passed(exit.code) }
    guard exit.code.entersNestedGuest else {
      return flags.subtract([.nestedEntryIsAsked, .lastL1ExitEnters])
    }
    flags.insert([.nestedEntryIsAsked, .lastL1ExitEnters])
    counters.nestedEntryAttempts &+= 1
  }

  /// The vCPU is in L2, and was since the level became open.
  @inline(__always)
  mutating func proveL2(_ output: inout TimelineOutput) {
    isSMM = false
    everInL2 = true
    if nestedEntryIsOpen { countNestedEntry(&output) }
    if keepsExit { confirmKeptExit(&output) }
    if !pending.isEmpty { resolveLevel(.l2, &output) }
    level = .l2
    levelIsProved = true
    nestedEntryIsAsked = false
  }

  /// The vCPU is in L1, and was since the level became open.
  @inline(__always)
  mutating func proveL1(_ output: inout TimelineOutput) {
    flags.subtract([.nestedEntryIsOpen, .keepsExit, .interruptWaits, .candidateIsInferred])
    if !pending.isEmpty { resolveLevel(.l1, &output) }
    level = .l1
    levelIsProved = true
  }

  /// What a level that nothing proves is taken for: L2 survives the VMM, and a nested entry that
  /// nothing stopped is one.
  @inline(__always)
  var survivingLevel: GuestLevel {
    if levelIsProved { return level }
    return level == .l2 && !candidateIsInferred ? .l2 : .unknown
  }

  @inline(never)
  private mutating func countNestedEntry(_ output: inout TimelineOutput) {
    nestedEntryIsOpen = false
    candidateIsInferred = false
    isBackFromSMM = false
    if watch.nested.failures > 0 { endFailedNestedEntries(&output) }
    if output.counts(nestedEntryAt, on: cpu) { counters.nestedEntries &+= 1 }
    if roundTrips.isUnderWay, let exits = roundTrips.end(at: nestedEntryAt) {
      counters.roundTrips &+= 1
      counters.roundTripExits &+= exits
    }
  }

  /// From `time` on nothing is known of the level but a candidate; what waits for the old one stays
  /// unknown.
  mutating func openLevel(
    candidate: GuestLevel, at time: UInt64, _ output: inout TimelineOutput
  ) {
    cut(at: time, &output)
    resolveLevel(survivingLevel, &output)
    level = candidate
    levelIsProved = false
  }

  /// From `time` on the level is `new`, for certain.
  mutating func setLevel(_ new: GuestLevel, at time: UInt64, _ output: inout TimelineOutput) {
    cut(at: time, &output)
    level = new
    levelIsProved = true
  }
}

extension ExitCode {
  /// VMLAUNCH, VMRESUME or VMRUN.
  @inline(__always)
  var entersNestedGuest: Bool {
    switch isa {
    case .vmx: code == 20 || code == 24
    case .svm: code == 0x80
    case nil: false
    }
  }

  /// An instruction that a hypervisor alone has use for: VMCLEAR to VMXON, VMRUN to CLGI.
  ///
  /// Not VMCALL and VMMCALL, which are hypercalls. A kernel may execute VMXON where KVM is loaded and no guest runs;
  /// but most do when the first one is made.
  @inline(__always)
  var isOfHypervisor: Bool {
    switch isa {
    case .vmx: code >= 19 && code <= 27
    case .svm: code >= 0x80 && code <= 0x85 && code != 0x81
    case nil: false
    }
  }

  /// The shutdown of a guest: TRIPLE_FAULT (VMX) or shutdown (SVM).
  @inline(__always)
  var isTripleFault: Bool {
    switch isa {
    case .vmx: code == 2 && !isFailedEntry
    case .svm: code == 0x7f
    case nil: false
    }
  }

  /// HLT or MWAIT: the guest asked to wait.
  var isWait: Bool {
    switch isa {
    case .vmx: code == 12 || code == 36
    case .svm: code == 0x78 || code == 0x8b || code == 0x8c
    case nil: false
    }
  }

  /// The guest ran into an exception, or its handler may raise one.
  var isException: Bool {
    switch isa {
    case .vmx: code == 0
    case .svm: code >= 0x40 && code <= 0x5f
    case nil: false
    }
  }

  /// Whether KVM may tell L1 of an exit `other` in answer to this one: the nested page walk can
  /// turn one fault into another.
  @inline(__always)
  func mayBecome(_ other: ExitCode) -> Bool {
    if self == other { return true }
    guard isa == .vmx && other.isa == .vmx && !isFailedEntry && !other.isFailedEntry else {
      return false
    }
    // EPT_VIOLATION, EPT_MISCONFIG and, for L1's own page-modification log, PML_FULL.
    return (code == 48 || code == 49) && (other.code == 48 || other.code == 49 || other.code == 62)
  }
}
