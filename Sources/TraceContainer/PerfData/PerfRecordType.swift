/// The types of records in a perf.data file.
///
/// Source: include/uapi/linux/perf_event.h; from 64 on tools/lib/perf/include/perf/event.h.
enum PerfRecordType {
  static let lost: UInt32 = 2
  static let comm: UInt32 = 3
  static let exit: UInt32 = 4
  static let fork: UInt32 = 7
  static let sample: UInt32 = 9
  static let lostSamples: UInt32 = 13
  static let headerAttribute: UInt32 = 64
  static let headerTracingData: UInt32 = 66
  static let finishedRound: UInt32 = 68
  static let auxiliaryTrace: UInt32 = 71
  static let headerFeature: UInt32 = 80
  static let compressed: UInt32 = 81
  static let compressed2: UInt32 = 83

  /// The name in the kernel's or perf's headers, in small letters; nil for one that is not known.
  static func name(_ type: UInt32) -> String? {
    let kernel = [
      "mmap", "lost", "comm", "exit", "throttle", "unthrottle", "fork", "read", "sample", "mmap2",
      "aux", "itrace_start", "lost_samples", "switch", "switch_cpu_wide", "namespaces", "ksymbol",
      "bpf_event", "cgroup", "text_poke", "aux_output_hw_id",
    ]
    let perf = [
      "header_attr", "header_event_type", "header_tracing_data", "header_build_id",
      "finished_round", "id_index", "auxtrace_info", "auxtrace", "auxtrace_error", "thread_map",
      "cpu_map", "stat_config", "stat", "stat_round", "event_update", "time_conv",
      "header_feature", "compressed", "finished_init", "compressed2",
    ]
    if type >= 1, type <= kernel.count { return kernel[Int(type) - 1] }
    if type >= 64, Int(type) - 64 < perf.count { return perf[Int(type) - 64] }
    return nil
  }
}
