extension CheckDescription {
  static let tripleFaultEscaped = CheckDescription(
    id: "triple-fault-escaped",
    severity: .error,
    severityNote: "note on AMD, where L1 may leave SHUTDOWN without an intercept",
    title: "L2's triple fault reached userspace instead of L1",
    meaning: [
      """
      The nested guest shut down, and KVM ended KVM_RUN with KVM_EXIT_SHUTDOWN instead of telling L1. Most VMMs then \
      reset or end the whole virtual machine: a nested guest has taken L1 with it.
      """,
      """
      On VMX, L1 always wants to see TRIPLE_FAULT, so this is an error. On SVM, L1 chooses: without the SHUTDOWN \
      intercept in its VMCB the shutdown takes L1 down by right, and the finding is a note.
      """,
    ],
    pattern: [
      "kvm_exit            TRIPLE_FAULT         (AMD: shutdown)",
      "kvm_nested_vmexit   TRIPLE_FAULT",
      "                                    <--  no kvm_nested_vmexit_inject",
      "kvm_userspace_exit  KVM_EXIT_SHUTDOWN",
    ],
    advice: [
      "On VMX report it to the maintainers of KVM, with the trace: no supported configuration does this.",
      "On SVM let the hypervisor in L1 intercept SHUTDOWN if a nested guest must not end it.",
    ])
}
