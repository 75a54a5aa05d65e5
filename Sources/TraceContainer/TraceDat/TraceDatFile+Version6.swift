internal import TraceBytes

/// Version 6: one part after the other, without a table of contents.
extension TraceDatFile {
  /// Reads all that follows the start of the file.
  mutating func readVersion6(_ cursor: inout ByteCursor) throws(ContainerError) {
    try readHeaders(&cursor)
    let cpuCount: UInt32
    do {
      try readFtraceFormats(&cursor)
      try readEventFormats(&cursor)
    } catch {
      throw ContainerError(error, part: "event formats")
    }
    do {
      let symbols = try cursor.skip(UInt64(try cursor.u32()))
      kernelSymbols = .bytes(symbols)
    } catch {
      throw ContainerError(error, part: "kernel symbols")
    }
    do {
      try readPrintkFormats(&cursor)
      try readCommandLines(&cursor)
      cpuCount = try cursor.u32()
    } catch {
      throw ContainerError(error, part: "printk formats, task names and CPU count")
    }

    var state = OptionState()
    var mark = try readMark(&cursor)
    if mark.starts(with: Array("options".utf8)) {
      do {
        _ = try readOptions(&cursor, into: &state)
      } catch {
        throw ContainerError(error, part: "options")
      }
      mark = try readMark(&cursor)
    }
    self.cpuCount = Int(state.cpuCount ?? cpuCount)
    cpuStatistics = CPUStatistics.parse(state.statistics)
    try readTable(mark, &cursor, name: "", state: state)

    for option in state.buffers {
      do throws(ContainerError) {
        try readInstance(option, state: state)
      } catch {
        damage.append(Damage(offset: error.offset, what: "instance \"\(option.name)\": \(error)"))
      }
    }
  }

  /// The ten bytes that say what comes next.
  private func readMark(_ cursor: inout ByteCursor) throws(ContainerError) -> [UInt8] {
    do {
      return try cursor.array(10)
    } catch {
      throw ContainerError(error, part: "mark of the CPU data")
    }
  }

  /// The table behind `mark`: for each CPU u64 offset, u64 size; then the clock.
  private mutating func readTable(
    _ mark: [UInt8], _ cursor: inout ByteCursor, name: String, state: OptionState
  ) throws(ContainerError) {
    let place = cursor.fileOffset
    if mark.starts(with: Array("latency".utf8)) {
      throw ContainerError(
        .latencyFormat, at: place, part: "",
        suggestion: "record events with trace-cmd record -e kvm")
    }
    guard mark.starts(with: Array("flyrecord".utf8)) else {
      throw ContainerError(.missingMark, at: place, part: "mark \"flyrecord\" before the CPU data")
    }
    var cpus: [BufferOption.CPU] = []
    do {
      // Each turn reads 16 bytes, so a large count ends with the file.
      while cpus.count < cpuCount {
        cpus.append(
          BufferOption.CPU(
            number: UInt32(clamping: cpus.count), offset: try cursor.u64(), size: try cursor.u64()))
      }
    } catch {
      throw ContainerError(error, part: "table of CPU data")
    }
    try addBuffer(
      name: name, clock: clock(&cursor, state: state, name: name), pageSize: UInt64(pageSize),
      cpus: cpus, compressed: false, at: place)
  }

  /// The clock behind a table: u64 length, text `[local]`.
  ///
  /// Not in the manual page, and not in old files.
  private mutating func clock(
    _ cursor: inout ByteCursor, state: OptionState, name: String
  ) -> String {
    let place = cursor.fileOffset
    do {
      let size = try cursor.u64()
      if size <= 64 {
        let text = try cursor.array(size)
        if let clock = TraceDatFile.clock(in: String(decoding: text, as: UTF8.self)) {
          return clock
        }
      }
    } catch {
      // Said below, where it matters.
    }
    if state.hasClockOption && traceClock == nil {
      damage.append(
        Damage(offset: place, what: "the clock's name is damaged: clock local is assumed"))
    }
    return traceClock ?? "local"
  }

  /// The table of an instance, at the place its option gives.
  private mutating func readInstance(_ option: BufferOption, state: OptionState)
    throws(ContainerError)
  {
    let file = self.file
    var cursor = ByteCursor(file.bytes, order: order)
    do {
      try cursor.seek(to: option.section.rawValue)
    } catch {
      throw ContainerError(
        .cutShort, at: FileOffset(file.byteCount), found: 0, expected: 10,
        part: "instance \"\(option.name)\"")
    }
    var mark = try readMark(&cursor)
    if mark.starts(with: Array("options".utf8)) {
      var inner = OptionState()
      do {
        _ = try readOptions(&cursor, into: &inner)
      } catch {
        throw ContainerError(error, part: "options of instance \"\(option.name)\"")
      }
      mark = try readMark(&cursor)
    }
    try readTable(mark, &cursor, name: option.name, state: state)
  }
}
