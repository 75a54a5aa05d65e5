extension EventSchema {
  /// Events of KVM that one does not record without recording all of its system: whoever picks events by
  /// name leaves them out.
  private static let incidental: Set<String> = [
    "kvm_update_master_clock", "kvm_write_tsc_offset", "kvm_track_tsc", "kvm_pvclock_update",
    "kvm_apic", "kvm_apic_ipi", "kvm_apic_accept_irq", "kvm_apicv_accept_irq", "kvm_eoi",
    "kvm_pv_eoi", "kvm_msi_set_irq", "kvm_set_irq", "kvm_ack_irq", "kvm_ioapic_set_irq",
    "kvm_pic_set_irq", "kvm_cr", "kvm_cpuid", "kvm_msr", "kvm_fpu", "kvm_unmap_hva_range",
    "kvm_age_hva", "kvm_test_age_hva", "kvm_set_spte_hva", "kvm_wait_lapic_expire",
    "kvm_hv_timer_state", "kvm_halt_poll_ns", "kvm_ple_window", "kvm_ple_window_update",
    "kvm_apicv_inhibit_changed", "kvm_hv_stimer_cleanup", "kvm_pi_irte_update", "vcpu_match_mmio",
    "kvm_mmio", "kvm_pio", "kvm_page_fault", "kvm_inj_virq", "kvm_inj_exception",
    "kvm_userspace_exit",
  ]

  /// The kinds that a recording would show if they happened, where only the events tell: those that it
  /// shows, and with a few of KVM's incidental events all of KVM's.
  ///
  /// - Parameter seen: the names of the events in the recording.
  /// - Returns: the kinds.
  public static func kindsRecorded(seen: Set<String>) -> Set<EventKind> {
    let isWhole = seen.intersection(incidental).count >= 4
    return Set(
      all.filter { schema in
        (isWhole && schema.system == "kvm") || schema.names.contains { seen.contains($0) }
      }.map(\.kind))
  }
}
