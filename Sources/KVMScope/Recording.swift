import EventFormat
import KVMTimeline
import TraceBytes
import TraceChecks
import TraceContainer

/// What a file turned out to be.
enum Recording {
  case traceDat(TraceDatFile)
  case perfData(PerfDataFile)
  case text(TextLog)

  /// Opens a file by its content.
  init(_ mapped: MappedFile) throws(ContainerError) {
    switch TraceSniffer.kind(of: mapped.bytes) {
    case .perfData, .perfPipe: self = .perfData(try PerfDataFile.open(mapped))
    default: self = .traceDat(try TraceDatFile.open(mapped))
    }
  }

  /// Opens a directory of bare ring buffers, or one of perf.data; nil when it is neither.
  init?(directory path: String) throws(ContainerError) {
    if let file = try TraceDatFile.open(directory: path) {
      self = .traceDat(file)
    } else if let file = try PerfDataFile.open(directory: path) {
      self = .perfData(file)
    } else {
      return nil
    }
  }

  /// The format texts.
  var formats: [FormatText] {
    switch self {
    case .traceDat(let file): file.formats
    case .perfData(let file): file.formats
    case .text: []
    }
  }

  /// Bytes of a `long` on the machine that recorded it.
  var longSize: Int {
    switch self {
    case .traceDat(let file): file.longSize
    case .perfData(let file): file.longSize
    case .text: 8
    }
  }

  /// The byte order of the machine that recorded it.
  var order: ByteOrder {
    switch self {
    case .traceDat(let file): file.order
    case .perfData(let file): file.order
    case .text: .little
    }
  }

  /// The bytes that a walk reads.
  var byteCount: UInt64 {
    switch self {
    case .traceDat(let file):
      file.buffers.reduce(0) { $0 &+ $1.streams.reduce(0) { $0 &+ $1.size } }
    case .perfData(let file): UInt64(file.data.count)
    case .text(let log): log.byteCount ?? 0
    }
  }

  /// The instances; the top buffer has no name.
  var bufferNames: [String] {
    switch self {
    case .traceDat(let file): file.buffers.map(\.name)
    case .perfData: [""]
    case .text(let log): log.bufferNames
    }
  }

  /// The text of /proc/kallsyms; empty where there is none, or where it cannot be read.
  var kallsyms: [UInt8] {
    switch self {
    // Without symbols, addresses stay numbers; the damage is said where the file is opened.
    case .traceDat(let file): (try? file.kallsyms) ?? []
    case .perfData(let file): file.kallsyms
    case .text: []
    }
  }

  /// The text of `printk_formats`.
  var printkFormats: [UInt8] {
    switch self {
    case .traceDat(let file): file.printkFormats
    case .perfData(let file): file.printkFormats
    case .text: []
    }
  }

  /// The trace clock's name.
  var clock: String? {
    switch self {
    case .traceDat(let file): file.buffers.first.map(\.clock) ?? file.traceClock
    case .perfData(let file): file.clock
    case .text: nil
    }
  }

  /// The kind of container, as in `trace.dat v7`.
  var container: String {
    switch self {
    case .traceDat(let file): file.containerName
    case .perfData(let file): file.isPipe ? "perf.data pipe" : "perf.data"
    case .text: "text"
    }
  }

  /// What the machine calls itself.
  var uname: String? {
    switch self {
    case .traceDat(let file): file.uname
    case .perfData(let file): file.uname
    case .text: nil
    }
  }

  /// The number of CPUs of the machine; 0 if not recorded.
  var cpuCount: Int {
    switch self {
    case .traceDat(let file): file.cpuCount
    case .perfData(let file): file.cpuCount
    case .text(let log): max(log.cpuCount, log.lastReader?.cpuCount ?? 0)
    }
  }

  /// What could not be read of the metadata.
  var damage: [TraceContainer.Damage] {
    switch self {
    case .traceDat(let file): file.damage
    case .perfData(let file): file.damage
    case .text: []
    }
  }
}
