import KVMEvents

/// What L0 owes L1 and L2, as far as it is open.
struct NestedWatch: Sendable {
  /// The last exit of L2 that an entry answered and that L1 was not told of.
  var keptAt: UInt64 = 0
  var keptCode = ExitCode(raw: 0, isa: nil)
  var keptCPU: Int32 = 0
  var backFromSMMAt: UInt64 = 0
  /// The time of an exit behind which a kvm_nested_vmexit came that need not be its own: an exit in
  /// between was lost.
  var strangeTwinOf = UInt64.max
  /// When a Hyper-V hypercall was handled last.
  var hyperVAt: UInt64 = 0
  /// Nested entries in a row that failed their checks.
  var failures: UInt64 = 0
  var failuresBegin: UInt64 = 0
  var failuresEnd: UInt64 = 0
  var failuresCPU: Int32 = 0
}

extension VCPUTrack {
  /// A fact about this vCPU.
  func fact(
    _ kind: TimelineFact.Kind, from begin: UInt64, to end: UInt64, count: UInt64 = 1, cpu: Int32,
    level: GuestLevel
  ) -> TimelineFact {
    TimelineFact(
      kind: kind, vcpu: index, begin: min(begin, end), end: end, count: count, cpu: Int(cpu),
      level: level)
  }

  // MARK: - Reflection

  /// An exit of L2 was handled by L0, and a kvm_entry answers it.
  ///
  /// Whether that entry is L2's again is not known yet.
  @inline(never)
  mutating func keptExit() {
    watch.nested.keptAt = exit.at
    watch.nested.keptCode = exit.code
    if exit.code.isAlwaysL1s { keptExitOfL1() }
  }

  @inline(never)
  private mutating func keptExitOfL1() {
    if exitWasInterrupted || exit.at == watch.nested.strangeTwinOf { return }
    // Hyper-V's TLB flush of an enlightened L2 is the one VMCALL that L0 may keep.
    // It is refused by #UD, before its event, where L2 is not at CPL 0.
    if exit.code.isVMCall && (watch.nested.hyperVAt >= exit.at || sawExceptionActivity) { return }
    keepsExit = true
    watch.nested.keptCPU = cpu
  }

  /// L2 goes on behind an exit that was L1's.
  @inline(never)
  mutating func confirmKeptExit(_ output: inout TimelineOutput) {
    keepsExit = false
    // A gap on the CPU that the vCPU has left may not be told yet.
    if movedAt > watch.nested.keptAt { return }
    if watch.nested.keptCode.isVMCall && !output.records.contains(.hyperVHypercall) { return }
    var kept = fact(
      .keptByL0(watch.nested.keptCode), from: watch.nested.keptAt, to: watch.nested.keptAt,
      cpu: watch.nested.keptCPU, level: .l2)
    kept.provedAt = entryAt
    output.add(kept)
  }

  /// L1 is told of an exit.
  @inline(never)
  mutating func judgeReflection(
    _ told: ExitCode, answers: Bool, at time: UInt64, cpu: Int32, _ output: inout TimelineOutput
  ) {
    guard exitIsOpen, exit.level == .l2, !exitWasInterrupted, movedAt <= exit.at,
      exit.at != watch.nested.strangeTwinOf
    else { return }
    if answers {
      if exit.code == told && told.isForL0Alone {
        output.add(fact(.reflectedL0Exit(told), from: exit.at, to: time, cpu: cpu, level: .l2))
      }
      return
    }
    guard !exitIsReflected, exit.code.isAlwaysL1s, !exit.code.mayBeTold(as: told) else { return }
    output.add(
      fact(.toldAnother(exit: exit.code, told: told), from: exit.at, to: time, cpu: cpu, level: .l2)
    )
  }

  // MARK: - Levels that do not follow from one another

  /// An exit of L2 comes while the vCPU is in L1.
  @inline(never)
  mutating func noteL2WithoutEntry(_ output: inout TimelineOutput) {
    guard levelIsProved, !isSMM, !nestedEntryIsOpen, !nestedEntryIsAsked,
      !lastL1ExitEnters,
      !userspaceSinceExit, !smmSinceExit, output.levelEventsAreRecorded,
      isa == .vmx || output.records.contains(.nestedEntry)
    else { return }
    output.add(fact(.l2WithoutEntry(exit.code), from: exit.at, to: exit.at, cpu: cpu, level: .l2))
  }

  /// An exit of L1 comes while the vCPU is in L2.
  @inline(never)
  mutating func noteVanishedL2(_ output: inout TimelineOutput) {
    let nested = watch.nested
    guard levelIsProved, !isSMM, !userspaceSinceExit,
      output.levelEventsAreRecorded,
      output.records.contains(.nestedExitInject), episode == nil,
      !looksStale, !exit.code.mayLackTwin
    else { return }
    // INIT takes a vCPU out of L2 without an event (SVM): it goes on at a reset or start-up vector.
    if isa == .svm && (exit.rip < 0x1_0000 || entryRIP == 0 || entryRIP == 0xfff0) { return }
    if nestedEntryIsOpen {
      // Its event does not say that L2 was reached: loading an MSR may fail behind it.
      guard isBackFromSMM else { return }
      output.add(
        fact(.lostAfterSMM, from: nested.backFromSMMAt, to: exit.at, cpu: cpu, level: .l1))
    } else if nested.keptCode.isa != nil {
      output.add(
        fact(.vanishedExit(nested.keptCode), from: nested.keptAt, to: exit.at, cpu: cpu, level: .l2)
      )
    }
  }

  // MARK: - Entries that fail

  /// A check on a nested entry failed.
  @inline(never)
  mutating func noteFailedNestedEntry(at time: UInt64, cpu: Int32, _ output: inout TimelineOutput) {
    guard output.counts(time, on: cpu) else { return }
    if watch.nested.failures == 0 {
      watch.nested.failuresBegin = time
      watch.nested.failuresCPU = cpu
    }
    watch.nested.failures &+= 1
    watch.nested.failuresEnd = time
  }

  /// The row of failed entries is over: L2 was entered, or nobody knows.
  @inline(never)
  mutating func endFailedNestedEntries(_ output: inout TimelineOutput) {
    let nested = watch.nested
    watch.nested.failures = 0
    output.add(
      fact(
        .failedNestedEntries, from: nested.failuresBegin, to: nested.failuresEnd,
        count: nested.failures, cpu: nested.failuresCPU, level: .l1))
  }

  /// The open exit is one by which hardware refuses an entry.
  @inline(never)
  mutating func noteRefusedEntry(_ output: inout TimelineOutput) {
    output.add(
      fact(
        .refusedEntry(exit.code, toldL1: exitIsReflected), from: exit.at, to: exit.at, cpu: cpu,
        level: exit.level))
  }
}

extension ExitCode {
  /// VMCALL of VMX.
  @inline(__always)
  var isVMCall: Bool { code == 18 && isa == .vmx }

  /// Whether L1 must be told of the exit whatever it asked for (`nested_vmx_l1_wants_exit`; on SVM
  /// VMRUN, which L1 must intercept, and the refusal of an entry).
  ///
  /// VMREAD and VMWRITE are not among them: L1's bitmaps decide.
  @inline(__always)
  var isAlwaysL1s: Bool {
    switch isa {
    case .vmx:
      code < 64 && Self.alwaysL1s & (1 << code) != 0 && (code != 33 || isFailedEntry)
    case .svm: code == 0x80 || code == .max
    case nil: false
    }
  }

  private static let alwaysL1s: UInt64 = {
    // TRIPLE_FAULT, TASK_SWITCH, CPUID, INVD, VMCALL, VMCLEAR, VMLAUNCH, VMPTRLD, VMPTRST,
    // VMRESUME, VMOFF, VMON, INVALID_STATE, INVEPT, INVVPID, XSETBV.
    [2, 9, 10, 13, 18, 19, 20, 21, 22, 24, 26, 27, 33, 50, 53, 55].reduce(0) {
      $0 | (1 << UInt64($1))
    }
  }()

  /// Whether no L1 can have asked for the exit: PML_FULL by hardware (L1's log is emulated), BUS_LOCK
  /// and NOTIFY, which KVM offers to no L1.
  ///
  /// ENCLS is L1's where SGX is virtualized, and a PREEMPTION_TIMER of L0 may coincide with L1's.
  @inline(__always)
  var isForL0Alone: Bool { isa == .vmx && (code == 62 || code == 74 || code == 75) }

  /// Whether L1 may be told `other` in place of an exit that is always its own: nothing but Hyper-V's
  /// synthetic exit behind a TLB flush (0x10000031) for a VMCALL.
  func mayBeTold(as other: ExitCode) -> Bool { self == other || (isVMCall && other.code == 0x31) }

  /// Whether a kernel may handle the exit of L2 before it looks at the level: a preemption timer that
  /// was disabled (6.9 and later).
  var mayLackTwin: Bool { isa == .vmx && code == 52 }

  /// Whether hardware refused an entry.
  @inline(__always)
  var isRefusedEntry: Bool { isFailedEntry || (code == .max && isa == .svm) }
}
