internal import TraceChecks

extension Truth {
  /// All fixtures: name; events, exits, exits of L2, those reflected to L1, instructions of L2 that no exit asked for;
  /// the verdict, where it is not `pass`; the findings.
  ///
  /// The numbers are those of fixtures/README.md and what a reference program in C counts on the same files. The
  /// findings follow from what is known to have happened in each recording.
  static let all = [
    Truth("containers/s6stack", 330, 0, 0, 0, 0),
    Truth("containers/s7filter", 2679, 0, 0, 0, 0),
    Truth("containers/s7inst", 2101, 0, 0, 0, 0),
    Truth("containers/s7lost.zstd", 43420, 0, 0, 0, 0, .inconclusive, [.trace("lost-events", 2)]),
    Truth("containers/s7mono", 7561, 0, 0, 0, 0),
    Truth("containers/s7stack", 330, 0, 0, 0, 0),
    Truth("containers/s7x86-tsc", 7420, 0, 0, 0, 0),
    Truth("containers/s7zlib", 24501, 0, 0, 0, 0),
    Truth("svm-5.10/nested_mix-1v-full", 5211, 1085, 459, 200, 0),
    Truth(
      "svm-5.10/svm_nested_shutdown_test", 194, 33, 9, 0, 0,
      [.note("triple-fault-escaped", 315), .note("terminal-exit", 315)]),
    Truth("svm-5.10/svm_vmcall_test", 207, 32, 7, 1, 0),
    Truth("svm-6.1/hltmix-0-l1-ipi-poll200k", 2263, 293, 0, 0, 0),
    Truth("svm-6.1/hltmix-0-l1-ipi-poll5M", 1994, 289, 0, 0, 0),
    Truth("svm-6.1/hltmix-1-l2-ipi-poll0", 2293, 324, 144, 1, 0),
    Truth("svm-6.1/hltmix-1-l2-ipi-poll5M", 2186, 314, 142, 1, 0),
    Truth("svm-6.1/hltmix-2-l2-ipi-intr-poll200k", 10663, 2090, 246, 179, 0),
    Truth("svm-6.1/hltmix-6-reset-nested-state", 1006, 137, 67, 1, 0),
    Truth("svm-6.1/midway-2v-full", 66313, 13517, 2249, 993, 0),
    Truth("svm-6.1/nested_mix-1v-full-clock-tsc", 2789, 563, 236, 100, 0),
    Truth("svm-6.1/nested_mix-2v-full-clock-mono", 5352, 1101, 462, 200, 0),
    Truth("svm-6.1/set_boot_cpu_id", 934, 64, 0, 0, 0),
    Truth("svm-6.1/svm-smm_test", 1934, 144, 26, 2, 0),
    Truth(
      "svm-6.1/two-vms-2v-full", 15638, 3255, 1365, 600, 0,
      [.preempted(565, 18), .preempted(566, 14), .preempted(567, 16), .preempted(568, 14)]),
    Truth("vmx-5.10/invalid_l2-mode0", 491, 154, 15, 1, 0),
    Truth(
      "vmx-5.10/invalid_l2-mode1", 2639, 144, 6, 0, 2195, .fail, [.bug(2195, 1242), .end(1242)]),
    Truth("vmx-5.10/invalid_l2-mode2", 2640, 140, 6, 0, 2195, .fail, [.bug(2195, 309), .end(309)]),
    Truth("vmx-5.10/nested_mix-1v-full", 2416, 720, 224, 121, 0),
    Truth(
      "vmx-5.10/vmx_invalid_nested_guest_state", 427, 141, 6, 0, 2, .fail,
      [.bug(2, 122), .note("terminal-exit", 122)]),
    Truth("vmx-6.1-fixed/hltmix-0-l1-ipi-poll200k", 2126, 273, 0, 0, 0),
    Truth("vmx-6.1-fixed/hltmix-5-l2-init-poll200k", 873, 200, 38, 0, 0),
    Truth("vmx-6.1-fixed/invalid_l2-mode0", 550, 156, 15, 1, 0),
    Truth(
      "vmx-6.1-fixed/invalid_l2-mode1", 460, 145, 6, 0, 0,
      [.warning("invalid-l2-refused", 294)]),
    Truth(
      "vmx-6.1-fixed/invalid_l2-mode2-fewevents", 289, 144, 0, 0, 0, .inconclusive,
      [.note("synthesized-triple-fault", 2452), .trace("missing-events", 2)]),
    Truth(
      "vmx-6.1-fixed/invalid_l2-mode2-v6", 478, 144, 6, 0, 0,
      [.note("synthesized-triple-fault", 2817)]),
    Truth(
      "vmx-6.1-fixed/invalid_l2-mode2", 480, 144, 6, 0, 0,
      [.note("synthesized-triple-fault", 185)]),
    Truth("vmx-6.1-fixed/invalid_l2-mode5", 522, 152, 14, 1, 0, [.note("l2-triple-fault", 257)]),
    Truth(
      "vmx-6.1-fixed/nested_exceptions_test", 561, 164, 15, 3, 0,
      [.note("l2-triple-fault", 1245)]),
    Truth("vmx-6.1-fixed/nested_mix-1v-full", 2598, 721, 224, 121, 0),
    Truth("vmx-6.1-fixed/smm_test", 1955, 243, 23, 2, 0),
    Truth(
      "vmx-6.1-fixed/state_test", 2573, 372, 70, 4, 0,
      [
        .note("nested-entry-failed", 1609), .note("nested-entry-failed", 1609),
        .note("nested-entry-failed", 1609, 2), .note("nested-entry-failed", 1609, 2),
        .note("nested-entry-failed", 1609, 2),
      ]),
    Truth(
      "vmx-6.1-fixed/triple_fault_event_test", 445, 143, 6, 0, 0,
      [.note("synthesized-triple-fault", 311)]),
    Truth(
      "vmx-6.1-fixed/two-vms-2v-full", 12294, 3422, 1098, 604, 0,
      [.preempted(2080, 31), .preempted(2081, 27), .preempted(2082, 29), .preempted(2083, 29)]),
    Truth("vmx-6.1-fixed/vmx_close_while_nested_test", 423, 141, 6, 0, 0),
    Truth(
      "vmx-6.1-fixed/vmx_invalid_nested_guest_state", 450, 144, 6, 0, 0,
      [.note("synthesized-triple-fault", 141)]),
    Truth(
      "vmx-6.1-unfixed/invalid_l2-mode2", 2648, 141, 6, 0, 2195, .fail,
      [.bug(2195, 355), .end(355)]),
    Truth("vmx-6.1-unfixed/invalid_l2-mode3", 655, 152, 14, 1, 133, .fail, [.bug(133, 537)]),
    Truth(
      "vmx-6.1-unfixed/invalid_l2-mode4", 4364, 141, 6, 0, 3913, .fail,
      [.bug(3913, 719), .error("emulation-livelock", 719, 1717)]),
    Truth(
      "vmx-6.1-unfixed/smp-mixed-invalid-and-normal", 18949, 4560, 1484, 804, 2328, .fail,
      [.bug(2195, 152), .end(152), .bug(133, 157), .preempted(152, 16), .preempted(155, 21)]),
    Truth(
      "vmx-6.1-unfixed/vmx_invalid_nested_guest_state", 480, 142, 6, 0, 2, .fail,
      [.bug(2, 141), .note("terminal-exit", 141)]),
  ]
}
