/// Print formats of real kernels, shortened where they are lists.
enum PrintFormats {
  static let exit =
    "\"vcpu %u reason %s%s%s rip 0x%lx info1 0x%016llx\", REC->vcpu_id, (REC->isa == 1) ? "
    + "__print_symbolic(REC->exit_reason & 0xffff, { 2, \"TRIPLE_FAULT\" }, { 33, \"INVALID_STATE\" }) : "
    + "__print_symbolic(REC->exit_reason, { 0x040 + 14, \"PF excp\" }, { -1, \"invalid_guest_state\" }), "
    + "(REC->isa == 1 && REC->exit_reason & ~0xffff) ? \" \" : \"\", (REC->isa == 1) ? "
    + "__print_flags(REC->exit_reason & ~0xffff, \" \", { 0x80000000, \"FAILED_VMENTRY\" }) : \"\", "
    + "REC->guest_rip, REC->info1"

  static let userspaceExit =
    "\"reason %s (%d)\", REC->errno < 0 ? (REC->errno == -4 ? \"restart\" : \"error\") : "
    + "__print_symbolic(REC->reason, { 2, \"KVM_EXIT_\" \"IO\" }), "
    + "REC->errno < 0 ? -REC->errno : REC->reason"

  static let injectException =
    "\"%s%s%s%s%s\", __print_symbolic(REC->exception, { 14, \"#\" \"PF\" }), "
    + "!REC->has_error ? \"\" : \" (\", !REC->has_error ? \"\" : __print_symbolic(REC->error_code, { }), "
    + "!REC->has_error ? \"\" : \")\", REC->reinjected ? \" [reinjected]\" : \"\""
}
