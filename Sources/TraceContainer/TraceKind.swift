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

  /// What to tell someone who wanted a trace.dat.
  public var explanation: String {
    switch self {
    case .traceDat: return "this is a trace.dat file"
    case .perfData: return "this is a perf.data file"
    case .perfPipe: return "this is a perf.data file in pipe form"
    case .tracefsText: return "this is tracefs text: not read yet; record with trace-cmd record"
    case .reportText:
      return "this is text of trace-cmd report: not read yet; give the trace.dat file"
    case .packed(let program): return "this file is packed: unpack it with \(program) first"
    case .unknown:
      return "this is no trace file: a trace.dat begins with the bytes 17 08 44 \"tracing\","
        + " a perf.data with \"PERFILE2\""
    }
  }
}
