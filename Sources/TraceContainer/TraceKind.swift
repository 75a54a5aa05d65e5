/// The kinds of file that can be told apart by their first bytes.
public enum TraceKind: Sendable, Hashable {
  /// trace.dat, as `trace-cmd record` writes it.
  case traceDat
  /// perf.data, as `perf record` writes it.
  case perfData
  /// perf.data written to a pipe (`perf record -o -`).
  case perfPipe
  /// Text of tracefs (`trace`, `trace_pipe`).
  case tracefsText
  /// Text of `trace-cmd report`.
  case reportText
  /// A packed file: gzip, xz, zstd or bzip2.
  case packed(String)
  /// Nothing known.
  case unknown

  /// Whether it is a container of binary records.
  public var isBinary: Bool {
    switch self {
    case .traceDat, .perfData, .perfPipe: true
    default: false
    }
  }

  /// What to tell someone who wanted a trace.dat.
  public var explanation: String {
    switch self {
    case .traceDat: return "this is a trace.dat file"
    case .perfData: return "this is a perf.data file"
    case .perfPipe: return "this is a perf.data file in pipe form"
    case .tracefsText: return "this is text of tracefs, without events"
    case .reportText: return "this is text of trace-cmd report, without events"
    case .packed(let program):
      return "this file is packed: unpack it first, as in `\(program) -c FILE | kvmscope check -`"
    case .unknown:
      return "this is no trace file: a trace.dat begins with the bytes 17 08 44 \"tracing\","
        + " a perf.data with \"PERFILE2\", and no line is an event of trace-cmd report, tracefs,"
        + " perf script or dmesg"
    }
  }
}
