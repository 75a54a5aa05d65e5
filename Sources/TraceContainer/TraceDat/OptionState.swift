internal import TraceBytes

/// What options say that is used only after all of them were read.
struct OptionState {
  /// Where the sections of the metadata are, by id; of two places the later counts.
  var sections: [UInt16: FileOffset] = [:]
  /// The buffers, in the file's order.
  var buffers: [BufferOption] = []
  /// The texts of the CPU statistics.
  var statistics: [String] = []
  /// The number of CPUs, if an option changes it.
  var cpuCount: UInt32?
  /// Whether there is an option about the clock.
  var hasClockOption = false
  /// Where the last options end that could be read.
  var optionsEnd = 0
  /// Where a latency tracer's text is, if there is one.
  var latencyText: FileOffset?
}
