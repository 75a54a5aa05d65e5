extension TraceDatBuilder {
  /// A file of version 7.
  func version7() -> [UInt8] {
    var writer = start()
    writer.cString(packing.rawValue)
    writer.cString(packing == .none ? "" : "1.0")
    let first = writer.count
    writer.integer(UInt64(0))

    var places: [Option] = []
    let sections: [(id: UInt16, content: [UInt8])] = [
      (16, headers()), (17, ftraceSection()), (18, formatSection()),
      (19, sized(kallsyms, size: 4)), (20, sized(printkFormats, size: 4)),
      (21, sized(commandLines, size: 8)),
    ]
    for section in sections {
      var place = ByteWriter(order: order)
      place.integer(UInt64(writer.count))
      places.append(Option(section.id, place.bytes))
      writeSection(section.id, section.content, into: &writer)
    }
    var count = ByteWriter(order: order)
    count.integer(UInt32(buffers.map(\.cpus.count).max() ?? 0))

    writer.patch(UInt64(writer.count), at: first)
    var next = writeOptions(places + allOptions() + [Option(8, count.bytes)], into: &writer)
    for buffer in buffers {
      let option = writeData(of: buffer, into: &writer)
      writer.patch(UInt64(writer.count), at: next)
      next = writeOptions([option], into: &writer)
    }
    return writer.bytes
  }

  /// Writes the header of a section.
  ///
  /// - Returns: where its size is.
  private func writeHeader(
    _ id: UInt16, packed: Bool, size: Int, into writer: inout ByteWriter
  ) -> Int {
    writer.integer(id)
    writer.integer(UInt16(packed ? 1 : 0))
    writer.integer(UInt32(0))
    writer.integer(UInt64(size))
    return writer.count - 8
  }

  /// Writes a section of metadata.
  private func writeSection(_ id: UInt16, _ content: [UInt8], into writer: inout ByteWriter) {
    let body = packing == .none ? content : packed(content)
    _ = writeHeader(id, packed: packing != .none, size: body.count, into: &writer)
    writer.raw(body)
  }

  /// A packed piece with both sizes before it.
  private func packed(_ content: [UInt8]) -> [UInt8] {
    let bytes = packing.pack(content)
    var writer = ByteWriter(order: order)
    writer.integer(UInt32(bytes.count))
    writer.integer(UInt32(content.count))
    writer.raw(bytes)
    return writer.bytes
  }

  /// Writes a section of options, which trace-cmd never packs.
  ///
  /// - Returns: where the place of the next such section is to be written.
  private func writeOptions(_ options: [Option], into writer: inout ByteWriter) -> Int {
    var body = ByteWriter(order: order)
    for option in options { write(option, into: &body) }
    write(Option(0, [UInt8](repeating: 0, count: 8)), into: &body)
    _ = writeHeader(0, packed: false, size: body.count, into: &writer)
    writer.raw(body.bytes)
    return writer.count - 8
  }

  /// Writes the data of a buffer's CPUs.
  ///
  /// - Returns: the option that says where they are.
  private func writeData(of buffer: Buffer, into writer: inout ByteWriter) -> Option {
    var option = ByteWriter(order: order)
    option.integer(UInt64(writer.count))
    option.cString(buffer.name)
    option.cString(buffer.clock)
    option.integer(UInt32(pageSize))
    option.integer(UInt32(buffer.cpus.count))
    let size = writeHeader(3, packed: packing != .none, size: 0, into: &writer)
    let start = writer.count
    for (cpu, pages) in buffer.cpus.enumerated() {
      writer.align(pageSize)
      let data = packing == .none ? pages.flatMap { $0 } : chunks(pages)
      option.integer(UInt32(cpu))
      option.integer(UInt64(writer.count))
      // trace-cmd 3.1 does not count the four bytes of the chunk count.
      option.integer(UInt64(packing == .none || data.isEmpty ? data.count : data.count - 4))
      writer.raw(data)
    }
    writer.patch(UInt64(writer.count - start), at: size)
    return Option(3, option.bytes)
  }

  /// The sub-buffers of a CPU in packed chunks.
  private func chunks(_ pages: [[UInt8]]) -> [UInt8] {
    guard !pages.isEmpty else { return [] }
    var writer = ByteWriter(order: order)
    writer.integer(UInt32((pages.count + pagesPerChunk - 1) / pagesPerChunk))
    for first in stride(from: 0, to: pages.count, by: pagesPerChunk) {
      writer.raw(packed(pages[first..<min(first + pagesPerChunk, pages.count)].flatMap { $0 }))
    }
    return writer.bytes
  }
}
