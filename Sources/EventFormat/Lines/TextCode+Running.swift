import TraceBytes

/// The running of programs.
extension TextCode {
  /// Writes an event's name and its text.
  ///
  /// There must be room for all that the program counts; the record must be as long as it wants.
  ///
  /// - Parameters:
  ///   - program: the event's.
  ///   - block: what the record lies in.
  ///   - place: where, wholly in the block.
  ///   - isBigEndian: the byte order of the record.
  ///   - slow: makes what the program leaves to it.
  ///   - writer: where to.
  /// - Returns: false when there was not enough room for what `slow` made: what was written then does not count.
  @inline(__always)
  func write(
    _ program: TextProgram, _ block: RawSpan, _ place: RecordPlace, isBigEndian: Bool,
    _ slow: SlowText, to writer: inout TextWriter
  ) -> Bool {
    let record = RecordReader(
      block, offset: place.offset, length: place.length, isBigEndian: isBigEndian)
    let start = writer.at
    writer.isUnsafe = program.isUnsafe
    let instructions = instructions.span
    let bytes = bytes.rawBytes
    var next = Int(program.first)
    while true {
      let instruction = instructions[next]
      next &+= 1
      writer.append(
        bytes, at: Int(instruction.literal.offset), count: Int(instruction.literal.count))
      switch instruction.operation {
      case .end:
        guard writer.isUnsafe else { return true }
        return makeSafe(from: start + Int(program.nameLength), slow, &writer)
      case .unsigned(let operand, let cut):
        let value = number(operand, record)
        writer.append(decimal: (value &<< UInt64(cut)) &>> UInt64(cut))
      case .signed(let operand, let cut):
        let value = Int64(bitPattern: number(operand, record))
        writer.append(signed: (value &<< Int64(cut)) &>> Int64(cut))
      case .hex(let operand, let cut, let width, let hasPrefix):
        let value = (number(operand, record) &<< UInt64(cut)) &>> UInt64(cut)
        if hasPrefix && value != 0 { writer.append(Self.hexPrefix, count: 2) }
        writer.append(hex: value, width: Int(width))
      case .pointer(let operand):
        let value = number(operand, record)
        if value == 0 {
          writer.append(Self.nilPointer, count: 5)
        } else {
          writer.append(Self.hexPrefix, count: 2)
          writer.append(hex: value)
        }
      case .character(let operand):
        let byte = UInt8(truncatingIfNeeded: number(operand, record))
        if !SafeText.isPlain(byte) { writer.isUnsafe = true }
        writer.append(byte)
      case .symbol(let operand, let table):
        append(symbol: number(operand, record), Int(table), to: &writer)
      case .flags(let operand, let table):
        append(flags: number(operand, record), Int(table), to: &writer)
      case .text(let range, let isLast):
        writer.append(textOf: record, record.range(range), isLast: isLast)
      case .bytes(let range, let count):
        writer.append(bytesOf: record, record.range(range), most: number(count, record))
      case .states(let operand, let table):
        append(states: number(operand, record), Int(table), to: &writer)
      case .exitReason(let operand, let isa):
        let reason = number(operand, record)
        let set = number(isa, record)
        if let place = exitReason(reason, set) {
          writer.append(bytes, at: Int(place.offset), count: Int(place.count))
        } else {
          slow.name(exitReason: reason, isa: set)
          guard append(slow, for: program, place, to: &writer) else { return false }
        }
      case .jump(let target): next = Int(target)
      case .jumpIfZero(let operand, let target):
        if number(operand, record) == 0 { next = Int(target) }
      case .formatted(let operand, let conversion):
        slow.format(number(operand, record), conversions[Int(conversion)].conversion)
        guard append(slow, for: program, place, to: &writer) else { return false }
      case .evaluated(let conversion):
        slow.evaluate(conversions[Int(conversion)], in: block, place)
        guard append(slow, for: program, place, to: &writer) else { return false }
      case .rendered:
        guard appendRendered(block, place, slow, to: &writer) else { return false }
      }
    }
  }

  private static let hexPrefix = UInt64(UInt8(ascii: "0")) | UInt64(UInt8(ascii: "x")) << 8
  /// The letters `(nil)`.
  private static let nilPointer: UInt64 = 0x29_6c_69_6e_28

  // MARK: Numbers

  @inline(__always)
  private func number(_ operand: Operand, _ record: borrowing RecordReader) -> UInt64 {
    if operand.unused == Operand.isComputed { return computed(Int(operand.offset), record) }
    return record.number(
      at: Int(operand.offset), unused: operand.unused, isSigned: operand.isSigned)
  }

  /// What steps make of a record.
  @inline(never)
  private func computed(_ first: Int, _ record: borrowing RecordReader) -> UInt64 {
    let steps = steps.span
    var values = InlineArray<8, PrintValue>(repeating: .zero)
    var count = 0
    var next = first
    while true {
      let step = steps[next]
      next &+= 1
      switch step {
      case .constant(let value):
        values[count] = value
        count += 1
      case .field(let operand, let isSigned, let isWide):
        let bits = record.number(
          at: Int(operand.offset), unused: operand.unused, isSigned: operand.isSigned)
        values[count] = PrintValue(bits, isSigned: isSigned, isWide: isWide)
        count += 1
      case .count(let range):
        values[count] = PrintValue(
          UInt64(record.range(range).count), isSigned: true, isWide: false)
        count += 1
      case .unary(let operation): values[count - 1] = values[count - 1].applying(operation)
      case .binary(let operation):
        count -= 1
        values[count - 1] = values[count - 1].applying(operation, values[count])
      case .cast(let size, let isSigned):
        values[count - 1] = PrintEvaluator.cast(
          values[count - 1], size: Int(size), isSigned: isSigned)
      case .jumpIfZero(let target):
        count -= 1
        if !values[count].isTrue { next = Int(target) }
      case .jump(let target): next = Int(target)
      case .end: return values[count - 1].bits
      }
    }
  }

  // MARK: Names

  @inline(__always)
  private func exitReason(_ reason: UInt64, _ isa: UInt64) -> TextPlace? {
    let set = isa &- 1
    guard set < UInt64(exitReasons.count) else { return nil }
    let table = exitReasons[Int(set)]
    guard reason < UInt64(table.denseCount) else { return nil }
    let place = dense[Int(table.dense) + Int(reason)]
    return place == .none ? nil : place
  }

  /// The name of a value, or the value in hexadecimal digits.
  @inline(__always)
  private func append(symbol value: UInt64, _ number: Int, to writer: inout TextWriter) {
    let table = tables[number]
    var place = TextPlace.none
    if value < UInt64(table.denseCount) {
      place = dense[Int(table.dense) + Int(value)]
    } else {
      place = find(value, table)
    }
    if place == .none {
      writer.append(Self.hexPrefix, count: 2)
      writer.append(hex: value)
    } else {
      writer.append(bytes.rawBytes, at: Int(place.offset), count: Int(place.count))
    }
  }

  @inline(never)
  private func find(_ value: UInt64, _ table: TextTable) -> TextPlace {
    var low = Int(table.first)
    let end = low + Int(table.count)
    var high = end
    while low < high {
      let middle = (low + high) / 2
      if names[middle].value < value { low = middle + 1 } else { high = middle }
    }
    return low < end && names[low].value == value ? names[low].name : .none
  }

  @inline(never)
  private func append(flags value: UInt64, _ number: Int, to writer: inout TextWriter) {
    let table = tables[number]
    let bytes = bytes.rawBytes
    if value == 0, table.zero != .none {
      return writer.append(bytes, at: Int(table.zero.offset), count: Int(table.zero.count))
    }
    var rest = value
    var isFirst = true
    let separator = table.separator
    for index in Int(table.first)..<Int(table.first + table.count) {
      let flag = names[index]
      guard rest & flag.value == flag.value else { continue }
      if !isFirst {
        writer.append(bytes, at: Int(separator.offset), count: Int(separator.count))
      }
      isFirst = false
      writer.append(bytes, at: Int(flag.name.offset), count: Int(flag.name.count))
      rest &= ~flag.value
    }
    guard rest != 0 else { return }
    if !isFirst { writer.append(bytes, at: Int(separator.offset), count: Int(separator.count)) }
    writer.append(Self.hexPrefix, count: 2)
    writer.append(hex: rest)
  }

  @inline(never)
  private func append(states value: UInt64, _ number: Int, to writer: inout TextWriter) {
    let letters = tables[number].separator
    let bytes = bytes.rawBytes
    var isFirst = true
    for bit in 0..<Int(letters.count) where value & (1 << UInt64(bit)) != 0 {
      if !isFirst { writer.append(UInt8(ascii: "|")) }
      isFirst = false
      writer.append(bytes.u8(at: Int(letters.offset) + bit))
    }
    if isFirst { writer.append(UInt8(ascii: "R")) }
  }

  // MARK: The slow way

  /// Takes over what was made the slow way; false when there is no room for it and the rest of the program.
  @inline(never)
  private func append(
    _ slow: SlowText, for program: TextProgram, _ place: RecordPlace, to writer: inout TextWriter
  ) -> Bool {
    guard writer.hasRoom(for: slow.bytes.count + program.most(place.length)) else { return false }
    if !slow.bytes.allSatisfy(SafeText.isPlain) { writer.isUnsafe = true }
    writer.append(slow.bytes)
    return true
  }

  /// Appends what the renderer writes, which is safe already; false when there is no room for it.
  @inline(never)
  private func appendRendered(
    _ block: RawSpan, _ place: RecordPlace, _ slow: SlowText, to writer: inout TextWriter
  ) -> Bool {
    slow.render(block, place)
    guard writer.hasRoom(for: slow.bytes.count) else { return false }
    writer.append(slow.bytes)
    return true
  }

  @inline(never)
  private func makeSafe(
    from start: Int, _ slow: SlowText, _ writer: inout TextWriter
  ) -> Bool {
    writer.lend(from: start) { slow.makeSafe($0, $1) }
    writer.at = start
    guard writer.hasRoom(for: slow.bytes.count) else { return false }
    writer.append(slow.bytes)
    return true
  }
}

extension TextProgram {
  /// The most bytes that it writes of a record, but for what is made the slow way.
  @inline(__always)
  func most(_ length: Int) -> Int { Int(mostBytes) &+ Int(mostBytesPerByte) &* length }
}
