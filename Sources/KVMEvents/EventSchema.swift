/// Which fields of one kind of event the timeline reads, and under which names kernels have written
/// them.
///
/// The position of a field in `fields` is its *slot*: readers ask for slots, never for names. The
/// slot numbers are the constants in `FieldSlot.swift`.
public struct EventSchema: Sendable {
  /// The kind that the event is understood as.
  public let kind: EventKind
  /// The subsystem of the event, as in `events/<system>/`.
  public let system: String
  /// All names that the event has had, newest first.
  public let names: [String]
  /// One element per slot: the names that the field has had, newest first.
  ///
  /// At most `EventSchema.maximumSlots`.
  public let fields: [[String]]

  /// The most slots that one kind of event may have.
  public static let maximumSlots = 8

  init(
    _ kind: EventKind, _ names: [String], _ fields: [[String]] = [], system: String = "kvm"
  ) {
    self.kind = kind
    self.system = system
    self.names = names
    self.fields = fields
  }

  /// Every schema.
  ///
  /// No event name appears twice; a kind may have several schemas.
  public static let all: [EventSchema] = [
    EventSchema(.entry, ["kvm_entry"], [["vcpu_id"], ["rip"]]),
    EventSchema(.exit, ["kvm_exit"], exitFields),
    // Up to 5.9 the event had the fields of the injection, with exit_code in place of exit_reason.
    EventSchema(.nestedExit, ["kvm_nested_vmexit"], exitFields),
    EventSchema(
      .nestedExitInject, ["kvm_nested_vmexit_inject"],
      [["exit_code"], ["exit_info1"], ["exit_info2"], ["exit_int_info"], ["isa"]]),
    EventSchema(
      .nestedEntry, ["kvm_nested_vmenter", "kvm_nested_vmrun"],
      [["rip"], ["vmcb"], ["nested_rip"], ["isa"]]),
    EventSchema(.nestedEntryFailed, ["kvm_nested_vmenter_failed"], [["err"]]),
    // Up to 5.9 one 64-bit word held what is three 32-bit ones now; the first 32 bits are the same.
    EventSchema(.nestedIntercepts, ["kvm_nested_intercepts"], [["intercept1", "intercept"]]),
    EventSchema(.nestedInterruptExit, ["kvm_nested_intr_vmexit"], [["rip"]]),
    EventSchema(.userspaceExit, ["kvm_userspace_exit"], [["reason"], ["errno"]]),
    EventSchema(.fpu, ["kvm_fpu"], [["load"]]),
    EventSchema(
      .emulateInstruction, ["kvm_emulate_insn"],
      [["rip"], ["csbase"], ["len"], ["flags"], ["failed"]]),
    EventSchema(.injectException, ["kvm_inj_exception"], [["exception"], ["reinjected"]]),
    EventSchema(.injectInterrupt, ["kvm_inj_virq"], [["vector", "irq"], ["reinjected"]]),
    EventSchema(
      .smmTransition, ["kvm_smm_transition", "kvm_enter_smm"], [["vcpu_id"], ["entering"]]),
    EventSchema(.pio, ["kvm_pio"], [["rw"], ["port"]]),
    EventSchema(.mmio, ["kvm_mmio"], [["type"], ["gpa"]]),
    EventSchema(.vcpuWakeup, ["kvm_vcpu_wakeup"], [["ns"], ["waited"], ["valid"]]),
    EventSchema(.writeTSCOffset, ["kvm_write_tsc_offset"], [["vcpu_id"], ["previous_tsc_offset"]]),
    EventSchema(.trackTSC, ["kvm_track_tsc"], [["vcpu_id"]]),
    EventSchema(.pageFault, ["kvm_page_fault"], [["vcpu_id"], ["fault_address"]]),
    EventSchema(.msr, ["kvm_msr"], [["ecx"]]),
    EventSchema(.controlRegister, ["kvm_cr"], [["cr"]]),
    EventSchema(.hypercall, ["kvm_hypercall"], [["nr"]]),
    EventSchema(.cpuid, ["kvm_cpuid"], [["function"]]),
    EventSchema(.hyperVHypercall, ["kvm_hv_hypercall"]),
    EventSchema(.acceptInterrupt, ["kvm_apic_accept_irq"], [["apicid"], ["vec"]]),
    EventSchema(.vcpuMention, ["kvm_wait_lapic_expire"], [["vcpu_id"]]),
    EventSchema(.vcpuMention, ["kvm_halt_poll_ns"], [["vcpu_id"]]),
    EventSchema(.vcpuMention, ["kvm_pml_full"], [["vcpu_id"]]),
    EventSchema(.vcpuMention, ["kvm_ple_window_update", "kvm_ple_window"], [["vcpu_id"]]),
    EventSchema(
      .schedSwitch, ["sched_switch"], [["prev_pid"], ["next_pid"], ["prev_state"]], system: "sched"),
    EventSchema(.schedFork, ["sched_process_fork"], [["child_pid"]], system: "sched"),
    EventSchema(.schedExec, ["sched_process_exec"], [["pid"], ["old_pid"]], system: "sched"),
    EventSchema(.schedExit, ["sched_process_exit"], [["pid"]], system: "sched"),
  ]

  private static let exitFields: [[String]] = [
    ["vcpu_id"], ["exit_reason", "exit_code"], ["guest_rip", "rip"], ["isa"],
    ["info1", "exit_info1"], ["info2", "exit_info2"], ["intr_info", "exit_int_info"],
    ["error_code"],
  ]
}
