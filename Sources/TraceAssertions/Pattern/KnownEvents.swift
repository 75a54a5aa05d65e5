/// The tracepoints of KVM, and those that rules are written with beside them, with the fields that kernels have given them.
///
/// It serves to find misspelt names before a trace is read; a name that is not here may still be in a trace. Source: the
/// formats of 5.10 and 6.1, and the field lists of `EventSchema`.
enum KnownEvents {
  /// The names of the fields of an event; nil for one that is not known.
  static func fields(of event: String) -> [String]? { table[event] }

  /// All names.
  static var names: [String] { table.keys.sorted() }

  private static let table: [String: [String]] = {
    var table: [String: [String]] = [:]
    for line in lines.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      if let name = words.first { table[name] = Array(words.dropFirst()) }
    }
    return table
  }()

  private static let lines = """
    bprint ip fmt buf
    kvm_ack_irq irqchip pin
    kvm_age_hva start end
    kvm_age_page hva gfn level referenced
    kvm_apic rw reg val
    kvm_apic_accept_irq apicid dm tm vec
    kvm_apic_ipi icr_low dest_id
    kvm_apicv_accept_irq apicid dm tm vec
    kvm_apicv_inhibit_changed reason set inhibits
    kvm_apicv_update_request activate bit
    kvm_async_pf_completed address gva
    kvm_async_pf_doublefault gva gfn
    kvm_async_pf_not_present token gva
    kvm_async_pf_ready token gva
    kvm_async_pf_repeated_fault gva gfn
    kvm_avic_doorbell vcpuid apicid
    kvm_avic_ga_log vmid vcpuid
    kvm_avic_incomplete_ipi vcpu icrh icrl id index
    kvm_avic_kick_vcpu_slowpath icrh icrl index
    kvm_avic_unaccelerated_access vcpu offset ft rw vec
    kvm_cpuid function index rax rbx rcx rdx found used_max_basic
    kvm_cr rw cr val
    kvm_dirty_ring_exit vcpu_id
    kvm_dirty_ring_push index dirty_index reset_index slot offset
    kvm_dirty_ring_reset index dirty_index reset_index
    kvm_emulate_insn rip csbase len insn flags failed
    kvm_enter_smm vcpu_id smbase entering
    kvm_entry vcpu_id rip immediate_exit
    kvm_eoi apicid vector
    kvm_exit exit_reason guest_rip isa info1 info2 intr_info error_code vcpu_id
    kvm_fast_mmio gpa
    kvm_fpu load
    kvm_halt_poll_ns grow vcpu_id new old
    kvm_hv_flush_tlb processor_mask address_space flags
    kvm_hv_flush_tlb_ex valid_bank_mask format address_space flags
    kvm_hv_hypercall rep_cnt rep_idx ingpa outgpa code var_cnt fast
    kvm_hv_hypercall_done result
    kvm_hv_notify_acked_sint vcpu_id sint
    kvm_hv_send_ipi vector processor_mask
    kvm_hv_send_ipi_ex vector format valid_bank_mask
    kvm_hv_stimer_callback vcpu_id timer_index
    kvm_hv_stimer_cleanup vcpu_id timer_index
    kvm_hv_stimer_expiration vcpu_id timer_index direct msg_send_result
    kvm_hv_stimer_set_config vcpu_id timer_index config host
    kvm_hv_stimer_set_count vcpu_id timer_index count host
    kvm_hv_stimer_start_one_shot vcpu_id timer_index time_now count
    kvm_hv_stimer_start_periodic vcpu_id timer_index time_now exp_time
    kvm_hv_syndbg_get_msr vcpu_id vp_index msr data
    kvm_hv_syndbg_set_msr vcpu_id vp_index msr data
    kvm_hv_synic_send_eoi vcpu_id sint vector ret
    kvm_hv_synic_set_irq vcpu_id sint vector ret
    kvm_hv_synic_set_msr vcpu_id msr data host
    kvm_hv_timer_state vcpu_id hv_timer_in_use
    kvm_hypercall nr a0 a1 a2 a3
    kvm_inj_exception exception has_error error_code reinjected
    kvm_inj_virq vector soft reinjected irq
    kvm_invlpga rip asid address
    kvm_ioapic_delayed_eoi_inj e
    kvm_ioapic_set_irq e pin coalesced
    kvm_mmio type len gpa val
    kvm_msi_set_irq address data
    kvm_msr write ecx data exception
    kvm_nested_intercepts cr_read cr_write exceptions intercept1 intercept2 intercept3 intercept
    kvm_nested_intr_vmexit rip
    kvm_nested_vmenter rip vmcb nested_rip int_ctl event_inj tdp_enabled guest_pgd isa
    kvm_nested_vmenter_failed msg err
    kvm_nested_vmexit exit_reason guest_rip isa info1 info2 intr_info error_code vcpu_id rip exit_code exit_info1 exit_info2 exit_int_info exit_int_info_err
    kvm_nested_vmexit_inject exit_code exit_info1 exit_info2 exit_int_info exit_int_info_err isa
    kvm_nested_vmrun rip vmcb nested_rip int_ctl event_inj npt
    kvm_page_fault vcpu_id guest_rip fault_address error_code
    kvm_pi_irte_update host_irq vcpu_id gsi gvec pi_desc_addr set
    kvm_pic_set_irq chip pin elcr imr coalesced
    kvm_pio rw port size count val
    kvm_ple_window grow vcpu_id new old
    kvm_ple_window_update vcpu_id new old
    kvm_pml_full vcpu_id
    kvm_pv_eoi apicid vector
    kvm_pv_tlb_flush vcpu_id need_flush_tlb
    kvm_pvclock_update vcpu_id version tsc_timestamp system_time tsc_to_system_mul tsc_shift flags
    kvm_set_irq gsi level irq_source_id
    kvm_set_spte_hva hva
    kvm_skinit rip slb
    kvm_smm_transition vcpu_id smbase entering
    kvm_test_age_hva hva
    kvm_track_tsc vcpu_id nr_vcpus_matched_tsc online_vcpus use_master_clock host_clock
    kvm_try_async_get_page gva gfn
    kvm_unmap_hva_range start end
    kvm_update_master_clock use_master_clock host_clock offset_matched
    kvm_userspace_exit reason errno
    kvm_vcpu_wakeup ns waited valid
    kvm_vmgexit_enter vcpu_id exit_reason info1 info2
    kvm_vmgexit_exit vcpu_id exit_reason info1 info2
    kvm_vmgexit_msr_protocol_enter vcpu_id ghcb_gpa
    kvm_vmgexit_msr_protocol_exit vcpu_id ghcb_gpa result
    kvm_wait_lapic_expire vcpu_id delta
    kvm_write_tsc_offset vcpu_id previous_tsc_offset next_tsc_offset
    kvm_xen_hypercall nr a0 a1 a2 a3 a4 a5
    print ip buf
    sched_process_exec filename pid old_pid
    sched_process_exit comm pid prio
    sched_process_fork parent_comm parent_pid child_comm child_pid
    sched_switch prev_comm prev_pid prev_prio prev_state next_comm next_pid next_prio
    sched_wakeup comm pid prio target_cpu
    sched_waking comm pid prio target_cpu
    vcpu_match_mmio gva gpa write gpa_match
    """
}
