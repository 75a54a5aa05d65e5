extension CheckDescription {
  static let missingTripleFault = CheckDescription(
    id: "missing-triple-fault",
    severity: .error,
    title: "L2's state was invalid, and L1 was never told",
    meaning: [
      """
      When a nested guest's state becomes invalid between two runs, KVM must end L2 with a synthesized TRIPLE_FAULT \
      exit: L1 then sees that its guest shut down, as it would on hardware. This check says that the exit did not \
      come. It accompanies every l2-emulation episode, over the same span: that one says what KVM did, this one what \
      it left undone.
      """,
      """
      A run that KVM refuses altogether is another matter: see invalid-l2-refused.
      """,
    ],
    pattern: [
      "kvm_userspace_exit        KVM_EXIT_IO",
      "kvm_fpu                   load",
      "                                     <--  kvm_nested_vmexit_inject TRIPLE_FAULT belongs here",
      "kvm_emulate_insn          0:4019c6: …",
    ],
    commits: [
      KernelCommit(
        "cd0e615c49e5",
        "5.16, 5.15.12: the fix: synthesize TRIPLE_FAULT for L2 if emulation is required"),
      KernelCommit(
        "a80dfc025924",
        "5.16, 5.15.12: clears vmx->fail first, or the synthesized exit would be lost"),
    ],
    advice: [
      "Update the host (L0): both commits are in 5.15.12, in 5.16 and later.",
      "On a distribution's kernel look for the commits in its changelog: the version number says little.",
      """
      To see whether the fix is in place, run the selftest vmx_invalid_nested_guest_state under trace-cmd and check \
      the recording.
      """,
    ])
}
