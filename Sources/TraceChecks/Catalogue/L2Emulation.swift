extension CheckDescription {
  static let l2Emulation = CheckDescription(
    id: "l2-emulation",
    severity: .error,
    severityNote: "warning when it is a single instruction",
    title: "KVM emulated L2 because its state was invalid",
    meaning: [
      """
      Intel hardware refuses to enter a guest whose segment state breaks the rules of VM entry. For a guest of its own \
      (L1) KVM can step in and emulate it, instruction by instruction, until the state is sound again. For a nested \
      guest it must not: L2 belongs to L1, and KVM's emulator knows nothing of what L1 intercepts. L2 then runs past \
      every intercept that L1 has set, and what it does is decided by an emulator that never was meant for it.
      """,
      """
      The check finds instructions that KVM emulated while the vCPU was in L2 though no exit of L2 asked for it. \
      Emulation that an exit asked for (MMIO, string I/O, a patched hypercall, #UD) is normal and stays silent. One \
      finding is one episode: from the first such instruction to the next exit, injection or entry into SMM.
      """,
      """
      Only VMX has this path. On AMD, hardware itself reports the invalid state to L1.
      """,
    ],
    pattern: [
      "kvm_exit             IO_INSTRUCTION       L2 executes IN …",
      "kvm_nested_vmexit    IO_INSTRUCTION       … which KVM handles for L1",
      "kvm_userspace_exit   KVM_EXIT_IO          userspace runs, and breaks L2's state",
      "kvm_fpu              load                 KVM_RUN again: L2's state is invalid",
      "kvm_emulate_insn     0:4019c6: …     <--  no kvm_exit stands before it",
      "kvm_emulate_insn     0:4019c8: …     <--  and on it goes",
      "",
      "5.8 to 5.10: a kvm_entry that no kvm_exit answers comes first.",
      "Up to 5.7:   a kvm_exit comes first, with the last reason again, and no kvm_nested_vmexit.",
    ],
    commits: [
      KernelCommit(
        "c8607e4a086f",
        "5.15: KVM_SET_NESTED_STATE and RSM no longer refuse an invalid L2: more ways in"),
      KernelCommit(
        "cd0e615c49e5",
        "5.16, 5.15.12: the fix: synthesize TRIPLE_FAULT for L2 if emulation is required"),
      KernelCommit(
        "0ff29701ffad", "5.16: says in the documentation that KVM never emulates an invalid L2"),
      KernelCommit("ab1ef34416a6", "5.16: the selftest vmx_invalid_nested_guest_state"),
    ],
    advice: [
      "Update the host (L0) to a kernel with cd0e615c49e5: 5.15.12, 5.16 or later, or a distribution's backport.",
      """
      Until then keep L2's state valid: do not let userspace change segment registers (KVM_SET_SREGS) or restore \
      untrusted state while a vCPU is in L2.
      """,
      """
      Look at what made the state invalid: the event before the first emulated instruction is mostly a \
      kvm_userspace_exit (an ioctl) or the end of SMM (RSM).
      """,
      "Take what L2 did in the episode as unreliable: L1 was asked about none of it.",
    ])
}
