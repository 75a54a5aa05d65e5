extension CheckDescription {
  static let invalidL2Refused = CheckDescription(
    id: "invalid-l2-refused",
    severity: .warning,
    title: "KVM refused to run an invalid L2",
    meaning: [
      """
      L2 was entered (mostly by RSM) with state that hardware would refuse, and KVM neither emulated it nor told L1: \
      KVM_RUN failed. Since 759cbd59674a an RSM into L2 counts as an entry that is still pending; with invalid state \
      KVM then declares the VM bugged and returns EIO. From 6.15 on it ends with KVM_EXIT_INTERNAL_ERROR instead.
      """,
      """
      No guest code ran on wrong assumptions, so this is a warning; but for the guest it is the end, and after EIO \
      every further KVM_RUN fails as well.
      """,
    ],
    pattern: [
      "kvm_smm_transition   leaving SMM          L1's SMM handler has returned with RSM",
      "kvm_nested_vmenter                        KVM goes back into L2",
      "                                     <--  no kvm_entry, no kvm_emulate_insn",
      "kvm_userspace_exit   errno -5             (6.15: KVM_EXIT_INTERNAL_ERROR)",
      "",
      "Where errno is below zero, the event's reason is a leftover and means nothing.",
    ],
    commits: [
      KernelCommit("759cbd59674a", "5.17, 5.16.y, 5.15.y: RSM into L2 sets nested_run_pending"),
      KernelCommit(
        "cd0e615c49e5", "5.16, 5.15.12: treats a pending entry with invalid state as a bug of KVM"),
    ],
    advice: [
      "Look at who writes the SMRAM of L1: the state that RSM loads comes from there.",
      "Look for `KVM_BUG_ON` or `WARNING` from vmx.c in the host's kernel log at that moment.",
      "Start the VM anew: after EIO it cannot go on.",
    ])
}
