import KVMEvents

extension VCPUTrack {
  /// KVM's emulator decoded an instruction.
  ///
  /// Emulation in L2 is legitimate only as the handling of an exit of L2: kvm_exit,
  /// kvm_nested_vmexit, then one kvm_emulate_insn. Whatever comes without is emulation because L2's
  /// state was invalid.
  @inline(__always)
  mutating func emulated<Fields: EventFields & ~Copyable & ~Escapable>(
    at time: UInt64, cpu: Int32, _ fields: borrowing Fields, _ output: inout TimelineOutput
  ) {
    if level != .l2 || !judgesEmulation {
      handled(at: time, cpu: cpu, &output)
    } else {
      beginsToEmulate(fields.integer(EmulateField.rip), at: time, cpu: cpu, &output)
    }
    // The second event of an instruction that could not be emulated.
    if fields.integer(EmulateField.failed) != 0 {
      return emulationFailed(
        of: fields.integer(EmulateField.rip), at: time, cpu: cpu, &output)
    }
    watchEmulation(at: time, cpu: cpu, fields, &output)
    let explained = flags
    flags.change(set: .emulatedSinceRun, clear: [.emulationIsExplained, .exitMayBeLost])
    if isSMM || judgesEmulation { judge(explained, at: time, cpu: cpu, fields, &output) }
  }

  /// The instruction that is emulated may tell whose the open exit was.
  @inline(never)
  private mutating func beginsToEmulate(
    _ rip: UInt64, at time: UInt64, cpu: Int32, _ output: inout TimelineOutput
  ) {
    settle(emulatedRIP: rip, &output)
    entryFailed(&output)
    isInHost(at: time, cpu: cpu, &output)
  }

  /// Whether emulation of L2 says anything: on SVM it is no fault, and where L2 stands need not be
  /// known.
  @inline(__always)
  var judgesEmulation: Bool { isa != .svm }

  /// Whether an emulated instruction was L2's, and if so, whether an exit asked for it: as the flags were when it came.
  @inline(never)
  private mutating func judge<Fields: EventFields & ~Copyable & ~Escapable>(
    _ then: VCPUFlags, at time: UInt64, cpu: Int32, _ fields: borrowing Fields,
    _ output: inout TimelineOutput
  ) {
    if isRSM(fields) { sawExceptionActivity = true }
    if isSMM || !judgesEmulation { return }
    let isExplained = then[.emulationIsExplained]
    let mayBeAskedFor = then[.exitMayBeLost]
    let rip = fields.integer(EmulateField.rip)
    if !levelIsProved { judgeLevel(byEmulationAt: rip, at: time, cpu: cpu, fields, &output) }
    watch.emulation.repeatsLevel = levelIsProved ? level : .unknown
    if level == .l1 && levelIsProved { lookForLostSMM(at: time, cpu: cpu, rip: rip, &output) }
    guard level == .l2 && levelIsProved else {
      // An exit before SMM or the VMM took over asks for nothing any more.
      let isAskedFor = mayBeAskedFor || (exitIsOpen && !exitWasInterrupted)
      if !levelIsProved && !isAskedFor && !reportedUnknownEmulation {
        reportedUnknownEmulation = true
        output.add(
          TimelineFact(
            kind: levelWasLost || counters.nestedEvents > 0
              ? .emulatedWhereL2MayBe : .emulatedAtUnknownLevel, vcpu: index,
            begin: time, end: time, count: 1,
            cpu: Int(cpu),
            level: .unknown))
      }
      return
    }
    let follows = self.follows(rip)
    if isExplained || follows || episode != nil || output.levelEventsAreRecorded {
      l2RIP = rip
      l2RIPIsKnown = true
    }
    if isExplained || !output.nestedExitsAreRecorded { return }
    if episode == nil && !output.levelEventsAreRecorded && !follows {
      // What could have taken the vCPU out of L2 was not recorded, and this is not where L2 was.
      loseLevel(at: time, cpu: cpu, &output)
      return
    }
    if var open = episode {
      open.count += 1
      open.end = time
      open.lastRIP = rip
      episode = open
    } else {
      episode = EmulationEpisode(
        begin: time, end: time, count: 1, cpu: Int(cpu), firstRIP: rip, lastRIP: rip)
    }
  }

  /// An emulated instruction proves the level when it stands where L2 stood, or where a reset puts
  /// a processor.
  private mutating func judgeLevel<Fields: EventFields & ~Copyable & ~Escapable>(
    byEmulationAt rip: UInt64, at time: UInt64, cpu: Int32, _ fields: borrowing Fields,
    _ output: inout TimelineOutput
  ) {
    guard level == .l2 else { return }
    let isRealMode = fields.integer(EmulateField.flags) == 0
    if isRealMode && rip == 0xfff0 {
      proveL1(&output)
    } else if candidateIsInferred {
      // Entered without an event for it: certain only if the event of a failed entry would have
      // been seen.
      if output.records.contains(.nestedEntryFailed) { proveL2(&output) }
    } else if follows(rip) {
      proveL2(&output)
    } else if sawUserspaceSinceGuest {
      // The VMM had the vCPU, and L2 was not here: it may have been reset.
      loseLevel(at: time, cpu: cpu, &output)
    } else {
      proveL2(&output)
    }
  }

  /// KVM emulates without an exit on a vCPU that was in L2 once, and nothing tells whether it still
  /// is.
  mutating func loseLevel(at time: UInt64, cpu: Int32, _ output: inout TimelineOutput) {
    openLevel(candidate: .unknown, at: since, &output)
    output.add(
      TimelineFact(
        kind: .emulatedWhereL2MayBe, vcpu: index, begin: time, end: time, count: 1, cpu: Int(cpu),
        level: .unknown))
  }

  /// L1 is emulated without an exit, where L2 stood last: with no events of SMM recorded, RSM may
  /// have returned to L2 unseen.
  private mutating func lookForLostSMM(
    at time: UInt64, cpu: Int32, rip: UInt64, _ output: inout TimelineOutput
  ) {
    guard everInL2, !exitIsOpen, !output.levelEventsAreRecorded, follows(rip)
    else { return }
    output.add(
      TimelineFact(
        kind: .emulatedWhereL2MayBe, vcpu: index, begin: time, end: time, count: 1, cpu: Int(cpu),
        level: .unknown))
  }

  /// RSM, the only instruction of SMM's end.
  private func isRSM<Fields: EventFields & ~Copyable & ~Escapable>(_ fields: borrowing Fields)
    -> Bool
  {
    isSMM && fields.integer(EmulateField.length) == 2
  }

  /// The episode is over: what ended it is not part of it.
  @inline(__always)
  mutating func endEpisode(toldL1: Bool, _ output: inout TimelineOutput) {
    if episode != nil { endOpenEpisode(toldL1: toldL1, &output) }
  }

  @inline(never)
  private mutating func endOpenEpisode(toldL1: Bool, _ output: inout TimelineOutput) {
    guard let over = episode else { return }
    episode = nil
    output.add(
      TimelineFact(
        kind: .emulatedL2(
          firstRIP: over.firstRIP, lastRIP: over.lastRIP,
          toldL1: toldL1),
        vcpu: index, begin: over.begin, end: over.end, count: over.count, cpu: over.cpu, level: .l2)
    )
  }
}
