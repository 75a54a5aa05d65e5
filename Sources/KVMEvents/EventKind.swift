/// The events that kvmscope understands, each under the one name that stands for all its spellings.
///
/// An event that the kernel renamed (`kvm_nested_vmrun`, later `kvm_nested_vmenter`) is one kind:
/// the timeline and the checks never ask which kernel wrote it. Source: `arch/x86/kvm/trace.h`,
/// `include/trace/events/kvm.h`, `include/trace/events/sched.h`.
@frozen
public enum EventKind: UInt8, CaseIterable, Sendable, BitwiseCopyable {
  /// Any event that no consumer interprets: counted, printed, otherwise passed over.
  case other
  /// `kvm_entry`: the vCPU is about to enter guest code.
  case entry
  /// `kvm_exit`: the vCPU left guest code.
  case exit
  /// `kvm_nested_vmexit`: the exit just seen was L2's.
  case nestedExit
  /// `kvm_nested_vmexit_inject`: L1 is told of an exit of L2.
  case nestedExitInject
  /// `kvm_nested_vmenter`, formerly `kvm_nested_vmrun`: L2 is about to be entered.
  case nestedEntry
  /// `kvm_nested_vmenter_failed`: a check on the state of a nested entry failed.
  case nestedEntryFailed
  /// `kvm_nested_intercepts` (SVM): what L1 asked to be told of.
  case nestedIntercepts
  /// `kvm_nested_intr_vmexit` (SVM): an interrupt for L1 ends L2.
  case nestedInterruptExit
  /// `kvm_userspace_exit`: KVM_RUN returns to the VMM.
  case userspaceExit
  /// `kvm_fpu`: the guest's FPU state is loaded (KVM_RUN begins) or unloaded.
  case fpu
  /// `kvm_emulate_insn`: KVM's emulator decoded an instruction.
  case emulateInstruction
  /// `kvm_inj_exception`: an exception is injected.
  case injectException
  /// `kvm_inj_virq`: an interrupt is injected.
  case injectInterrupt
  /// `kvm_smm_transition`, formerly `kvm_enter_smm`.
  case smmTransition
  /// `kvm_pio`: port I/O, or its completion.
  case pio
  /// `kvm_mmio`: memory-mapped I/O, or its completion.
  case mmio
  /// `kvm_vcpu_wakeup`: the vCPU ends a block that may have begun with polling.
  case vcpuWakeup
  /// `kvm_write_tsc_offset`.
  case writeTSCOffset
  /// `kvm_track_tsc`.
  case trackTSC
  /// A KVM event with a `vcpu_id` and no more of interest: it proves which vCPU the thread drives.
  case vcpuMention
  /// `kvm_page_fault`: an EPT violation, a nested page fault or an intercepted `#PF`.
  case pageFault
  /// `kvm_apic_accept_irq`: an interrupt is accepted for a vCPU, which is not the one that the thread
  /// drives.
  case acceptInterrupt
  /// `kvm_msr`: an MSR is read or written.
  case msr
  /// `kvm_cr`: a control register is written.
  case controlRegister
  /// `kvm_hypercall`: a hypercall is handled by KVM.
  case hypercall
  /// `kvm_cpuid`: CPUID is emulated.
  case cpuid
  /// `kvm_hv_hypercall`: a hypercall of Hyper-V's kind is handled by KVM.
  case hyperVHypercall
  /// `sched_switch`.
  case schedSwitch
  /// `sched_process_fork`.
  case schedFork
  /// `sched_process_exec`.
  case schedExec
  /// `sched_process_exit`.
  case schedExit
  /// An event of an interrupt or of another subsystem that may happen on the vCPU's thread and says
  /// nothing of it.
  case interrupt
}

extension EventKind {
  /// An event that only tells what an exit was about (``ExitDetail``); nobody else reads it.
  @inlinable
  public var onlyTellsDetail: Bool {
    switch self {
    case .msr, .controlRegister, .hypercall, .cpuid: true
    default: false
    }
  }

  /// An event that moves, makes or ends threads.
  @inlinable
  public var isOfScheduler: Bool {
    @inline(__always) get {
      switch self {
      case .schedSwitch, .schedFork, .schedExec, .schedExit: true
      default: false
      }
    }
  }
}
