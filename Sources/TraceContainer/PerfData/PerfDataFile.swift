public import TraceBytes

/// A perf.data file, in the form for files or for pipes: everything but the samples.
///
/// Opening reads the metadata only; the samples are read by `PerfDataRecords`.
///
/// Source: tools/perf/Documentation/perf.data-file-format.txt, and perf's own reader.
public struct PerfDataFile: Sendable {
  /// The bytes.
  public let file: MappedFile
  /// Whether it is in the form for pipes (`perf record -o -`).
  public let isPipe: Bool
  /// The byte order of the machine that recorded it.
  public let order: ByteOrder

  /// Bytes of a `long` on the machine that recorded it: 4 or 8.
  public internal(set) var longSize = 8
  /// The events that were asked for, in the file's order.
  public internal(set) var attributes: [PerfAttribute] = []
  /// The format texts.
  public internal(set) var formats: [FormatText] = []
  /// The text of `printk_formats`.
  public internal(set) var printkFormats: [UInt8] = []
  /// Where the text of /proc/kallsyms is; perf leaves it empty.
  var kernelSymbols = 0..<0
  /// The names of tasks by thread id, as the kernel remembered them when the recording began.
  public internal(set) var savedCommands: [Int32: String] = [:]
  /// Name of the machine.
  public internal(set) var hostName: String?
  /// Release of its kernel.
  public internal(set) var kernelRelease: String?
  /// Version of perf.
  public internal(set) var perfVersion: String?
  /// Architecture of the machine.
  public internal(set) var architecture: String?
  /// What the processor calls itself.
  public internal(set) var processor: String?
  /// The words of the command that recorded it.
  public internal(set) var commandLine: [String] = []
  /// The number of CPUs of the machine; 0 if not recorded.
  public internal(set) var cpuCount = 0
  /// Whether the records are packed (`perf record -z`), as the file says of itself.
  public internal(set) var isCompressed = false
  /// The features in the header: their numbers and sizes.
  public internal(set) var features: [PerfFeature] = []
  /// What is damaged and was left out, in the order of reading.
  public internal(set) var damage: [Damage] = []
  /// Where the records are.
  public internal(set) var data: Range<Int>
  /// Bytes of records that the file says there should be: more than `data` when it was cut.
  var announcedSize: UInt64 = 0

  /// A file of which only the first bytes are known.
  init(file: MappedFile, isPipe: Bool, order: ByteOrder) {
    self.file = file
    self.isPipe = isPipe
    self.order = order
    data = 0..<0
  }

  /// Reads the metadata of a perf.data file.
  ///
  /// - Throws: `ContainerError` when it is no perf.data file, or so damaged that no event could be
  ///   read.
  public static func open(_ file: MappedFile) throws(ContainerError) -> PerfDataFile {
    let kind = TraceSniffer.kind(of: file.bytes)
    guard kind == .perfData || kind == .perfPipe else {
      throw ContainerError(.wrongKind(kind), at: FileOffset(0), part: "start of the file")
    }
    let order: ByteOrder =
      file.bytes.u8(at: 0) == UInt8(ascii: "P") ? .little : .big
    var trace = PerfDataFile(file: file, isPipe: kind == .perfPipe, order: order)
    if trace.isPipe {
      try trace.readPipe()
    } else {
      try trace.readHeader()
    }
    trace.limitIDs()
    return trace
  }

  /// The text of /proc/kallsyms; empty where the file has none.
  public var kallsyms: [UInt8] { file.bytes.array(kernelSymbols) }

  /// What the machine calls itself, as `uname -a` begins; nil when the kernel's release is not
  /// recorded.
  public var uname: String? {
    kernelRelease.map { release in
      (["Linux"] + [hostName, release, architecture].compactMap { $0 }).joined(separator: " ")
    }
  }

  /// The clock of the timestamps.
  ///
  /// Without a choice (`perf record -k`) it is the kernel's scheduler clock, which perf calls its own.
  public var clock: String {
    for attribute in attributes where attribute.isTracepoint {
      return attribute.clockName ?? "perf"
    }
    return "perf"
  }

  /// The numbers of the events that were recorded, each time that they happened.
  public var recordedEvents: Set<UInt64> {
    Set(attributes.filter { $0.isTracepoint && $0.isRecordedWhole }.map(\.config))
  }

  /// The numbers of the events that were asked for and not recorded: those that were only counted, and
  /// those that have a sample only now and then.
  ///
  /// In the order in which they were asked for.
  public var unrecordedEvents: (counted: [UInt64], sampled: [UInt64]) {
    let recorded = recordedEvents
    var unrecorded: (counted: [UInt64], sampled: [UInt64]) = ([], [])
    for attribute in attributes
    where attribute.isTracepoint && !recorded.contains(attribute.config) {
      if attribute.isOnlyCounted {
        unrecorded.counted.append(attribute.config)
      } else {
        unrecorded.sampled.append(attribute.config)
      }
    }
    return unrecorded
  }

  /// Whether samples say their CPU.
  public var namesCPUs: Bool {
    attributes.contains { $0.isTracepoint && $0.sampleType & SampleLayout.Part.cpu != 0 }
  }

  /// How many streams the samples may have: one for each CPU that a kernel can have, whatever the
  /// header says of their number.
  public var streamCount: Int { namesCPUs ? 8192 : 1 }

  /// The most ids of all attributes: 8192 CPUs with 128 events each.
  static let mostIDs = 1 << 20

  /// A hostile file could name any number.
  private mutating func limitIDs() {
    var left = Self.mostIDs
    for at in attributes.indices {
      let count = attributes[at].ids.count
      if count > left {
        attributes[at].ids.removeLast(count - left)
        damage.append(
          Damage(offset: FileOffset(0), what: "too many ids of events: the rest is left out"))
      }
      left -= attributes[at].ids.count
    }
  }
}

/// One part of a perf.data file's header.
public struct PerfFeature: Sendable, Hashable {
  /// Its number: a bit of the header's feature mask.
  public var number: Int
  /// Where it starts.
  public var offset: FileOffset
  /// Its bytes.
  public var size: UInt64

  /// What perf calls it; nil for one that is not known.
  public var name: String? {
    let names = [
      "TRACING_DATA", "BUILD_ID", "HOSTNAME", "OSRELEASE", "VERSION", "ARCH", "NRCPUS", "CPUDESC",
      "CPUID", "TOTAL_MEM", "CMDLINE", "EVENT_DESC", "CPU_TOPOLOGY", "NUMA_TOPOLOGY",
      "BRANCH_STACK", "PMU_MAPPINGS", "GROUP_DESC", "AUXTRACE", "STAT", "CACHE", "SAMPLE_TIME",
      "MEM_TOPOLOGY", "CLOCKID", "DIR_FORMAT", "BPF_PROG_INFO", "BPF_BTF", "COMPRESSED",
      "CPU_PMU_CAPS", "CLOCK_DATA", "HYBRID_TOPOLOGY", "PMU_CAPS",
    ]
    return number >= 1 && number <= names.count ? names[number - 1] : nil
  }
}
