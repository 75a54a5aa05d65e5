internal import TraceBytes

extension TraceDatFile {
  /// Reads options up to the one that ends them.
  ///
  /// - Returns: version 7: where the next options are, 0 for nowhere; version 6: 0.
  mutating func readOptions(_ cursor: inout ByteCursor, into state: inout OptionState)
    throws(ReadError) -> UInt64
  {
    while true {
      let id = try cursor.u16()
      if version < 7 && id == TraceOption.ID.done { return 0 }
      let size = try cursor.u32()
      let offset = cursor.fileOffset
      let content = try cursor.bytes(UInt64(size))
      guard options.count < Limits.options else {
        damage.append(Damage(offset: offset, what: "too many options: the rest is left out"))
        return 0
      }
      options.append(TraceOption(id: id, offset: offset, size: size))
      var option = ByteCursor(content, base: offset, order: order, isDecompressed: !cursor.isDirect)
      do {
        if id == TraceOption.ID.done { return try option.u64() }
        try read(id, &option, into: &state)
      } catch {
        if id == TraceOption.ID.done { throw error }
        damage.append(
          Damage(
            offset: offset,
            what: "option \(id) is too short (\(error.wanted) bytes needed, \(error.available)"
              + " left): left out"))
      }
    }
  }

  /// Takes one option over.
  ///
  /// Unknown ones say nothing.
  private mutating func read(
    _ id: UInt16, _ option: inout ByteCursor, into state: inout OptionState
  ) throws(ReadError) {
    typealias ID = TraceOption.ID
    switch id {
    case ID.date:
      // Microseconds, as text.
      add(number(option.text()).multipliedReportingOverflow(by: 1000), at: option.base)
    case ID.offset:
      add((number(option.text()), false), at: option.base)
    case ID.timeShift:
      timeAdjustment.hasGuestTable = option.remaining >= 16
    case ID.tscToNanoseconds:
      try readCycleConversion(&option)
    case ID.cpuStatistics:
      state.statistics.append(option.text())
    case ID.traceClock:
      traceClock = TraceDatFile.clock(in: option.text()) ?? traceClock
      state.hasClockOption = true
    case ID.uname:
      uname = option.text()
    case ID.version:
      traceCommandVersion = option.text()
    case ID.traceID:
      traceID = try option.u64()
    case ID.cpuCount:
      state.cpuCount = try option.u32()
    case ID.buffer:
      state.buffers.append(try BufferOption(&option, version: version))
    case ID.bufferText:
      state.latencyText = option.base
    case ID.headerInformation...ID.commandLines:
      state.sections[id] = FileOffset(try option.u64())
    default:
      break
    }
  }

  /// Multiplier, shift and offset of the conversion from cycles to nanoseconds.
  private mutating func readCycleConversion(_ option: inout ByteCursor) throws(ReadError) {
    let multiplier = try option.u32()
    let shift = try option.u32()
    let offset = try option.u64()
    guard multiplier != 0 else { return }
    guard shift < 64 else {
      damage.append(
        Damage(offset: option.base, what: "cycle conversion shifts by \(shift) bits: left out"))
      return
    }
    timeAdjustment.cycles = TimeAdjustment.CycleConversion(
      multiplier: multiplier, shift: shift, offset: offset)
  }

  /// Adds nanoseconds to the offset of all times.
  private mutating func add(
    _ nanoseconds: (partialValue: Int64, overflow: Bool), at place: FileOffset
  ) {
    let sum = timeAdjustment.offset.addingReportingOverflow(nanoseconds.partialValue)
    guard !nanoseconds.overflow && !sum.overflow else {
      damage.append(Damage(offset: place, what: "time offset is too large: left out"))
      return
    }
    timeAdjustment.offset = sum.partialValue
  }

  /// The clock in square brackets, as tracefs marks the one in use: `local [global] counter`.
  static func clock(in text: String) -> String? {
    guard let open = text.firstIndex(of: "[") else { return nil }
    let rest = text[text.index(after: open)...]
    guard let close = rest.firstIndex(of: "]"), close > rest.startIndex else { return nil }
    return String(rest[..<close])
  }

  /// A number as C programs write them: decimal, or hexadecimal with 0x; 0 if it is none.
  private func number(_ text: String) -> Int64 {
    let digits = text.drop { $0 == " " }
    let isNegative = digits.hasPrefix("-")
    let magnitude = isNegative || digits.hasPrefix("+") ? digits.dropFirst() : digits
    let value: Int64?
    if magnitude.hasPrefix("0x") || magnitude.hasPrefix("0X") {
      value = Int64(magnitude.dropFirst(2).prefix { $0.isHexDigit }, radix: 16)
    } else {
      value = Int64(magnitude.prefix { $0.isASCII && $0.isNumber })
    }
    guard let value else { return 0 }
    return isNegative ? -value : value
  }
}

extension ByteCursor {
  /// All that is left, as text; a zero byte ends it.
  fileprivate func text() -> String {
    let end = bytes.firstIndex(of: 0, from: position, to: position + remaining)
    return bytes.text(position..<(end ?? position + remaining))
  }
}
