internal import Decompression
internal import RingBuffer
internal import TraceBytes

/// CPU data of version 7 that no option names.
///
/// trace-cmd writes the list of a buffer's CPU data behind them, so a file that is cut, or was not finished, has none. The
/// data stand right behind the options that could be read:
///
///     OPTIONS | BUFFER header · padding · CPU 0 · padding · CPU 1 … | OPTIONS (its list) | BUFFER … | OPTIONS | STRINGS
///
/// Packed data say where each CPU's end: a count of chunks, each with its size. Data that are not packed are
/// sub-buffers in a row: where the time of one is earlier than that of the one before, the next CPU begins. CPUs
/// without events have no data, and are told by what the kernel counted for them.
extension TraceDatFile {
  /// A BUFFER section without an option.
  struct UnlistedBuffer {
    /// Where its header is.
    let section: FileOffset
    /// What is there of the data.
    let content: Range<Int>
    let isCompressed: Bool
    /// Whether the file ends before the data do.
    let isCut: Bool
  }

  /// The sections from `start` on: options are read, buffers that no option names are found.
  mutating func readSections(
    from start: Int, into state: inout OptionState, _ sections: SectionReader
  ) -> [UnlistedBuffer] {
    let file = self.file
    var found: [UnlistedBuffer] = []
    var at = start
    for _ in 0..<Limits.optionSections {
      guard file.byteCount - at >= 16 else { break }
      let id = file.bytes.u16(at: at, order)
      let flags = file.bytes.u16(at: at + 2, order)
      let size = file.bytes.u64(at: at + 8, order)
      let content = at + 16
      let end = size < UInt64(file.byteCount - content) ? content + Int(size) : file.byteCount
      guard flags <= 1 else { break }
      switch id {
      case TraceOption.ID.done:
        do throws(ContainerError) {
          _ = try readOptionSection(at: UInt64(at), into: &state, sections)
        } catch {
          return found
        }
        at = end
      case TraceOption.ID.buffer:
        // The size is written when all data are.
        let isOpen = size == 0
        found.append(
          UnlistedBuffer(
            section: FileOffset(at), content: content..<(isOpen ? file.byteCount : end),
            isCompressed: flags & 1 != 0,
            isCut: isOpen || size > UInt64(file.byteCount - content)))
        at = isOpen ? file.byteCount : end
      default: return found
      }
    }
    return found
  }

  /// Adds buffers whose lists are missing.
  ///
  /// - Throws: `ContainerError` when their sub-buffers cannot be read.
  mutating func addUnlisted(_ found: [UnlistedBuffer], _ state: OptionState) throws(ContainerError)
  {
    guard let page = HeaderPage(headerPage), page.pageSize > 0,
      let layout = page.layout(pageSize: UInt64(page.pageSize), order: order)
    else { throw ContainerError(.unknownLayout, at: FileOffset(0), part: "header_page") }
    // Buffers are written in the order in which their statistics are.
    var names: [String] = []
    for statistics in cpuStatistics where names.last != statistics.buffer {
      names.append(statistics.buffer)
    }
    for buffer in found {
      let place = buffers.count
      let name = names.indices.contains(place) ? names[place] : place == 0 ? "" : "buffer \(place)"
      let numbers = numbersOfCPUs(in: name)
      let parts =
        buffer.isCompressed
        ? packedParts(buffer, layout) : plainParts(buffer, layout, numbers.count)
      guard !parts.isEmpty || buffer.isCut else { continue }
      var streams = parts.enumerated().map { index, part in
        CPUStreamLocation(
          cpu: index < numbers.count
            ? numbers[index] : (numbers.last ?? -1) + 1 + index - numbers.count,
          offset: FileOffset(part.place.lowerBound), size: UInt64(part.place.count),
          announcedSize: part.isCut ? .max : UInt64(part.place.count),
          compressed: buffer.isCompressed)
      }
      if buffer.isCut {
        // What was recorded on the CPUs behind the cut is lost, all of it.
        streams += numbers.dropFirst(parts.count).map { number in
          CPUStreamLocation(
            cpu: number, offset: FileOffset(file.byteCount), size: 0, announcedSize: .max,
            compressed: buffer.isCompressed)
        }
      }
      damage.append(
        Damage(
          offset: buffer.section,
          what:
            "no list of the CPU data of \(name.isEmpty ? "the buffer" : "\"\(name)\""): they were"
            + " found by looking at them (\(parts.count) of \(max(numbers.count, parts.count)) CPUs;"
            + " which is which rests on their order)"))
      buffers.append(
        TraceBuffer(name: name, clock: traceClock ?? "local", layout: layout, streams: streams))
    }
  }

  /// The CPUs of a buffer that recorded something, by what the kernel counted; all, where it counted
  /// nothing.
  private func numbersOfCPUs(in buffer: String) -> [Int] {
    let own = cpuStatistics.filter { $0.buffer == buffer }
    guard !own.isEmpty else { return Array(0..<min(cpuCount, 8192)) }
    return own.filter { ($0.entries ?? 1) > 0 || ($0.readEvents ?? 1) > 0 }.map(\.cpu).sorted()
  }

  /// The next place where a CPU's data may begin.
  private func aligned(_ at: Int, _ layout: SubBufferLayout) -> Int {
    let page =
      pageSize >= 16 && pageSize <= SubBufferLayout.maximumPageSize ? pageSize : layout.pageSize
    let (sum, overflow) = at.addingReportingOverflow(page - 1)
    return overflow ? file.byteCount : sum / page * page
  }

  /// For each CPU: u32 count of chunks, each u32 packed size, u32 unpacked size, packed bytes.
  private func packedParts(
    _ buffer: UnlistedBuffer, _ layout: SubBufferLayout
  ) -> [(place: Range<Int>, isCut: Bool)] {
    let bytes = file.bytes
    let end = buffer.content.upperBound
    var parts: [(place: Range<Int>, isCut: Bool)] = []
    var at = aligned(buffer.content.lowerBound, layout)
    while end - at >= 12, parts.count < Limits.streams {
      let count = bytes.u32(at: at, order)
      var next = at + 4
      var chunks: UInt32 = 0
      while chunks < count, end - next >= 8 {
        let packed = Int(bytes.u32(at: next, order))
        let unpacked = Int(bytes.u32(at: next + 4, order))
        guard packed > 0, unpacked > 0, unpacked <= CPUStreamReader.chunkCapacity(layout) else {
          // Not what it seemed to be.
          return parts
        }
        if packed > end - next - 8 { break }
        next += 8 + packed
        chunks += 1
      }
      let isCut = chunks < count
      // Zeros between sections, and whatever announces chunks without end.
      if count == 0 || (isCut && !buffer.isCut) { return parts }
      // The size is that without the count's own bytes, as trace-cmd lists it.
      parts.append((at..<(isCut ? end : max(next - 4, at)), isCut))
      if isCut { break }
      at = aligned(next, layout)
    }
    return parts
  }

  /// Sub-buffers in a row: a CPU ends where time goes back.
  private func plainParts(
    _ buffer: UnlistedBuffer, _ layout: SubBufferLayout, _ cpus: Int
  ) -> [(place: Range<Int>, isCut: Bool)] {
    let bytes = file.bytes
    let end = buffer.content.upperBound
    let begin = aligned(buffer.content.lowerBound, layout)
    var parts: [(place: Range<Int>, isCut: Bool)] = []
    var start = begin
    var at = begin
    var last: UInt64 = 0
    while at < end {
      let length = min(layout.pageSize, end - at)
      // One that is damaged says nothing; the reader tells of it.
      let isSound =
        length >= layout.dataOffset && SubBufferProbe.fits(layout, bytes, at..<at + length)
      let time = isSound ? bytes.u64(at: at, order) : last
      // More CPUs than there are: a clock that goes back, and no other CPU.
      if time < last, parts.count + 1 < max(cpus, 1) {
        parts.append((start..<at, false))
        start = at
      }
      last = time
      at += length
    }
    if at > start { parts.append((start..<at, buffer.isCut)) }
    return parts
  }
}
