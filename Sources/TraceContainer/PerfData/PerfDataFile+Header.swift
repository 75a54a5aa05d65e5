internal import TraceBytes

/// The form for files: a header that points to attributes and data, and features behind the data.
///
///     magic | u64 size | u64 attribute size | attributes: offset, size | data: offset, size | (offset, size) | u64 × 4 features
extension PerfDataFile {
  /// Numbers of features.
  enum Feature {
    static let tracingData = 1
    static let hostName = 3
    static let release = 4
    static let version = 5
    static let architecture = 6
    static let cpus = 7
    static let processor = 8
    static let commandLine = 11
    static let compressed = 27
  }

  /// The most attributes.
  static let mostAttributes = 1 << 16

  /// Reads header, attributes and features.
  mutating func readHeader() throws(ContainerError) {
    let file = self.file
    var cursor = ByteCursor(file.bytes, order: order)
    let entrySize: UInt64
    let attributes: (offset: UInt64, size: UInt64)
    let place: (offset: UInt64, size: UInt64)
    var words: [UInt64] = []
    do {
      try cursor.skip(16)
      entrySize = try cursor.u64()
      attributes = (try cursor.u64(), try cursor.u64())
      place = (try cursor.u64(), try cursor.u64())
      try cursor.skip(16)
      for _ in 0..<4 { words.append(try cursor.u64()) }
    } catch {
      throw ContainerError(error, part: "header of perf.data")
    }
    guard entrySize >= UInt64(PerfAttribute.smallestSize + 16), entrySize <= 65536 else {
      throw ContainerError(
        .implausible, at: FileOffset(16), found: entrySize, expected: 65536,
        part: "size of an attribute")
    }
    try readAttributes(attributes.offset, attributes.size, Int(entrySize))
    placeData(place.offset, place.size)
    readFeatures(words, at: place)
    if formats.isEmpty, self.attributes.contains(where: \.isTracepoint) {
      throw ContainerError(
        .missingPart, at: FileOffset(file.byteCount), part: "format texts",
        suggestion: "the format texts stand at the end of a perf.data file and are missing:"
          + " the file was cut, or perf record was killed")
    }
  }

  private mutating func readAttributes(
    _ offset: UInt64, _ size: UInt64, _ entrySize: Int
  ) throws(ContainerError) {
    let file = self.file
    var cursor = ByteCursor(file.bytes, order: order)
    do {
      try cursor.seek(to: offset)
      let range = try cursor.skip(size)
      var at = range.lowerBound
      while range.upperBound - at >= entrySize {
        guard attributes.count < Self.mostAttributes else {
          damage.append(
            Damage(offset: FileOffset(at), what: "too many attributes: the rest is left out"))
          return
        }
        var attribute = PerfAttribute(file.bytes.extracting(at..<at + entrySize - 16), order)
        let ids = (
          offset: file.bytes.u64(at: at + entrySize - 16, order),
          size: file.bytes.u64(at: at + entrySize - 8, order)
        )
        attribute.ids = readIDs(ids.offset, ids.size)
        attributes.append(attribute)
        at += entrySize
      }
    } catch {
      throw ContainerError(
        ReadError(offset: inside(error.offset), wanted: error.wanted, available: error.available),
        part: "attributes")
    }
  }

  /// A place in the file: its end, for one that lies outside.
  func inside(_ offset: FileOffset) -> FileOffset { min(offset, FileOffset(file.byteCount)) }

  private mutating func readIDs(_ offset: UInt64, _ size: UInt64) -> [UInt64] {
    let file = self.file
    var cursor = ByteCursor(file.bytes, order: order)
    do {
      try cursor.seek(to: offset)
      let range = try cursor.skip(size)
      let count = min(range.count / 8, Self.mostIDs)
      return (0..<count).map { file.bytes.u64(at: range.lowerBound + $0 * 8, order) }
    } catch {
      damage.append(
        Damage(offset: inside(error.offset), what: "the ids of an event lie outside of the file"))
      return []
    }
  }

  private mutating func placeData(_ offset: UInt64, _ size: UInt64) {
    let end = UInt64(file.byteCount)
    let start = min(offset, end)
    announcedSize = size
    var size = size
    if size == 0 {
      // Written when the recording ends.
      damage.append(
        Damage(
          offset: FileOffset(48),
          what: "the size of the data is 0: perf record did not end well; all of the file is read"))
      size = end - start
    }
    if size > end - start {
      damage.append(
        Damage(
          offset: FileOffset(end),
          what: "the data end early (\(size) bytes announced, \(end - start) there)"))
      size = end - start
    }
    data = Int(start)..<Int(start + size)
  }

  /// The features behind the data: for each bit that is set (offset, size).
  private mutating func readFeatures(_ words: [UInt64], at place: (offset: UInt64, size: UInt64)) {
    var numbers = (0..<256).filter { words[$0 / 64] >> UInt64($0 % 64) & 1 != 0 }
    if order == .big, !numbers.contains(Feature.hostName) {
      // A machine with 32-bit words stored the mask in those; every perf stores the host's name.
      numbers = (0..<256).filter {
        let word = words[$0 / 64]
        return ($0 % 64 < 32 ? word >> 32 : word) >> UInt64($0 % 32) & 1 != 0
      }
    }
    let file = self.file
    var cursor = ByteCursor(file.bytes, order: order)
    let (table, overflow) = place.offset.addingReportingOverflow(place.size)
    do {
      try cursor.seek(to: overflow ? .max : table)
      for number in numbers {
        features.append(
          PerfFeature(number: number, offset: FileOffset(try cursor.u64()), size: try cursor.u64()))
      }
    } catch {
      damage.append(Damage(offset: inside(error.offset), what: "the table of features ends early"))
    }
    for feature in features {
      var cursor = ByteCursor(file.bytes, order: order)
      do {
        try cursor.seek(to: feature.offset.rawValue)
        let range = try cursor.skip(feature.size)
        let part = file.bytes.extracting(range)
        var inside = ByteCursor(part, base: FileOffset(range.lowerBound), order: order)
        try read(feature.number, &inside)
      } catch {
        damage.append(
          Damage(
            offset: inside(error.offset),
            what: "feature \(feature.name ?? "\(feature.number)") ends early"
              + " (\(error.wanted) bytes needed, \(error.available) there)"))
      }
    }
  }

  /// One feature's content; those that say nothing here are passed over.
  mutating func read(_ feature: Int, _ cursor: inout ByteCursor) throws(ReadError) {
    switch feature {
    case Feature.tracingData: try readTracingData(&cursor)
    case Feature.hostName: hostName = try text(&cursor)
    case Feature.release: kernelRelease = try text(&cursor)
    case Feature.version: perfVersion = try text(&cursor)
    case Feature.architecture: architecture = try text(&cursor)
    case Feature.processor: processor = try text(&cursor)
    case Feature.cpus: cpuCount = Int(min(try cursor.u32(), 1 << 16))
    case Feature.commandLine:
      let count = try cursor.u32()
      while commandLine.count < min(count, 4096) { commandLine.append(try text(&cursor)) }
    case Feature.compressed: isCompressed = true
    default: break
    }
  }

  /// u32 size, text up to a zero byte.
  private func text(_ cursor: inout ByteCursor) throws(ReadError) -> String {
    let range = try cursor.skip(UInt64(try cursor.u32()))
    let bytes = cursor.bytes
    let end = bytes.firstIndex(of: 0, from: range.lowerBound, to: range.upperBound)
    return bytes.text(range.lowerBound..<(end ?? range.upperBound))
  }

  /// What a trace.dat of version 0.6 begins with: header texts, formats, symbols and names.
  mutating func readTracingData(_ cursor: inout ByteCursor) throws(ReadError) {
    try cursor.skip(UInt64(TraceSniffer.traceDatMagic.count))
    let version = try cursor.cString(limit: 16)
    let order: ByteOrder = try cursor.u8() == 0 ? .little : .big
    let longSize = try cursor.u8()
    let pageSize = try cursor.u32()
    cursor.order = order
    var head = TraceDatFile(
      file: file, version: 6, order: order, longSize: Int(longSize), pageSize: Int(pageSize))
    defer {
      self.longSize = longSize == 4 ? 4 : 8
      formats = head.formats
      printkFormats = head.printkFormats
      savedCommands = head.savedCommands
      damage += head.damage
    }
    do throws(ContainerError) {
      try head.readHeaders(&cursor)
    } catch {
      throw ReadError(offset: error.offset, wanted: error.expected, available: error.found)
    }
    try head.readFtraceFormats(&cursor)
    try head.readEventFormats(&cursor)
    let symbols = try cursor.skip(UInt64(try cursor.u32()))
    // In the file's own count: what the cursor reads is a part of it.
    let base = Int(clamping: cursor.base.rawValue)
    kernelSymbols = base + symbols.lowerBound..<base + symbols.upperBound
    try head.readPrintkFormats(&cursor)
    if version != "0.5" { try head.readCommandLines(&cursor) }
  }
}
