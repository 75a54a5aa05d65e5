public import TraceBytes

/// One option of a trace.dat file: a small piece of metadata with a number for its kind.
public struct TraceOption: Sendable, Hashable {
  /// The kind; see `TraceOption.ID`.
  ///
  /// Unknown kinds are kept.
  public var id: UInt16
  /// Where the content starts (in a packed section: where the section starts).
  public var offset: FileOffset
  /// Bytes of the content.
  public var size: UInt32

  /// What trace-cmd calls the kind; nil for one that is not known.
  public var name: String? {
    switch id {
    case ID.done: "DONE"
    case ID.date: "DATE"
    case ID.cpuStatistics: "CPUSTAT"
    case ID.buffer: "BUFFER"
    case ID.traceClock: "TRACECLOCK"
    case ID.uname: "UNAME"
    case 6: "HOOK"
    case ID.offset: "OFFSET"
    case ID.cpuCount: "CPUCOUNT"
    case ID.version: "VERSION"
    case 10: "PROCMAPS"
    case ID.traceID: "TRACEID"
    case ID.timeShift: "TIME_SHIFT"
    case 13: "GUEST"
    case ID.tscToNanoseconds: "TSC2NSEC"
    case 15: "STRINGS"
    case ID.headerInformation: "HEADER_INFO"
    case ID.ftraceFormats: "FTRACE_EVENTS"
    case ID.eventFormats: "EVENT_FORMATS"
    case ID.kernelSymbols: "KALLSYMS"
    case ID.printkFormats: "PRINTK"
    case ID.commandLines: "CMDLINES"
    case ID.bufferText: "BUFFER_TEXT"
    default: nil
    }
  }

  /// The kinds of options and sections.
  ///
  /// Source: trace-cmd, `TRACECMD_OPTION_…`.
  enum ID {
    static let done: UInt16 = 0
    static let date: UInt16 = 1
    static let cpuStatistics: UInt16 = 2
    static let buffer: UInt16 = 3
    static let traceClock: UInt16 = 4
    static let uname: UInt16 = 5
    static let offset: UInt16 = 7
    static let cpuCount: UInt16 = 8
    static let version: UInt16 = 9
    static let traceID: UInt16 = 11
    static let timeShift: UInt16 = 12
    static let tscToNanoseconds: UInt16 = 14
    static let headerInformation: UInt16 = 16
    static let ftraceFormats: UInt16 = 17
    static let eventFormats: UInt16 = 18
    static let kernelSymbols: UInt16 = 19
    static let printkFormats: UInt16 = 20
    static let commandLines: UInt16 = 21
    static let bufferText: UInt16 = 22
  }
}
