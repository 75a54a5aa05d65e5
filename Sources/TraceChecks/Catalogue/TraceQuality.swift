extension CheckDescription {
  static let lostEvents = CheckDescription(
    id: "lost-events",
    group: .trace,
    severity: .note,
    title: "Events were lost while a vCPU may have needed them",
    meaning: [
      """
      The kernel writes faster than the recorder reads, and overwrites or drops events. What the vCPUs on that CPU did \
      in the gap is unknown: their time counts as `lost`, and no check judges across it.
      """,
      "The verdict becomes inconclusive only for a vCPU that was in L2, may have been, ever entered it, or executed instructions of a hypervisor (VMPTRLD, VMWRITE, VMLAUNCH, VMRUN and the like) before the gap.",
    ],
    pattern: [
      "kvm_exit             …",
      "                     <--  2,792 events dropped on this CPU",
      "kvm_entry            …",
    ],
    advice: [
      "Record with larger buffers: `trace-cmd record -b 20000` gives each CPU 20 MB.",
      "Record fewer events: `-e kvm -e sched_switch` is all that kvmscope needs.",
      "Write to a fast disk, or narrow the recording to the VM with `-P`.",
    ])

  static let missingEvents = CheckDescription(
    id: "missing-events",
    group: .trace,
    severity: .note,
    title: "The trace lacks events that a check needs",
    meaning: [
      """
      What was not recorded cannot be judged. Without kvm_nested_vmexit and kvm_nested_vmexit_inject nobody can tell \
      an exit of L2 from one of L1, so nested checks are not judged, and if the trace shows nested guests the verdict \
      is inconclusive. Without sched_switch, time that a vCPU spent off its CPU counts as time in its last state.
      """
    ],
    pattern: [
      "recorded:  kvm_entry  kvm_exit  kvm_emulate_insn",
      "missing:   kvm_nested_vmexit  kvm_nested_vmexit_inject  kvm_userspace_exit",
    ],
    advice: ["Record all events of the system: `trace-cmd record -e kvm -e sched_switch`."])

  static let unknownThread = CheckDescription(
    id: "unknown-thread",
    group: .trace,
    severity: .note,
    title: "Events belong to a thread whose vCPU is not known",
    meaning: [
      """
      Many events of KVM carry no vcpu_id and are told apart by their thread alone. A thread is known as a vCPU from \
      its first event that names one. Events of a thread that never does are counted, but belong to nobody.
      """
    ],
    pattern: [
      "kvm_emulate_insn   tid 4711          <--  which vCPU?",
      "                                          4711 has no kvm_entry and no kvm_exit",
    ],
    advice: [
      "Record kvm_entry and kvm_exit: they carry the vcpu_id (kvm_exit since 5.10).",
      "Do not filter by CPU or by process when the threads migrate.",
    ])

  static let clockBackwards = CheckDescription(
    id: "clock-backwards",
    group: .trace,
    severity: .note,
    title: "The trace clock ran backwards",
    meaning: [
      """
      An event has an earlier time than the one written before it on the same CPU. Durations around that point are \
      not to be trusted, so no check judges across it. The `local` clock does this when a host's TSC is unstable, \
      `global` and `mono` never should.
      """
    ],
    pattern: [
      "12.000 500 000   kvm_entry",
      "12.000 480 000   kvm_exit        <--  before the entry?",
    ],
    advice: [
      "Record with another clock: `trace-cmd record -C mono`.",
      "Look for `clocksource` and `tsc: Marking TSC unstable` in the host's kernel log.",
    ])

  static let damaged = CheckDescription(
    id: "damaged",
    group: .trace,
    severity: .note,
    title: "A part of the file could not be read",
    meaning: [
      """
      The file is cut off, or bytes in it are wrong. Everything before the damage was read and judged; what was \
      skipped counts as lost events. `kvmscope info` lists each damaged part with its offset.
      """
    ],
    pattern: [
      "at offset 40960: the sub-buffer claims 70000 bytes, and 4080 are left   <--  skipped"
    ],
    advice: [
      "Copy the file again and compare the sizes: a cut-off file is mostly an interrupted copy or a full disk.",
      "Let `trace-cmd record` end by itself or with one Ctrl-C: killed, it leaves a file without its header's end.",
    ])
}
