extension CheckDescription {
  static let synthesizedTripleFault = CheckDescription(
    id: "synthesized-triple-fault",
    severity: .note,
    title: "KVM synthesized TRIPLE_FAULT for L1, with no exit",
    meaning: [
      """
      L1 was told that L2 triple-faulted, though hardware reported no such exit. This is what KVM should do when L2's \
      state is invalid, when userspace queues a triple fault (KVM_SET_VCPU_EVENTS), and when an exception cannot be \
      delivered because a double fault is pending already. It is a note: nothing is wrong with KVM.
      """,
      """
      The finding names the cause as far as a trace can tell it. Invalid state and a fault queued by userspace look \
      the same (invalid-state-or-userspace): in both, nothing but an ioctl stands between the last exit and the \
      injection. An exception or an RSM in the same iteration points to exception-chain.
      """,
    ],
    pattern: [
      "kvm_userspace_exit        KVM_EXIT_IO          userspace runs",
      "kvm_fpu                   load                 KVM_RUN again",
      "kvm_nested_vmexit_inject  TRIPLE_FAULT    <--  no kvm_exit, no kvm_nested_vmexit of it",
      "kvm_entry                                      L1 runs, at its exit handler",
    ],
    commits: [
      KernelCommit(
        "cd0e615c49e5", "5.16, 5.15.12: synthesize TRIPLE_FAULT for L2 if emulation is required"),
      KernelCommit(
        "759cbd59674a", "5.17: RSM into an invalid L2 is refused since, and no longer shows up here"
      ),
    ],
    advice: [
      "If L2 should not have died, find out who made its state invalid: look at the ioctls of the VMM at that moment.",
      "Otherwise do nothing: this is the behaviour that the fix brought.",
    ])
}
