public import TraceBytes

/// A trace.dat file, version 6 or 7: everything but the events themselves.
///
/// Opening reads the metadata only; the events of each CPU are read by a `CPUStreamReader`. What
/// could not be read but is not needed is listed in `damage`.
///
///     let trace = try TraceDatFile.open(MappedFile(path: "trace.dat"))
///     for buffer in trace.buffers { for reader in trace.readers(for: buffer) { … } }
///
/// Source: trace-cmd.dat.v6(5), trace-cmd.dat.v7(5), and trace-cmd's own reader.
public struct TraceDatFile: Sendable {
  /// The bytes.
  public let file: MappedFile
  /// 6 or 7; 0 for a directory of bare ring buffers.
  public let version: Int
  /// The byte order of the machine that recorded it.
  public let order: ByteOrder
  /// Bytes of a `long` in the program that recorded it: 4 or 8.
  ///
  /// The kernel's own is the layout's `commitSize`.
  public let longSize: Int
  /// Bytes of a memory page of that machine.
  public let pageSize: Int
  /// How parts of the file may be packed.
  public internal(set) var compression = Compression.none

  /// The text of `events/header_page`.
  public internal(set) var headerPage = ""
  /// The text of `events/header_event`.
  public internal(set) var headerEvent = ""
  /// The format texts: those of ftrace's own events first.
  public internal(set) var formats: [FormatText] = []
  /// The text of `printk_formats`.
  public internal(set) var printkFormats: [UInt8] = []
  /// The names of tasks by thread id, as the kernel remembered them when the recording ended.
  public internal(set) var savedCommands: [Int32: String] = [:]
  /// All options, in the file's order, those without a meaning here too.
  public internal(set) var options: [TraceOption] = []
  /// Kernel and machine: `Linux HOST RELEASE ARCHITECTURE`; nil if not recorded.
  public internal(set) var uname: String?
  /// The version of trace-cmd that recorded it; nil if not recorded.
  public internal(set) var traceCommandVersion: String?
  /// The identity of the recording, by which a guest's trace finds its host's; nil if not recorded.
  public internal(set) var traceID: UInt64?
  /// What the kernel counted per CPU; may be empty.
  public internal(set) var cpuStatistics: [CPUStatistics] = []
  /// The number of CPUs of the recording machine, as recorded.
  public internal(set) var cpuCount = 0
  /// The clock that the file names, if no buffer says otherwise.
  public internal(set) var traceClock: String?
  /// What must be done to timestamps to get the times of `trace-cmd report -t`.
  public internal(set) var timeAdjustment = TimeAdjustment()
  /// The ring buffers: the top one first if it was recorded, then the instances in the file's
  /// order.
  ///
  /// Not empty.
  public internal(set) var buffers: [TraceBuffer] = []
  /// What is damaged and was left out, in the order of reading.
  public internal(set) var damage: [Damage] = []

  /// The processes of threads, where the recording has them (`saved_tgids`).
  public internal(set) var savedProcesses: [Int32: Int32] = [:]
  /// Events that have a format text but were not switched on, as `system:event`; nil where nothing
  /// says which were.
  public internal(set) var eventsSwitchedOff: Set<String>?
  /// The files behind the first one, of a recording that lies in several.
  var otherSources: [Source] = []
  /// The format texts say nothing of what was recorded: all of the kernel's are there.
  public internal(set) var formatsAreOfWholeKernel = false
  /// The files of a directory of bare ring buffers, and where they are in `file`.
  var parts: [(name: String, place: Range<Int>)] = []

  /// Where the kernel symbols are.
  var kernelSymbols = SectionPlace.none

  /// A file of which only the first bytes are known.
  init(file: MappedFile, version: Int, order: ByteOrder, longSize: Int, pageSize: Int) {
    self.file = file
    self.version = version
    self.order = order
    self.longSize = longSize
    self.pageSize = pageSize
  }

  /// Reads the metadata of a trace.dat file.
  ///
  /// - Throws: `ContainerError` when it is no trace.dat file, or so damaged that no event could be
  ///   read.
  public static func open(_ file: MappedFile) throws(ContainerError) -> TraceDatFile {
    let kind = TraceSniffer.kind(of: file.bytes)
    guard kind == .traceDat else {
      throw ContainerError(.wrongKind(kind), at: FileOffset(0), part: "start of the file")
    }
    var cursor = ByteCursor(file.bytes)
    let versionText: String
    let versionOffset: FileOffset
    let longSize: UInt8
    let pageSize: UInt32
    do {
      try cursor.skip(UInt64(TraceSniffer.traceDatMagic.count))
      versionOffset = cursor.fileOffset
      versionText = try cursor.cString(limit: 16)
      cursor.order = try cursor.u8() == 0 ? .little : .big
      longSize = try cursor.u8()
      pageSize = try cursor.u32()
    } catch {
      throw ContainerError(error, part: "start of the file")
    }
    guard let version = Int(versionText), version == 6 || version == 7 else {
      throw ContainerError(
        .unsupportedVersion, at: versionOffset, part: versionText,
        suggestion: "trace-cmd convert --file-version 6 may help")
    }
    var trace = TraceDatFile(
      file: file, version: version, order: cursor.order, longSize: Int(longSize),
      pageSize: Int(pageSize))
    if version == 6 {
      try trace.readVersion6(&cursor)
    } else {
      try trace.readVersion7(&cursor)
    }
    trace.removeOverlaps()
    trace.buffers =
      trace.buffers.filter { $0.name.isEmpty } + trace.buffers.filter { !$0.name.isEmpty }
    return trace
  }
}
