/// The slots of `kvm_entry`.
public enum EntryField {
  /// `vcpu_id`.
  public static let vcpu = 0
  /// `rip`: where the guest goes on.
  public static let rip = 1
}

/// The slots of `kvm_exit` and `kvm_nested_vmexit`.
public enum ExitField {
  /// `vcpu_id`: missing before 5.10.
  public static let vcpu = 0
  /// `exit_reason`: with bit 31 on a failed VM entry (VMX); 32 or 64 bits (SVM).
  public static let reason = 1
  /// `guest_rip`.
  public static let rip = 2
  /// `isa`: 1 VMX, 2 SVM.
  public static let isa = 3
  /// `info1`: exit qualification, or EXITINFO1.
  public static let info1 = 4
  /// `info2`: IDT-vectoring or exit interruption information, or EXITINFO2.
  public static let info2 = 5
  /// `intr_info`: missing before 5.10.
  public static let interruptInfo = 6
  /// `error_code`: missing before 5.10.
  public static let errorCode = 7
}

/// The slots of `kvm_nested_vmexit_inject`.
public enum InjectField {
  /// `exit_code`: what L1 is told.
  public static let reason = 0
  /// `exit_info1`.
  public static let info1 = 1
  /// `exit_info2`.
  public static let info2 = 2
  /// `exit_int_info`.
  public static let interruptInfo = 3
  /// `isa`.
  public static let isa = 4
}

/// The slots of `kvm_nested_vmenter` and `kvm_nested_vmrun`.
public enum NestedEntryField {
  /// `rip`: L1's.
  public static let rip = 0
  /// `vmcb` or `vmcs12` address.
  public static let controlBlock = 1
  /// `nested_rip`: L2's.
  public static let nestedRIP = 2
  /// `isa`: missing in `kvm_nested_vmrun`.
  public static let isa = 3
}

/// The slots of `kvm_userspace_exit`.
public enum UserspaceExitField {
  /// `reason`: KVM_EXIT_*; stale when `errno` is negative.
  public static let reason = 0
  /// `errno`: what KVM_RUN returns, negative on error.
  public static let errno = 1
}

/// The slots of `kvm_fpu`.
public enum FPUField {
  /// `load`: 1 when the guest's state is loaded.
  public static let load = 0
}

/// The slots of `kvm_pio`.
public enum PIOField {
  /// `rw`: 1 when the guest writes.
  public static let isWrite = 0
  /// `port`.
  public static let port = 1
}

/// The slots of `kvm_mmio`.
public enum MMIOField {
  /// `type`: 0 a read that the VMM must serve, 1 a read, 2 a write.
  public static let type = 0
  /// `gpa`: guest-physical.
  public static let address = 1
}

/// The slot of events that only tell what an exit was about (`kvm_msr`, `kvm_cr` …).
public enum DetailField {
  /// `ecx` of `kvm_msr`, `cr` of `kvm_cr`, `nr` of `kvm_hypercall`, `function` of `kvm_cpuid`.
  public static let number = 0
}

/// The slots of `kvm_emulate_insn`.
public enum EmulateField {
  /// `rip`.
  public static let rip = 0
  /// `csbase`.
  public static let csBase = 1
  /// `len`: 0 when the fetch failed.
  public static let length = 2
  /// `flags`: the mode of the processor, KVM_EMUL_INSN_F_*.
  public static let flags = 3
  /// `failed`: 1 in the second event of an instruction that could not be emulated.
  public static let failed = 4
}

/// The slots of `kvm_inj_virq`.
public enum InjectInterruptField {
  /// `vector`, formerly `irq`.
  public static let vector = 0
  /// `reinjected`: missing before 6.0.
  public static let reinjected = 1
}

/// The slots of `kvm_apic_accept_irq`.
public enum AcceptInterruptField {
  /// `apicid`: the target's; as a rule its `vcpu_id`.
  public static let target = 0
  /// `vec`.
  public static let vector = 1
}

/// The slots of `kvm_page_fault`.
public enum PageFaultField {
  /// `vcpu_id`: missing before 6.1.
  public static let vcpu = 0
  /// `fault_address`: guest-physical (EPT, NPT) or linear (`#PF`).
  public static let address = 1
}

/// The slots of `kvm_inj_exception`.
public enum InjectExceptionField {
  /// `exception`: the vector.
  public static let vector = 0
  /// `reinjected`: missing before 6.0.
  public static let reinjected = 1
}

/// The slots of `kvm_smm_transition` and `kvm_enter_smm`.
public enum SMMField {
  /// `vcpu_id`.
  public static let vcpu = 0
  /// `entering`: 0 when SMM is left.
  public static let entering = 1
}

/// The slots of `kvm_vcpu_wakeup`.
public enum WakeupField {
  /// `ns`: how long the block took, polling included, in nanoseconds; it ends at the event.
  public static let nanoseconds = 0
  /// `waited`: 0 when polling alone was enough.
  public static let waited = 1
}

/// The slots of `kvm_write_tsc_offset`.
public enum WriteTSCOffsetField {
  /// `vcpu_id`.
  public static let vcpu = 0
  /// `previous_tsc_offset`: 0 on a vCPU that was just created.
  public static let previous = 1
}

/// The slot of events that only mention the vCPU (`kvm_track_tsc`, `kvm_page_fault` …).
public enum MentionField {
  /// `vcpu_id`.
  public static let vcpu = 0
}

/// The slot of `sched_process_fork`, `sched_process_exec` and `sched_process_exit`.
public enum SchedTaskField {
  /// `child_pid` or `pid`: the thread that begins, changes or ends.
  public static let thread = 0
}

/// The slots of `sched_switch`.
public enum SchedSwitchField {
  /// `prev_pid`.
  public static let previousThread = 0
  /// `next_pid`.
  public static let nextThread = 1
  /// `prev_state`: 0 in the low eight bits when the thread could have gone on.
  public static let previousState = 2
}

/// The slots of `kvm_nested_intercepts`.
public enum NestedInterceptsField {
  /// `intercept1`, formerly the low half of `intercept`: the interrupts, SHUTDOWN and others.
  public static let general = 0
}
