/// What is so or not so, one by one.
extension VCPUTrack {
  // The open interval.

  /// A kvm_entry that may have reached the guest.
  @inline(__always)
  var hasEntry: Bool {
    get { flags[.hasEntry] }
    set { flags[.hasEntry] = newValue }
  }

  /// The stretch of guest time before the open exit, until it is known whose it was.
  @inline(__always)
  var hasGuestStretch: Bool {
    get { flags[.hasGuestStretch] }
    set { flags[.hasGuestStretch] = newValue }
  }

  /// The vCPU went off its CPU inside KVM_RUN: a kvm_vcpu_wakeup may still tell why.
  @inline(__always)
  var holdsForWakeup: Bool {
    get { flags[.holdsForWakeup] }
    set { flags[.holdsForWakeup] = newValue }
  }

  // The level.

  /// What the level was proved to be; while false `level` is a candidate.
  @inline(__always)
  var levelIsProved: Bool {
    get { flags[.levelIsProved] }
    set { flags[.levelIsProved] = newValue }
  }

  @inline(__always)
  var isSMM: Bool {
    get { flags[.isSMM] }
    set { flags[.isSMM] = newValue }
  }

  /// An entry into L2 that nothing has proved yet.
  @inline(__always)
  var nestedEntryIsOpen: Bool {
    get { flags[.nestedEntryIsOpen] }
    set { flags[.nestedEntryIsOpen] = newValue }
  }

  /// L1 executed VMLAUNCH, VMRESUME or VMRUN, and nothing said since how it went.
  @inline(__always)
  var nestedEntryIsAsked: Bool {
    get { flags[.nestedEntryIsAsked] }
    set { flags[.nestedEntryIsAsked] = newValue }
  }

  /// The candidate L2 rests on the entry's address alone: there was no event for the nested entry.
  @inline(__always)
  var candidateIsInferred: Bool {
    get { flags[.candidateIsInferred] }
    set { flags[.candidateIsInferred] = newValue }
  }

  /// The inject just seen answered no exit: on SVM an SMM entry makes one.
  @inline(__always)
  var injectWasUnasked: Bool {
    get { flags[.injectWasUnasked] }
    set { flags[.injectWasUnasked] = newValue }
  }

  // The exit.

  /// Whether there is one.
  @inline(__always)
  var exitIsOpen: Bool {
    get { flags[.exitIsOpen] }
    set { flags[.exitIsOpen] = newValue }
  }

  /// Until an event shows whether kvm_nested_vmexit follows, nobody knows whose exit it is.
  @inline(__always)
  var exitAwaitsTwin: Bool {
    get { flags[.exitAwaitsTwin] }
    set { flags[.exitAwaitsTwin] = newValue }
  }

  /// L1 was told of it.
  @inline(__always)
  var exitIsReflected: Bool {
    get { flags[.exitIsReflected] }
    set { flags[.exitIsReflected] = newValue }
  }

  /// KVM_RUN ended or SMM was entered or left since: an inject from here on is no answer to it.
  @inline(__always)
  var exitWasInterrupted: Bool {
    get { flags[.exitWasInterrupted] }
    set { flags[.exitWasInterrupted] = newValue }
  }

  /// `exit` is the reason for what the vCPU does now, open or answered.
  @inline(__always)
  var hasReason: Bool {
    get { flags[.hasReason] }
    set { flags[.hasReason] = newValue }
  }

  // The run, emulation.

  @inline(__always)
  var isInRun: Bool {
    get { flags[.isInRun] }
    set { flags[.isInRun] = newValue }
  }

  @inline(__always)
  var enteredSinceRun: Bool {
    get { flags[.enteredSinceRun] }
    set { flags[.enteredSinceRun] = newValue }
  }

  @inline(__always)
  var emulatedSinceRun: Bool {
    get { flags[.emulatedSinceRun] }
    set { flags[.emulatedSinceRun] = newValue }
  }

  @inline(__always)
  var refusalIsReported: Bool {
    get { flags[.refusalIsReported] }
    set { flags[.refusalIsReported] = newValue }
  }

  /// An exit of L2 accounts for the next emulated instruction.
  @inline(__always)
  var emulationIsExplained: Bool {
    get { flags[.emulationIsExplained] }
    set { flags[.emulationIsExplained] = newValue }
  }

  /// The exit that asked for the next emulated instruction may be one of those that were lost.
  @inline(__always)
  var exitMayBeLost: Bool {
    get { flags[.exitMayBeLost] }
    set { flags[.exitMayBeLost] = newValue }
  }

  @inline(__always)
  var sawExceptionActivity: Bool {
    get { flags[.sawExceptionActivity] }
    set { flags[.sawExceptionActivity] = newValue }
  }

  @inline(__always)
  var sawUserspaceSinceGuest: Bool {
    get { flags[.sawUserspaceSinceGuest] }
    set { flags[.sawUserspaceSinceGuest] = newValue }
  }

  // What is watched.

  /// An exit of L2 that L1 must get was answered by an entry: wrong, if L2 goes on.
  @inline(__always)
  var keepsExit: Bool {
    get { flags[.keepsExit] }
    set { flags[.keepsExit] = newValue }
  }

  /// The VMM had the vCPU since the last exit, and may have put it anywhere; or it came to another CPU,
  /// and a gap on the one before may not be told yet.
  @inline(__always)
  var userspaceSinceExit: Bool {
    get { flags[.userspaceSinceExit] }
    set { flags[.userspaceSinceExit] = newValue }
  }

  /// SMM was entered or left since the last exit.
  @inline(__always)
  var smmSinceExit: Bool {
    get { flags[.smmSinceExit] }
    set { flags[.smmSinceExit] = newValue }
  }

  /// The last exit of L1 was an instruction that enters L2.
  @inline(__always)
  var lastL1ExitEnters: Bool {
    get { flags[.lastL1ExitEnters] }
    set { flags[.lastL1ExitEnters] = newValue }
  }

  /// RSM has gone back to L2, and nothing proved yet that it got there.
  @inline(__always)
  var isBackFromSMM: Bool {
    get { flags[.isBackFromSMM] }
    set { flags[.isBackFromSMM] = newValue }
  }

  /// An interrupt was accepted while L2 ran, and nothing says yet that L1 or L2 got it.
  @inline(__always)
  var interruptWaits: Bool {
    get { flags[.interruptWaits] }
    set { flags[.interruptWaits] = newValue }
  }
}
