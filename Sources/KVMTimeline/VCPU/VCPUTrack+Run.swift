import KVMEvents

/// Where KVM_RUN begins and ends.
extension VCPUTrack {
  /// kvm_userspace_exit: KVM_RUN returns to the VMM.
  mutating func exitedToUserspace<Fields: EventFields & ~Copyable & ~Escapable>(
    at time: UInt64, cpu newCPU: Int32, _ fields: borrowing Fields, _ output: inout TimelineOutput
  ) {
    settle(&output)
    let endsInEntry = hasEntry
    entryFailed(&output)
    if base == .userspace {
      // KVM_RUN ended without an event in it: it was refused or interrupted at once.
      enteredSinceRun = false
      emulatedSinceRun = false
    } else {
      isInHost(at: time, cpu: newCPU, &output)
      cut(at: time, &output)
    }
    let reason = fields.integer(UserspaceExitField.reason)
    let errno = Int32(truncatingIfNeeded: fields.integer(UserspaceExitField.errno))
    if errno < 0 || Self.endsForGood(reason) || watch.failedRuns.count > 0
      || !fields.has(UserspaceExitField.errno)
    {
      judgeEndOfRun(at: time, cpu: newCPU, fields, &output)
      watchEndOfRun(reason, errno, endsInEntry: endsInEntry, at: time, cpu: newCPU, &output)
    }
    if watch.repeats.count > 0 { endRepeats(&output) }
    change(to: .userspace)
    isAsleepInUserspace = false
    cpu = newCPU
    hasRun = true
    decideHandler(isReflected: exitIsReflected, &output)
    flags.change(
      set: [.userspaceSinceExit, .exitWasInterrupted, .sawUserspaceSinceGuest],
      clear: [
        .interruptWaits, .keepsExit, .isInRun, .emulationIsExplained, .exitMayBeLost,
        .injectWasUnasked, .sawExceptionActivity,
      ])
    if holdsForWakeup {
      holdsForWakeup = false
      flush(&output)
    }
  }

  /// Whether KVM_RUN ends with KVM_EXIT_SHUTDOWN, KVM_EXIT_FAIL_ENTRY or KVM_EXIT_INTERNAL_ERROR.
  @inline(__always)
  static func endsForGood(_ reason: UInt64) -> Bool { reason == 8 || reason == 9 || reason == 17 }

  /// Whether KVM_RUN ended in a way that a check must know.
  @inline(never)
  private mutating func judgeEndOfRun<Fields: EventFields & ~Copyable & ~Escapable>(
    at time: UInt64, cpu: Int32, _ fields: borrowing Fields, _ output: inout TimelineOutput
  ) {
    let errno = Int32(truncatingIfNeeded: fields.integer(UserspaceExitField.errno))
    let reason = fields.integer(UserspaceExitField.reason)
    if exitIsOpen && exit.level == .l2 && exit.code.isTripleFault && !exitIsReflected
      && !exitWasInterrupted && errno >= 0 && reason == 8
    {
      output.add(
        TimelineFact(
          kind: .escapedTripleFault(interceptedByL1: interceptsShutdown), vcpu: index,
          begin: exit.at,
          end: time, count: 1, cpu: Int(cpu), level: .l2))
    }
    let isRefused =
      errno == -5 || (errno >= 0 && reason == 17)
      || (!fields.has(UserspaceExitField.errno) && isStale(reason))
    if isRefused && level == .l2 && !enteredSinceRun && !emulatedSinceRun && !refusalIsReported {
      refusalIsReported = true
      output.add(
        TimelineFact(
          kind: .refusedL2(
            errno: fields.has(UserspaceExitField.errno) ? errno : nil,
            isBehindL1: isBehindL1), vcpu: index, begin: time, end: time, count: 1,
          cpu: Int(cpu),
          level: .l2))
    }
  }

  /// Whether L1's own instruction put the vCPU into L2, and nothing else happened since.
  var isBehindL1: Bool {
    nestedEntryIsOpen && !sawUserspaceSinceGuest && !isBackFromSMM
  }

  /// Whether the reason must be that of an earlier exit, where errno is not told (text of trace-cmd
  /// and perf): nothing was done since the nested entry that could have led to it.
  ///
  /// A KVM_RUN that is interrupted ends with a reason of its own, or, told to end at once, before it
  /// enters anything: only an error is left.
  private func isStale(_ reason: UInt64) -> Bool {
    (reason == 2 || reason == 6) && nestedEntryIsOpen && !sawUserspaceSinceGuest
  }

  /// kvm_fpu: loaded when KVM_RUN begins.
  @inline(__always)
  mutating func fpu<Fields: EventFields & ~Copyable & ~Escapable>(
    at time: UInt64, cpu: Int32, _ fields: borrowing Fields, _ output: inout TimelineOutput
  ) {
    // Inside KVM_RUN it does not matter whether they are loaded or put away.
    if flags.isQuietInHost || base != .userspace || fields.integer(FPUField.load) != 0 {
      handled(at: time, cpu: cpu, &output)
    }
  }
}
