internal import Decompression
internal import TraceBytes

/// Version 7: sections, found through chained sections of options.
extension TraceDatFile {
  /// Reads all that follows the start of the file.
  mutating func readVersion7(_ cursor: inout ByteCursor) throws(ContainerError) {
    let place = cursor.fileOffset
    let start: UInt64
    do {
      compression.name = try cursor.cString(limit: 64)
      compression.version = try cursor.cString(limit: 256)
      start = try cursor.u64()
    } catch {
      throw ContainerError(error, part: "name of the compression")
    }
    switch compression.name {
    case "none": compression.codec = nil
    case "zstd": compression.codec = .zstd
    case "zlib": compression.codec = .zlib
    default:
      throw ContainerError(
        .unknownCompression, at: place, part: compression.name,
        suggestion: "trace-cmd convert --compression none may help")
    }

    let sections = SectionReader(self)
    var state = OptionState()
    let problem = try readOptionChain(from: start, into: &state, sections)
    var unlisted: [UnlistedBuffer] = []
    if problem != nil || (state.buffers.isEmpty && state.latencyText == nil) {
      unlisted = readSections(from: state.optionsEnd, into: &state, sections)
      let listed = Set(state.buffers.map(\.section))
      unlisted.removeAll { listed.contains($0.section) }
    }
    cpuCount = Int(state.cpuCount ?? 0)
    cpuStatistics = CPUStatistics.parse(state.statistics)
    try readParts(state, sections)
    checkSymbols(state, sections)
    if problem == nil { checkStrings(at: state.optionsEnd, sections) }
    do throws(ContainerError) {
      try addBuffers(state, sections, problem: problem)
    } catch {
      if unlisted.isEmpty { throw error }
      try addUnlisted(unlisted, state)
      if buffers.isEmpty { throw error }
      return
    }
    try addUnlisted(unlisted, state)
  }

  /// Follows the chain of options.
  ///
  /// - Returns: what ended the chain early, if something did; what was read before counts.
  /// - Throws: `ContainerError` when not even the first options can be read.
  private mutating func readOptionChain(
    from start: UInt64, into state: inout OptionState, _ sections: SectionReader
  ) throws(ContainerError) -> ContainerError? {
    // Few: not worth a set.
    var visited: [UInt64] = []
    var offset = start
    repeat {
      do throws(ContainerError) {
        let isNew = !visited.contains(offset)
        if isNew { visited.append(offset) }
        guard isNew, visited.count <= Limits.optionSections
        else { throw ContainerError(.optionLoop, at: FileOffset(offset), part: "options") }
        offset = try readOptionSection(at: offset, into: &state, sections)
      } catch {
        guard visited.count > 1 else { throw error }
        damage.append(Damage(offset: error.offset, what: "options end early: \(error)"))
        return error
      }
    } while offset != 0
    return nil
  }

  /// Reads one section of options.
  ///
  /// - Returns: where the next is; 0 for nowhere.
  mutating func readOptionSection(
    at offset: UInt64, into state: inout OptionState, _ sections: SectionReader
  ) throws(ContainerError) -> UInt64 {
    var next: UInt64 = 0
    let header = try sections.header(at: FileOffset(offset), part: "options")
    try sections.read(
      at: FileOffset(offset), id: TraceOption.ID.done, part: "options",
      limit: Limits.optionSectionSize
    ) {
      (cursor) throws(ContainerError) in
      do throws(ReadError) {
        next = try readOptions(&cursor, into: &state)
      } catch {
        throw ContainerError(error, part: "options")
      }
    }
    state.optionsEnd = header.content.upperBound
    return next
  }

  /// Reads the parts of the metadata that have sections of their own.
  ///
  /// - Throws: `ContainerError` for those without which no event can be read.
  private mutating func readParts(_ state: OptionState, _ sections: SectionReader)
    throws(ContainerError)
  {
    typealias ID = TraceOption.ID
    guard let headers = state.sections[ID.headerInformation] else {
      throw ContainerError(
        .noData, at: FileOffset(0), part: "header_page")
    }
    try sections.read(at: headers, id: ID.headerInformation, part: "header_page") {
      (cursor) throws(ContainerError) in
      try readHeaders(&cursor)
    }
    readPart(ID.ftraceFormats, "formats of ftrace events", state, sections) {
      (trace, cursor) throws(ReadError) in try trace.readFtraceFormats(&cursor)
    }
    readPart(ID.eventFormats, "event formats", state, sections) {
      (trace, cursor) throws(ReadError) in try trace.readEventFormats(&cursor)
    }
    readPart(ID.printkFormats, "printk formats", state, sections) {
      (trace, cursor) throws(ReadError) in try trace.readPrintkFormats(&cursor)
    }
    readPart(ID.commandLines, "task names", state, sections) {
      (trace, cursor) throws(ReadError) in try trace.readCommandLines(&cursor)
    }
  }

  /// Looks whether the kernel symbols can be read; they are read when somebody asks for them.
  private mutating func checkSymbols(_ state: OptionState, _ sections: SectionReader) {
    let place = state.sections[TraceOption.ID.kernelSymbols]
    var isSound = false
    readPart(TraceOption.ID.kernelSymbols, "kernel symbols", state, sections) {
      (_, cursor) throws(ReadError) in
      try cursor.skip(UInt64(try cursor.u32()))
      isSound = true
    }
    if let place, isSound { kernelSymbols = .section(place) }
  }

  /// Looks at the last section, which nothing else points to: the names of the others.
  ///
  /// They say nothing that the ids do not, but a file whose end is damaged is a damaged file.
  private mutating func checkStrings(at place: Int, _ sections: SectionReader) {
    guard place < file.byteCount, place > 0 else { return }
    do throws(ContainerError) {
      try sections.read(at: FileOffset(place), id: 15, part: "names of the sections") {
        (_) throws(ContainerError) in
      }
    } catch {
      damage.append(Damage(offset: error.offset, what: "\(error)"))
    }
  }

  /// Reads a part without which events can be read all the same; what is wrong with it is noted.
  private mutating func readPart(
    _ id: UInt16, _ part: String, _ state: OptionState, _ sections: SectionReader,
    _ body: (inout TraceDatFile, inout ByteCursor) throws(ReadError) -> Void
  ) {
    guard let place = state.sections[id] else { return }
    do throws(ContainerError) {
      try sections.read(at: place, id: id, part: part) { (cursor) throws(ContainerError) in
        do throws(ReadError) {
          try body(&self, &cursor)
        } catch {
          throw ContainerError(error, part: part)
        }
      }
    } catch {
      damage.append(Damage(offset: error.offset, what: "\(error)"))
    }
  }

  /// Turns the BUFFER options into buffers.
  ///
  /// - Throws: `ContainerError` when not one is left: the cause of the first that failed.
  private mutating func addBuffers(
    _ state: OptionState, _ sections: SectionReader, problem: ContainerError?
  ) throws(ContainerError) {
    var cause = problem
    for option in state.buffers {
      do throws(ContainerError) {
        let header = try sections.header(at: option.section, part: "CPU data")
        guard header.id == TraceOption.ID.buffer else {
          throw ContainerError(
            .wrongSection, at: option.section, found: UInt64(header.id),
            expected: UInt64(TraceOption.ID.buffer), part: "CPU data")
        }
        try addBuffer(
          name: option.name, clock: option.clock, pageSize: UInt64(option.pageSize),
          cpus: option.cpus, compressed: header.isCompressed, at: option.place)
      } catch {
        damage.append(Damage(offset: error.offset, what: "buffer \"\(option.name)\": \(error)"))
        cause = cause ?? error
      }
    }
    guard buffers.isEmpty else { return }
    if let place = state.latencyText {
      throw ContainerError(
        .latencyFormat, at: place, part: "",
        suggestion: "record events with trace-cmd record -e kvm")
    }
    throw cause
      ?? ContainerError(
        .noData, at: FileOffset(file.byteCount), part: "CPU data",
        suggestion: "where trace-cmd record was killed, the events are in files beside this one:"
          + " see trace-cmd restore")
  }
}
