public import KVMEvents

/// How a KVM_RUN ended that the guest does not survive, and what stood before it.
public struct EndOfRun: Sendable, Equatable {
  /// KVM_EXIT_SHUTDOWN, KVM_EXIT_FAIL_ENTRY or KVM_EXIT_INTERNAL_ERROR.
  public var reason: UInt64
  /// The last exit of this run; nil when it had none.
  public var exit: ExitCode?
  /// Whether L1 was told of that exit.
  public var isReflected = false
  /// A kvm_entry stands last, without an exit.
  public var endsInEntry = false
  /// The exceptions that were injected just before.
  public var exceptions = ExceptionChain()
  /// The instruction that KVM could not emulate.
  public var failedRIP: UInt64?
  /// Instructions of L2 were emulated without an exit up to now.
  public var isInEpisode = false
  /// KVM_RUN ended before anything was entered or emulated.
  public var didNothing = false
  /// L1's instruction that enters L2 stands right before.
  public var isBehindL1 = false
  /// The vCPU was in SMM, or had just left it.
  public var isNearSMM = false
}

extension VCPUTrack {
  /// KVM_RUN ends with `reason` or, below zero, `errno`.
  @inline(never)
  mutating func watchEndOfRun(
    _ reason: UInt64, _ errno: Int32, endsInEntry: Bool, at time: UInt64, cpu: Int32,
    _ output: inout TimelineOutput
  ) {
    if errno == -5 {
      // The first one may have any cause; a second one without an entry says that the VM is dead.
      if watch.failedRuns.count == 0 || enteredSinceRun {
        endFailedRuns(cpu: cpu, &output)
        watch.failedRuns.begin = time
      }
      watch.failedRuns.count &+= 1
      watch.failedRuns.end = time
    } else if watch.failedRuns.count > 0 {
      endFailedRuns(cpu: cpu, &output)
    }
    guard errno >= 0, Self.endsForGood(reason) else { return }
    watch.endedForGood = true
    let hasExit = exitIsOpen && !exitWasInterrupted && !endsInEntry
    var end = EndOfRun(reason: reason)
    end.exit = hasExit ? exit.code : nil
    end.isReflected = hasExit && exitIsReflected
    end.endsInEntry = endsInEntry
    end.exceptions = watch.exceptions.current(afterEntries: counters.entries)
    end.isInEpisode = episode != nil
    end.didNothing = !enteredSinceRun && !emulatedSinceRun
    end.isBehindL1 = isBehindL1
    end.isNearSMM = isSMM || smmSinceExit
    if reason == 17 {
      end.failedRIP = emulationHasFailed ? watch.emulation.failureRIP : nil
      blameFailedEmulation(at: time, &output)
    }
    if reason == 9 && endsInEntry {
      output.add(
        fact(
          .refusedInstruction, from: entryAt, to: time, cpu: cpu,
          level: levelIsProved ? level : .unknown))
    }
    // As for a refusal: L2 survives the VMM.
    let known = levelIsProved || !candidateIsInferred ? self.level : .unknown
    let level = hasExit && exit.level != .unknown && !isBehindL1 ? exit.level : known
    output.add(
      fact(
        .endOfRun(end), from: hasExit ? exit.at : endsInEntry ? entryAt : time, to: time, cpu: cpu,
        level: level))
  }

  /// A row of KVM_RUNs that failed is over.
  @inline(never)
  mutating func endFailedRuns(cpu: Int32, _ output: inout TimelineOutput) {
    let runs = watch.failedRuns
    watch.failedRuns = FailedRuns()
    guard runs.count >= 2 else { return }
    output.add(
      fact(
        .bugged, from: runs.begin, to: runs.end, count: runs.count, cpu: cpu,
        level: levelIsProved ? level : .unknown))
  }

  /// Nothing more is heard of this vCPU, or nothing that is sure: all rows end.
  @inline(never)
  mutating func endWatch(_ output: inout TimelineOutput) {
    endRepeats(&output)
    endReinjections(&output)
    endEmulationRepeats(&output)
    endFailedRuns(cpu: cpu, &output)
    if watch.nested.failures > 0 { endFailedNestedEntries(&output) }
    watch.nested = NestedWatch()
    flags.subtract([
      .keepsExit, .userspaceSinceExit, .smmSinceExit, .lastL1ExitEnters, .isBackFromSMM,
    ])
    interruptWaits = false
  }
}
