internal import RingBuffer
internal import TraceBytes

extension TraceDatFile {
  /// Adds a buffer whose CPU data have been found, each place checked against the size of the file.
  ///
  /// - Throws: `ContainerError` when no sub-buffer can look as the file says.
  mutating func addBuffer(
    name: String, clock: String, pageSize: UInt64, cpus: [BufferOption.CPU], compressed: Bool,
    at place: FileOffset
  ) throws(ContainerError) {
    guard let page = HeaderPage(headerPage) else {
      throw ContainerError(.unknownLayout, at: FileOffset(0), part: "header_page")
    }
    var streams: [CPUStreamLocation] = []
    let known = buffers.reduce(0) { $0 + $1.streams.count }
    if known + cpus.count > Limits.streams {
      throw ContainerError(
        .implausible, at: place, found: UInt64(known + cpus.count),
        expected: UInt64(Limits.streams), part: "number of CPUs of all buffers")
    }
    for cpu in cpus {
      guard let number = Int(exactly: cpu.number), number < 1 << 20 else {
        damage.append(Damage(offset: place, what: "CPU number \(cpu.number): left out"))
        continue
      }
      streams.append(location(of: cpu, number: number, compressed: compressed, buffer: name))
    }
    streams.sort { $0.cpu < $1.cpu }
    guard let layout = layout(of: streams, page, announced: pageSize, at: place) else {
      throw ContainerError(
        .implausible, at: place, found: pageSize,
        expected: UInt64(SubBufferLayout.maximumPageSize), part: "bytes of a sub-buffer")
    }
    let buffer = TraceBuffer(
      name: name, clock: clock.isEmpty ? traceClock ?? "local" : clock, layout: layout,
      streams: streams)
    // Of two top buffers the later counts, as in trace-cmd.
    if name.isEmpty { buffers.removeAll { $0.name.isEmpty } }
    buffers.append(buffer)
  }

  /// The layout of a buffer's sub-buffers.
  ///
  /// Their size is said twice, for the buffer and in header_page. Where the two differ the data decide:
  /// each size is tried. Of two that fit the smaller leaves nothing out, but where it finds sub-buffers
  /// without records it cuts larger ones in pieces.
  private mutating func layout(
    of streams: [CPUStreamLocation], _ page: HeaderPage, announced: UInt64, at place: FileOffset
  ) -> SubBufferLayout? {
    let first = page.layout(pageSize: announced, order: order)
    guard page.pageSize > 0, UInt64(page.pageSize) != announced,
      let second = page.layout(pageSize: UInt64(page.pageSize), order: order)
    else { return first }
    let data = streams.filter { $0.size > 0 }.prefix(4)
    /// The sub-buffers without records that the data would have; nil where they do not fit.
    func emptySubBuffers(_ layout: SubBufferLayout) -> Int? {
      var empty = 0
      for location in data {
        let reader = CPUStreamReader(
          file: file, location: location, layout: layout, codec: compression.codec)
        guard (try? reader.nextBlock()) == true else { continue }
        let block = reader.block
        guard let finding = SubBufferProbe.look(layout, block, 0..<block.byteCount) else {
          return nil
        }
        empty += finding.emptySubBuffers
      }
      return empty
    }
    if let first, let empty = emptySubBuffers(first) {
      guard !data.isEmpty, let other = emptySubBuffers(second) else { return first }
      let isSmaller = first.pageSize < second.pageSize
      let smallerFits = (isSmaller ? empty : other) == 0
      if smallerFits == isSmaller { return first }
    }
    damage.append(
      Damage(
        offset: place,
        what:
          "sub-buffers of \(announced) bytes are announced, of \(second.pageSize) in header_page:"
          + " the data are read as the latter"))
    return second
  }

  /// Where a CPU's data are, as far as the file goes.
  private mutating func location(
    of cpu: BufferOption.CPU, number: Int, compressed: Bool, buffer: String
  ) -> CPUStreamLocation {
    let fileSize = UInt64(file.byteCount)
    let start = min(cpu.offset, fileSize)
    let size = min(cpu.size, fileSize - start)
    if size < cpu.size {
      damage.append(
        Damage(
          offset: FileOffset(fileSize),
          what: "data of CPU \(number)\(buffer.isEmpty ? "" : " of \"\(buffer)\"") are cut:"
            + " \(size) of \(cpu.size) bytes are there"))
    }
    return CPUStreamLocation(
      cpu: number, offset: FileOffset(start), size: size, announcedSize: cpu.size,
      compressed: compressed)
  }

  /// Empties every CPU whose data lie in another's.
  ///
  /// No writer makes such files; in a damaged one, each of many CPUs could claim the whole file.
  mutating func removeOverlaps() {
    var places: [(buffer: Int, stream: Int)] = []
    for buffer in buffers.indices {
      for stream in buffers[buffer].streams.indices where buffers[buffer].streams[stream].size > 0 {
        places.append((buffer, stream))
      }
    }
    places.sort {
      buffers[$0.buffer].streams[$0.stream].offset < buffers[$1.buffer].streams[$1.stream].offset
    }
    var end = FileOffset(0)
    for place in places {
      let stream = buffers[place.buffer].streams[place.stream]
      guard stream.offset < end else {
        end = FileOffset(stream.offset.rawValue + stream.size)
        continue
      }
      damage.append(
        Damage(
          offset: stream.offset, what: "data of CPU \(stream.cpu) lie in another's: left out"))
      buffers[place.buffer].streams[place.stream].size = 0
    }
  }
}
