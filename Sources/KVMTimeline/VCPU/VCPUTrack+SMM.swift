import KVMEvents

/// System management mode.
extension VCPUTrack {
  /// kvm_smm_transition, kvm_enter_smm.
  mutating func smm<Fields: EventFields & ~Copyable & ~Escapable>(
    at time: UInt64, cpu: Int32, _ fields: borrowing Fields, _ output: inout TimelineOutput
  ) {
    settle(&output)
    entryFailed(&output)
    if isInRun { isInHost(at: time, cpu: cpu, &output) }
    endEpisode(toldL1: false, &output)
    exitWasInterrupted = true
    decideHandler(isReflected: false, &output)
    nestedEntryIsAsked = false
    smmSinceExit = true
    keepsExit = false
    isBackFromSMM = false
    if fields.integer(SMMField.entering) != 0 {
      let isRestore = !isInRun || isSMM
      // On SVM an SMM entry from L2 ends L2 with an inject that answers no exit.
      let was = injectWasUnasked && isa == .svm ? GuestLevel.l2 : level
      cut(at: time, &output)
      if !levelIsProved { resolveLevel(survivingLevel, &output) }
      levelBeforeSMM = isRestore ? .unknown : was
      isSMM = true
      level = .l1
      levelIsProved = true
    } else {
      cut(at: time, &output)
      let returnsTo = isSMM && isInRun ? levelBeforeSMM : .unknown
      isSMM = false
      if returnsTo == .unknown {
        openLevel(candidate: .unknown, at: time, &output)
      } else {
        level = returnsTo
        levelIsProved = true
      }
      levelBeforeSMM = .unknown
      if returnsTo == .l2 && exitIsOpen && judgesEmulation {
        exitOfRSM = exit
        exitOfRSMIsKnown = true
      }
      isBackFromSMM = returnsTo == .l2
      watch.nested.backFromSMMAt = time
      nestedEntryIsOpen = returnsTo == .l2
      nestedEntryAt = time
      emulationIsExplained = false
      emulatedSinceRun = false
      enteredSinceRun = false
      refusalIsReported = false
      sawExceptionActivity = false
      sawUserspaceSinceGuest = false
    }
    injectWasUnasked = false
  }
}
