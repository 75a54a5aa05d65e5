extension CheckDescription {
  static let l2TripleFault = CheckDescription(
    id: "l2-triple-fault",
    severity: .note,
    title: "L2 shut down by itself, and L1 was told",
    meaning: [
      """
      The nested guest could deliver neither an exception nor the double fault that followed. Hardware left L2 with \
      TRIPLE_FAULT (on AMD: shutdown) and KVM handed the exit to L1, as it must.
      """,
      "KVM did its duty; the nested guest, or whoever set it up, has the problem.",
    ],
    pattern: [
      "kvm_entry                                      L2 runs",
      "kvm_exit                  TRIPLE_FAULT         hardware leaves it",
      "kvm_nested_vmexit         TRIPLE_FAULT",
      "kvm_nested_vmexit_inject  TRIPLE_FAULT    <--  L1 is told",
    ],
    advice: [
      "Look for kvm_inj_exception just before: a fault that was injected into L2 may be what it could not deliver.",
      "Debug L2: descriptor tables, stack, page tables at the rip of the exit.",
    ])
}
