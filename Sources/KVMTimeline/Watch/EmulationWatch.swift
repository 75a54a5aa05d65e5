import KVMEvents

/// What KVM's emulator does again and again, or cannot do.
struct EmulationWatch: Sendable {
  /// The instruction that was emulated last, and how often in a row without an exit that asked.
  var rip: UInt64 = 0
  var repeats: UInt64 = 0
  var repeatsBegin: UInt64 = 0
  var repeatsCPU: Int32 = 0
  var repeatsLevel = GuestLevel.unknown
  var lastAt: UInt64 = 0
  /// The fact of the last failure, as an index; -1 without one.
  var failure = -1
  var failureRIP: UInt64 = 0
  var failureAt: UInt64 = 0
  /// Instructions of L1 that no exit asked for.
  var ofL1: UInt64 = 0
  var ofL1Begin: UInt64 = 0
  var ofL1End: UInt64 = 0
  var ofL1CPU: Int32 = 0
}

extension VCPUTrack {
  /// Whether an exit accounts for the instruction that is emulated now: one of L2 for the first
  /// behind it, as is one of L1.
  @inline(__always)
  private var isEmulationAskedFor: Bool {
    emulationIsExplained || exitMayBeLost
      || (exitIsOpen && exit.level != .l2 && !exitWasInterrupted
        && watch.emulation.lastAt <= exit.at)
  }

  /// An instruction is emulated.
  ///
  /// Called before the level is judged.
  @inline(__always)
  mutating func watchEmulation<Fields: EventFields & ~Copyable & ~Escapable>(
    at time: UInt64, cpu: Int32, _ fields: borrowing Fields, _ output: inout TimelineOutput
  ) {
    if isEmulationAskedFor {
      watch.emulation.lastAt = time
      if watch.emulation.repeats > 0 { endEmulationRepeats(&output) }
    } else {
      watchUnaskedEmulation(fields, at: time, cpu: cpu, &output)
    }
  }

  /// An instruction is emulated that no exit asked for.
  @inline(never)
  private mutating func watchUnaskedEmulation<Fields: EventFields & ~Copyable & ~Escapable>(
    _ fields: borrowing Fields, at time: UInt64, cpu: Int32, _ output: inout TimelineOutput
  ) {
    let rip = fields.integer(EmulateField.rip)
    if watch.emulation.repeats > 0 && rip != watch.emulation.rip { endEmulationRepeats(&output) }
    if watch.emulation.repeats == 0 {
      watch.emulation.rip = rip
      watch.emulation.repeatsBegin = time
    }
    watch.emulation.lastAt = time
    watch.emulation.repeats &+= 1
    watch.emulation.repeatsCPU = cpu
    watch.emulation.repeatsLevel = levelIsProved ? level : .unknown
    guard level == .l1, levelIsProved, isa == .vmx, output.counts(time, on: cpu) else { return }
    if watch.emulation.ofL1 == 0 {
      watch.emulation.ofL1Begin = time
      watch.emulation.ofL1CPU = cpu
    }
    watch.emulation.ofL1 &+= 1
    watch.emulation.ofL1End = time
  }

  /// One instruction is not emulated again and again any more.
  @inline(never)
  mutating func endEmulationRepeats(_ output: inout TimelineOutput) {
    let emulation = watch.emulation
    watch.emulation.repeats = 0
    guard emulation.repeats >= output.limits.emulations else { return }
    output.add(
      fact(
        .repeatedEmulation(rip: emulation.rip), from: emulation.repeatsBegin, to: emulation.lastAt,
        count: emulation.repeats, cpu: emulation.repeatsCPU, level: emulation.repeatsLevel))
  }

  /// KVM could not emulate an instruction.
  @inline(never)
  mutating func emulationFailed(
    of rip: UInt64, at time: UInt64, cpu: Int32, _ output: inout TimelineOutput
  ) {
    let level = levelIsProved ? level : .unknown
    let known = watch.emulation.failure
    if known >= 0 && watch.emulation.failureRIP == rip && output.facts[known].level == level {
      output.facts[known].count &+= 1
      output.facts[known].end = time
    } else {
      watch.emulation.failure =
        output.add(
          fact(
            .failedEmulation(rip: rip, endedRun: false), from: time, to: time, cpu: cpu,
            level: level)) ?? -1
    }
    watch.emulation.failureRIP = rip
    watch.emulation.failureAt = time
  }

  /// Whether the emulator failed since the last kvm_entry.
  var emulationHasFailed: Bool {
    watch.emulation.failureAt > 0 && watch.emulation.failureAt >= entryAt
  }

  /// KVM_RUN ends in KVM_EXIT_INTERNAL_ERROR: a failure just before is why.
  mutating func blameFailedEmulation(at time: UInt64, _ output: inout TimelineOutput) {
    let known = watch.emulation.failure
    guard known >= 0, emulationHasFailed else { return }
    output.facts[known].kind = .failedEmulation(rip: watch.emulation.failureRIP, endedRun: true)
  }
}
