extension EventSchema {
  /// The slots without which the event says nothing that can be relied on, in ascending order.
  ///
  /// Every kernel that has the event has these fields: a format text without them is damaged, and
  /// its records are better not interpreted than read as zeros.
  public var requiredSlots: [Int] {
    switch kind {
    case .entry: [EntryField.vcpu]
    case .exit, .nestedExit: [ExitField.reason]
    case .nestedExitInject: [InjectField.reason]
    case .userspaceExit: [UserspaceExitField.reason, UserspaceExitField.errno]
    case .fpu: [FPUField.load]
    case .emulateInstruction: [EmulateField.rip, EmulateField.failed]
    case .smmTransition: [SMMField.vcpu, SMMField.entering]
    case .vcpuWakeup: [WakeupField.nanoseconds, WakeupField.waited]
    case .writeTSCOffset: [WriteTSCOffsetField.vcpu, WriteTSCOffsetField.previous]
    case .trackTSC: [MentionField.vcpu]
    case .schedSwitch:
      [
        SchedSwitchField.previousThread, SchedSwitchField.nextThread,
        SchedSwitchField.previousState,
      ]
    case .schedFork, .schedExec, .schedExit: [0]
    default: []
    }
  }
}
