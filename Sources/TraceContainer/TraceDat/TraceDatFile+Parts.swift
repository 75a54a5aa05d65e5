internal import TraceBytes

/// The parts of the metadata. Both versions write them alike; version 7 puts each in a section of
/// its own.
extension TraceDatFile {
  /// `header_page` and `header_event`: each name with its zero byte, u64 size, text.
  mutating func readHeaders(_ cursor: inout ByteCursor) throws(ContainerError) {
    headerPage = try readHeader("header_page", &cursor)
    headerEvent = try readHeader("header_event", &cursor)
  }

  /// One of the two header texts.
  private func readHeader(_ name: String, _ cursor: inout ByteCursor) throws(ContainerError)
    -> String
  {
    let start = cursor.fileOffset
    let mark: [UInt8]
    do {
      mark = try cursor.array(UInt64(name.utf8.count) + 1)
      if mark == Array(name.utf8) + [0] {
        let range = try cursor.skip(try cursor.u64())
        return cursor.bytes.text(range)
      }
    } catch {
      throw ContainerError(error, part: name)
    }
    throw ContainerError(.missingMark, at: start, part: "mark \"\(name)\"")
  }

  /// The tracer's own formats: u32 count, each u64 size and text.
  mutating func readFtraceFormats(_ cursor: inout ByteCursor) throws(ReadError) {
    try readFormats(system: "ftrace", &cursor)
  }

  /// All other formats: u32 count of systems, each a name, u32 count, each u64 size and text.
  mutating func readEventFormats(_ cursor: inout ByteCursor) throws(ReadError) {
    let count = try cursor.u32()
    var index: UInt32 = 0
    // Each turn reads five bytes at least, so a large count ends with the bytes.
    while index < count {
      let system = try cursor.cString()
      try readFormats(system: system, &cursor)
      index += 1
    }
  }

  /// u32 count, each u64 size and text.
  private mutating func readFormats(system: String, _ cursor: inout ByteCursor)
    throws(ReadError)
  {
    let count = try cursor.u32()
    var index: UInt32 = 0
    while index < count {
      let text = try cursor.array(try cursor.u64())
      guard formats.count < Limits.formats else {
        damage.append(
          Damage(offset: cursor.fileOffset, what: "too many event formats: the rest is left out"))
        return
      }
      formats.append(FormatText(system: system, text: text))
      index += 1
    }
  }

  /// `printk_formats`: u32 size, text.
  mutating func readPrintkFormats(_ cursor: inout ByteCursor) throws(ReadError) {
    printkFormats = try cursor.array(UInt64(try cursor.u32()))
  }

  /// `saved_cmdlines`: u64 size, lines of `PID COMM`.
  ///
  /// Of two lines with one PID, the later counts.
  mutating func readCommandLines(_ cursor: inout ByteCursor) throws(ReadError) {
    let range = try cursor.skip(try cursor.u64())
    takeCommandLines(cursor.bytes, range, at: cursor.fileOffset)
  }

  /// Lines of `PID COMM`.
  mutating func takeCommandLines(_ bytes: RawSpan, _ range: Range<Int>, at place: FileOffset) {
    var start = range.lowerBound
    while start < range.upperBound {
      let end = bytes.firstIndex(of: 0x0a, from: start, to: range.upperBound) ?? range.upperBound
      if let space = bytes.firstIndex(of: 0x20, from: start, to: end),
        let pid = Int32(bytes.text(start..<space))
      {
        guard savedCommands.count < Limits.commands else {
          damage.append(
            Damage(offset: place, what: "too many names of tasks: the rest is left out"))
          return
        }
        savedCommands[pid] = bytes.text(space + 1..<end)
      }
      start = end + 1
    }
  }

  /// The text of /proc/kallsyms as recorded; empty if it was not.
  ///
  /// Read when asked for, and not kept: it is the largest part of the metadata, and few uses need
  /// it.
  ///
  /// - Throws: `ContainerError` when its section is damaged.
  public var kallsyms: [UInt8] {
    get throws(ContainerError) {
      switch kernelSymbols {
      case .none:
        return []
      case .bytes(let range):
        return file.bytes.array(range)
      case .section(let offset):
        var symbols: [UInt8] = []
        try SectionReader(self).read(
          at: offset, id: TraceOption.ID.kernelSymbols, part: "kernel symbols"
        ) { (cursor) throws(ContainerError) in
          do throws(ReadError) {
            symbols = try cursor.array(UInt64(try cursor.u32()))
          } catch {
            throw ContainerError(error, part: "kernel symbols")
          }
        }
        return symbols
      }
    }
  }
}
