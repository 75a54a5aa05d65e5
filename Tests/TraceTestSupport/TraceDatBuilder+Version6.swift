extension TraceDatBuilder {
  /// A file of version 6.
  func version6() -> [UInt8] {
    var writer = start()
    writer.raw(headers())
    writer.raw(ftraceSection())
    writer.raw(formatSection())
    writer.raw(sized(kallsyms, size: 4))
    writer.raw(sized(printkFormats, size: 4))
    writer.raw(sized(commandLines, size: 8))
    let top = buffers.first { $0.name.isEmpty } ?? Buffer(cpus: [])
    let instances = buffers.filter { !$0.name.isEmpty }
    writer.integer(UInt32(top.cpus.count))

    writer.raw(Array("options  \0".utf8))
    for option in allOptions() { write(option, into: &writer) }
    var places: [Int] = []
    for instance in instances {
      places.append(writer.count + 6)
      write(
        Option(3, [UInt8](repeating: 0, count: 8) + Array(instance.name.utf8) + [0]), into: &writer)
    }
    writer.integer(UInt16(0))

    writeTable(top, into: &writer)
    for (instance, place) in zip(instances, places) {
      writer.patch(UInt64(writer.count), at: place)
      writeTable(instance, into: &writer)
    }
    return writer.bytes
  }

  /// Writes an option.
  func write(_ option: Option, into writer: inout ByteWriter) {
    writer.integer(option.id)
    writer.integer(UInt32(option.content.count))
    writer.raw(option.content)
  }

  /// Writes the table of a buffer's CPUs, its clock, and its data.
  private func writeTable(_ buffer: Buffer, into writer: inout ByteWriter) {
    writer.raw(Array("flyrecord\0".utf8))
    let table = writer.count
    writer.raw([UInt8](repeating: 0, count: 16 * buffer.cpus.count))
    writer.raw(sized("[\(buffer.clock)]", size: 8))
    for (cpu, pages) in buffer.cpus.enumerated() {
      writer.align(pageSize)
      writer.patch(UInt64(writer.count), at: table + 16 * cpu)
      writer.patch(UInt64(pages.count * pageSize), at: table + 16 * cpu + 8)
      for page in pages { writer.raw(page) }
    }
  }
}
