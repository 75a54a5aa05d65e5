internal import RingBuffer
public import TraceBytes

/// A directory of bare ring buffers, read like a trace.dat of one part each.
extension TraceDatFile {
  /// Reads the metadata of a directory of bare ring buffers (see `RawDirectory`).
  ///
  /// - Returns: nil when the directory holds no ring buffers.
  /// - Throws: `ContainerError` when no event could be read from it.
  public static func open(directory path: String) throws(ContainerError) -> TraceDatFile? {
    guard let directory = RawDirectory(path) else { return nil }
    guard let events = directory.events,
      let content = FileTree.bytes(of: events + "/header_page", limit: 1 << 16)
    else {
      throw ContainerError(
        .missingPart, at: FileOffset(0), part: "events/header_page",
        suggestion: "copy the directory events/ of tracefs beside per_cpu/")
    }
    let headerPage = String(decoding: content, as: UTF8.self)
    guard let page = HeaderPage(headerPage), page.pageSize > 0 else {
      throw ContainerError(.unknownLayout, at: FileOffset(0), part: "events/header_page")
    }
    let symbols = ["/kallsyms", "/../kallsyms"].map { directory.path + $0 }.first(
      where: FileTree.isFile)
    let cpus = directory.buffers.flatMap(\.cpus)
    let files: MappedFiles
    do throws(FileError) {
      files = try MappedFiles(cpus.map(\.path) + (symbols.map { [$0] } ?? []), path: path)
    } catch {
      throw ContainerError(.noData, at: FileOffset(0), part: "CPU data", suggestion: "\(error)")
    }
    let places = Array(files.places.prefix(cpus.count))
    guard places.contains(where: { !$0.isEmpty }) else {
      throw ContainerError(
        .noData, at: FileOffset(0), part: "CPU data",
        suggestion:
          "every trace_pipe_raw is empty; those of tracefs itself must be read to be copied")
    }
    let order = byteOrder(page, files.file.bytes, places)
    var trace = TraceDatFile(
      file: files.file, version: 0, order: order, longSize: page.commitSize, pageSize: page.pageSize
    )
    trace.headerPage = headerPage
    trace.headerEvent = text(events + "/header_event") ?? ""
    trace.parts = zip(cpus, places).map { cpu, place in (name(of: cpu.path, in: path), place) }
    if symbols != nil, let place = files.places.last { trace.kernelSymbols = .bytes(place) }
    trace.readParts(directory)
    try trace.addRawBuffers(directory, page, places)
    return trace
  }

  /// The order in which sub-buffers have records; that of most machines where both do.
  private static func byteOrder(
    _ page: HeaderPage, _ bytes: RawSpan, _ places: [Range<Int>]
  ) -> ByteOrder {
    for order in [ByteOrder.little, .big] {
      guard let layout = page.layout(pageSize: UInt64(page.pageSize), order: order) else {
        continue
      }
      for place in places where !place.isEmpty {
        if let finding = SubBufferProbe.look(layout, bytes, place), finding.records > 0 {
          return order
        }
      }
    }
    return .little
  }

  /// What stands beside the events.
  private mutating func readParts(_ directory: RawDirectory) {
    let formats = RawFormats(directory)
    self.formats = formats.formats
    eventsSwitchedOff = formats.switchedOff
    formatsAreOfWholeKernel = formats.areOfWholeKernel
    let path = directory.path
    printkFormats = FileTree.bytes(of: path + "/printk_formats", limit: 16 << 20) ?? []
    if let names = FileTree.bytes(of: path + "/saved_cmdlines", limit: 64 << 20) {
      takeCommandLines(names.rawBytes, 0..<names.count, at: FileOffset(0))
    }
    for line in Self.text(path + "/saved_tgids")?.split(separator: "\n") ?? [] {
      let numbers = line.split(separator: " ").compactMap { Int32($0) }
      guard numbers.count == 2, savedProcesses.count < Limits.commands else { continue }
      savedProcesses[numbers[0]] = numbers[1]
    }
    traceClock = Self.text(path + "/trace_clock").flatMap(TraceDatFile.clock(in:))
  }

  private static func text(_ path: String) -> String? {
    FileTree.bytes(of: path, limit: 16 << 20).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The path of a file within the directory that was named.
  private static func name(of path: String, in directory: String) -> String {
    path.hasPrefix(directory + "/") ? String(path.dropFirst(directory.utf8.count + 1)) : path
  }

  /// One buffer for each that the directory has.
  private mutating func addRawBuffers(
    _ directory: RawDirectory, _ page: HeaderPage, _ places: [Range<Int>]
  ) throws(ContainerError) {
    var next = 0
    for buffer in directory.buffers {
      let own = places[next..<next + buffer.cpus.count]
      next += buffer.cpus.count
      let clock = Self.text(buffer.path + "/trace_clock").flatMap(TraceDatFile.clock(in:))
      // An instance may have sub-buffers of its own size (since 6.8).
      let size = Self.text(buffer.path + "/buffer_subbuf_size_kb")
        .flatMap { Int($0.prefix { $0.isNumber }) }.map { $0.multipliedReportingOverflow(by: 1024) }
      let pageSize = size.flatMap { $0.overflow || $0.partialValue <= 0 ? nil : $0.partialValue }
      try addBuffer(
        name: buffer.name, clock: clock ?? "", pageSize: UInt64(pageSize ?? page.pageSize),
        cpus: zip(buffer.cpus, own).map { cpu, place in
          BufferOption.CPU(
            number: UInt32(cpu.number), offset: UInt64(place.lowerBound), size: UInt64(place.count))
        }, compressed: false, at: FileOffset(own.first?.lowerBound ?? 0))
      cpuCount = max(cpuCount, buffer.cpus.count)
      cpuStatistics += buffer.cpus.flatMap { cpu in
        let text = Self.text(String(cpu.path.dropLast("trace_pipe_raw".count)) + "stats")
        return CPUStatistics.parse(
          (text.map { ["Buffer: \(buffer.name)\nCPU: \(cpu.number)\n" + $0] }) ?? [])
      }
    }
  }

  /// The kind of container, as reports name it.
  public var containerName: String { version == 0 ? "raw" : "trace.dat v\(version)" }

  /// In which file a place is, and where there; nil for a trace.dat, which is one.
  public func part(at offset: FileOffset) -> (name: String, offset: FileOffset)? {
    for (name, place) in parts {
      let at = Int(clamping: offset.rawValue)
      if place.contains(at) || (at == place.upperBound && !place.isEmpty) {
        return (name, FileOffset(at - place.lowerBound))
      }
    }
    return nil
  }
}
