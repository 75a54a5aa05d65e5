import KVMEvents

extension VCPUTrack {
  /// One event, of any kind.
  mutating func apply<Fields: EventFields & ~Copyable & ~Escapable>(
    _ kind: EventKind, _ fields: borrowing Fields, cpu: Int32, at time: UInt64,
    _ output: inout TimelineOutput
  ) {
    switch kind {
    case .entry: entered(at: time, cpu: cpu, fields, &output)
    case .exit: exited(at: time, cpu: cpu, fields, &output)
    case .nestedExit: nestedExited(at: time, cpu: cpu, fields, &output)
    case .nestedExitInject: injectedExit(at: time, cpu: cpu, fields, &output)
    case .nestedEntry: nestedEntry(at: time, cpu: cpu, fields, &output)
    case .nestedEntryFailed: nestedEntryFailed(at: time, cpu: cpu, &output)
    case .nestedIntercepts: intercepts(fields)
    case .userspaceExit: exitedToUserspace(at: time, cpu: cpu, fields, &output)
    case .fpu: fpu(at: time, cpu: cpu, fields, &output)
    case .emulateInstruction: emulated(at: time, cpu: cpu, fields, &output)
    case .injectException: injectedException(at: time, cpu: cpu, fields, &output)
    case .injectInterrupt: injectedInterrupt(at: time, cpu: cpu, fields, &output)
    case .hyperVHypercall:
      handled(at: time, cpu: cpu, &output)
      watch.nested.hyperVAt = time
    case .pageFault:
      isInHost(at: time, cpu: cpu, &output)
      faulted(at: fields.integer(PageFaultField.address), &output)
      if output.wantsDetails { noteDetail(.page, fields.integer(PageFaultField.address)) }
    case .pio:
      transferred(at: time, cpu: cpu, &output)
      if output.wantsDetails { noteDetail(.port, fields.integer(PIOField.port)) }
    case .mmio:
      transferred(at: time, cpu: cpu, &output)
      if output.wantsDetails { noteDetail(.page, fields.integer(MMIOField.address)) }
    case .nestedInterruptExit: handled(at: time, cpu: cpu, &output)
    case .msr: noteDetail(.msr, fields.integer(DetailField.number))
    case .controlRegister: noteDetail(.controlRegister, fields.integer(DetailField.number))
    case .hypercall: noteDetail(.hypercall, fields.integer(DetailField.number))
    case .cpuid: noteDetail(.leaf, fields.integer(DetailField.number))
    case .smmTransition: smm(at: time, cpu: cpu, fields, &output)
    case .vcpuWakeup: wokeUp(at: time, cpu: cpu, fields, &output)
    case .vcpuMention: isInHost(at: time, cpu: cpu, &output)
    case .writeTSCOffset, .trackTSC, .schedSwitch, .schedFork, .schedExec, .schedExit, .interrupt,
      .acceptInterrupt, .other:
      break
    }
  }
}
