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
    judgeEndOfRun(at: time, cpu: newCPU, fields, &output)
    watchEndOfRun(
      fields.integer(UserspaceExitField.reason),
      Int32(truncatingIfNeeded: fields.integer(UserspaceExitField.errno)), endsInEntry: endsInEntry,
      at: time, cpu: newCPU, &output)
    watch.nested.userspaceSinceExit = true
    watch.interrupt.waits = false
    watch.nested.keepsExit = false
    if watch.repeats.count > 0 { endRepeats(&output) }
    base = .userspace
    visible = .userspace
    isAsleepInUserspace = false
    cpu = newCPU
    hasRun = true
    isInRun = false
    exit.wasInterrupted = true
    decideHandler(isReflected: exit.isReflected, &output)
    emulationIsExplained = false
    exitMayBeLost = false
    sawUserspaceSinceGuest = true
    injectWasUnasked = false
    sawExceptionActivity = false
    if holdsForWakeup {
      holdsForWakeup = false
      flush(&output)
    }
  }

  /// Whether KVM_RUN ended in a way that a check must know.
  private mutating func judgeEndOfRun<Fields: EventFields & ~Copyable & ~Escapable>(
    at time: UInt64, cpu: Int32, _ fields: borrowing Fields, _ output: inout TimelineOutput
  ) {
    let errno = Int32(truncatingIfNeeded: fields.integer(UserspaceExitField.errno))
    let reason = fields.integer(UserspaceExitField.reason)
    if exit.isOpen && exit.level == .l2 && exit.code.isTripleFault && !exit.isReflected
      && !exit.wasInterrupted && errno >= 0 && reason == 8
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
    nestedEntryIsOpen && !sawUserspaceSinceGuest && !watch.nested.isBackFromSMM
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
    if fields.integer(FPUField.load) != 0 || base != .userspace {
      settle(&output)
      entryFailed(&output)
      isInHost(at: time, cpu: cpu, &output)
    }
  }
}
