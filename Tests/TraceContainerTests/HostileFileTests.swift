internal import RingBuffer
internal import Testing
internal import TraceBytes
internal import TraceContainer
internal import TraceTestSupport

/// Files that were made to hurt.
@Suite("Hostile trace.dat files")
struct HostileFileTests {
  /// A file with one sub-buffer on each of two CPUs.
  private func builder(version: Int = 7, packing: Packing = .none) -> TraceDatBuilder {
    var page = PageBuilder(timestamp: 100, pageSize: 256)
    page.record(delta: 1, [1, 0, 0, 0, 2, 0, 0, 0])
    var builder = TraceDatBuilder(cpus: [[page.bytes()], [page.bytes()]])
    builder.version = version
    builder.packing = packing
    builder.pageSize = 256
    return builder
  }

  /// Where the 64-bit number `value` is found last.
  private func place(of value: UInt64, in bytes: [UInt8]) throws -> Int {
    var writer = ByteWriter()
    writer.integer(value)
    let mark = writer.bytes
    return try #require(
      bytes.indices.dropLast(7).last { bytes[$0..<$0 + 8].elementsEqual(mark) })
  }

  /// `bytes` with the integer at `offset` replaced.
  private func patched<Value: FixedWidthInteger>(
    _ bytes: [UInt8], _ value: Value, at offset: Int
  ) -> [UInt8] {
    var writer = ByteWriter()
    writer.bytes = bytes
    writer.patch(value, at: offset)
    return writer.bytes
  }

  /// Where version 7 says that the first options are.
  private let firstOptions = 18 + 5 + 1

  @Test("Options that point to themselves end, and the file is refused if nothing else is left")
  func loop() throws {
    var bytes = builder().bytes()
    let options = HeldBytes(bytes).span.u64(at: firstOptions)
    let second = try #require(secondOptions(bytes))
    // The first options point to themselves: the buffers are never reached.
    bytes = patched(bytes, options, at: second.pointer)
    let error = try #require(try openingError(bytes))
    #expect(error.reason == .optionLoop)
    #expect(error.offset.rawValue == options)
  }

  @Test("Options that loop after the buffers are damage only")
  func lateLoop() throws {
    let original = builder().bytes()
    let second = try #require(secondOptions(original))
    let bytes = patched(original, second.offset, at: original.count - 8)
    let trace = try open(bytes)
    #expect(trace.damage.map(\.offset) == [FileOffset(second.offset)])
    #expect(try FileReading(trace).recordCount == 2)
  }

  /// Where the second options are, and where the first say so.
  private func secondOptions(_ bytes: [UInt8]) -> (offset: UInt64, pointer: Int)? {
    let held = HeldBytes(bytes)
    let span = held.span
    let first = Int(span.u64(at: firstOptions))
    let end = first + 16 + Int(span.u64(at: first + 8))
    return (span.u64(at: end - 8), end - 8)
  }

  @Test("CPUs that claim the same bytes: the first keeps them")
  func overlaps() throws {
    for version in [6, 7] {
      let original = builder(version: version).bytes()
      let trace = try open(original)
      let streams = trace.buffers[0].streams
      let pointer = try place(of: streams[1].offset.rawValue, in: original)
      let damaged = try open(patched(original, streams[0].offset.rawValue + 8, at: pointer))
      #expect(damaged.damage.count == 1)
      #expect(damaged.buffers[0].streams.map(\.size) == [256, 0])
    }
  }

  @Test("A count of CPUs beyond the file is refused, at once and without memory for them")
  func countOfCPUs() throws {
    var six = builder(version: 6)
    six.options = [TraceDatBuilder.Option(8, [0xff, 0xff, 0xff, 0xff])]
    let error = try #require(try openingError(six.bytes()))
    #expect(error.reason == .cutShort)

    let seven = builder().bytes()
    // Before the entries of CPU 0 (u32 number, u64 offset, u64 size) stands their count.
    let offset = try open(seven).buffers[0].streams[0].offset.rawValue
    let count = try place(of: offset, in: seven) - 8
    let other = try #require(try openingError(patched(seven, UInt32.max, at: count)))
    #expect(other.reason == .noData)
  }

  @Test("Places and sizes beyond the file are cut to it", arguments: [6, 7])
  func beyond(version: Int) throws {
    let original = builder(version: version).bytes()
    let streams = try open(original).buffers[0].streams
    let pointer = try place(of: streams[1].offset.rawValue, in: original)
    for value: UInt64 in [UInt64(original.count), UInt64.max, UInt64.max - 255] {
      let trace = try open(patched(original, value, at: pointer))
      #expect(trace.buffers[0].streams[1].size == 0)
      #expect(trace.buffers[0].streams[1].announcedSize == 256)
      #expect(trace.damage.count == 1)
      #expect(try FileReading(trace).recordCount == 1)
    }
    let trace = try open(patched(original, UInt64.max, at: pointer + 8))
    let stream = trace.buffers[0].streams[1]
    #expect(stream.offset.rawValue + stream.size == UInt64(original.count))
    #expect(stream.announcedSize == .max)
    #expect(trace.damage.count == 1)
  }

  @Test("Sections and chunks that announce more than they hold", arguments: [Packing.zstd, .zlib])
  func bombs(packing: Packing) throws {
    let original = builder(packing: packing).bytes()
    let trace = try open(original)
    #expect(trace.damage == [])
    let start = Int(trace.buffers[0].streams[0].offset.rawValue)
    for size: UInt32 in [0x7fff_ffff, 0xffff_ffff, 257, 255, 2 << 20] {
      let damaged = try open(patched(original, size, at: start + 8))
      let reading = try FileReading(damaged)
      #expect(reading.streams[0].records.isEmpty)
      #expect(reading.streams[0].damage.map(\.offset) == [FileOffset(start + 4)])
      #expect(reading.streams[1].records.count == 1)
    }
    // The packed size, then the number of chunks.
    for (value, offset) in [(UInt32.max, start + 4), (UInt32.max, start)] {
      let reading = try FileReading(open(patched(original, value, at: offset)))
      #expect(reading.streams[0].damage.count == 1)
      #expect(reading.streams[1].records.count == 1)
    }
    // The section of the header texts comes first.
    let section = 18 + 5 + 4 + 8
    let error = try #require(try openingError(patched(original, UInt32.max, at: section + 20)))
    #expect(error.reason == .undecodable)
    #expect(error.offset == FileOffset(section))
  }

  @Test("Floods of options, CPUs and statistics are cut off")
  func floods() throws {
    var options = builder()
    options.options = [TraceDatBuilder.Option](
      repeating: TraceDatBuilder.Option(999, []), count: 70_000)
    // The place of the data comes after them.
    #expect(try open(options.bytes()).damage.contains { $0.what.hasPrefix("too many options") })

    let cpus = TraceDatBuilder(cpus: [[[UInt8]]](repeating: [], count: 70_000))
    #expect(try openingError(cpus.bytes())?.reason == .implausible)

    var statistics = builder()
    let text = [UInt8](Array(repeating: Array("CPU: 1\n".utf8), count: 70_000).joined())
    statistics.options = [TraceDatBuilder.Option(2, text)]
    let trace = try open(statistics.bytes())
    #expect(trace.cpuStatistics.count == 1 << 16)
    #expect(try FileReading(trace).recordCount == 2)
  }

  @Test("Buffers that are packed in different ways: what cannot be read is said")
  func mixedPacking() throws {
    var page = PageBuilder(timestamp: 100, pageSize: 256)
    page.record(delta: 1, [1, 0, 0, 0, 2, 0, 0, 0])
    for packing in [Packing.none, .zstd] {
      var builder = TraceDatBuilder(
        buffers: ["", "kv"].map { TraceDatBuilder.Buffer(name: $0, cpus: [[page.bytes()]]) })
      builder.pageSize = 256
      builder.packing = packing
      var bytes = builder.bytes()
      // The flags of the instance's section.
      let option = try #require(try open(bytes).options.last { $0.id == 3 })
      let section = Int(HeldBytes(bytes).span.u64(at: Int(option.offset.rawValue)))
      bytes[section + 2] ^= 1
      let streams = TraceDatStreams(try open(bytes))
      #expect(streams.streamCount == 2)
      for stream in 0..<2 {
        while case .block = streams.nextBlock(of: stream) {}
      }
      #expect((0..<2).contains { !streams.damage(of: $0).isEmpty }, "\(packing)")
    }
  }

  @Test("The kernel's long counts, not that of the program that recorded")
  func kernelLong() throws {
    for (kernel, program) in [(8, 4), (4, 8)] {
      var page = PageBuilder(timestamp: 100, pageSize: 256, longSize: kernel)
      page.record(delta: 1, [1, 0, 0, 0, 2, 0, 0, 0])
      page.lost = 9
      var builder = TraceDatBuilder(cpus: [[page.bytes()]])
      builder.pageSize = 256
      builder.longSize = program
      builder.kernelLongSize = kernel
      let trace = try open(builder.bytes())
      #expect(trace.longSize == program)
      let stream = try #require(try FileReading(trace).streams.first)
      #expect(stream.records.map(\.timestamp) == [101])
      #expect(stream.losses == [0: .counted(9)])
    }
  }

  /// Places where a file says the size of its sub-buffers, header_page aside.
  private func placesOfPageSize(_ bytes: [UInt8], version: Int) throws -> [Int] {
    if version == 6 { return [14] }
    let offset = try open(bytes).buffers[0].streams[0].offset.rawValue
    return [try place(of: offset, in: bytes) - 12]
  }

  @Test("A size of sub-buffers that the data do not have is not believed", arguments: [6, 7])
  func wrongPageSizes(version: Int) throws {
    let bytes = builder(version: version).bytes()
    let whole = try FileReading(open(bytes))
    #expect(whole.streams.contains { !$0.records.isEmpty })
    for size: UInt32 in [0, 16, 17, 20, 255, 1024, 2048, 8192, 1 << 20, .max] {
      for place in try placesOfPageSize(bytes, version: version) {
        let trace = try open(patched(bytes, size, at: place))
        #expect(trace.damage.count == 1, "\(size)")
        #expect(trace.damage.first?.what.contains("of \(size) bytes are announced") == true)
        #expect(try FileReading(trace).streams.map(\.records) == whole.streams.map(\.records))
      }
    }
  }

  @Test("Half a sub-buffer is none, though its halves look like two", arguments: Packing.allCases)
  func halves(packing: Packing) throws {
    let pages = (0..<4 as Range<UInt64>).map { number in
      var page = PageBuilder(timestamp: 100 + number, pageSize: 256)
      page.record(delta: 0, [1, 0, 0, 0, 2, 0, 0, 0])
      return page.bytes()
    }
    var builder = TraceDatBuilder(cpus: [pages])
    builder.pageSize = 256
    builder.packing = packing
    let bytes = builder.bytes()
    let whole = try FileReading(open(bytes))
    // The clock's name, then the size.
    let mark = Array("local\0".utf8) + [0, 1, 0, 0]
    let place = try #require(
      bytes.indices.dropLast(9).last { bytes[$0..<$0 + 10].elementsEqual(mark) })
    let trace = try open(patched(bytes, UInt32(128), at: place + 6))
    #expect(trace.buffers.map(\.pageSize) == [256])
    #expect(try FileReading(trace) == whole)
  }

  @Test(
    "Sub-buffers of a size that no kernel has are refused where header_page has none",
    arguments: [6, 7])
  func pageSizes(version: Int) throws {
    var bytes = builder(version: version).bytes()
    let places = try placesOfPageSize(bytes, version: version)
    let text = Array("size:240;".utf8)
    let data = try #require(
      bytes.indices.dropLast(8).first { bytes[$0..<$0 + 9].elementsEqual(text) })
    for digit in data + 5..<data + 8 { bytes[digit] = UInt8(ascii: "0") }
    for size: UInt32 in [0, 16, 20, 255, .max] {
      for place in places {
        #expect(
          try openingError(patched(bytes, size, at: place))?.reason == .implausible, "\(size)")
      }
    }
  }

  @Test("A description of sub-buffers that cannot be read is refused")
  func headerPage() throws {
    for version in [6, 7] {
      var bytes = builder(version: version).bytes()
      let text = Array("commit".utf8)
      let place = try #require(
        bytes.indices.dropLast(5).first { bytes[$0..<$0 + 6].elementsEqual(text) })
      bytes[place] = 0x78
      #expect(try openingError(bytes)?.reason == .unknownLayout)
    }
  }

  @Test("Files of other kinds and versions get a clear sentence")
  func otherKinds() throws {
    func message(_ text: String) throws -> String {
      try openingError(Array(text.utf8))?.description ?? "no error"
    }
    #expect(try message("PERFILE2").contains("perf.data"))
    #expect(try message("# tracer: nop\n").contains("tracefs"))
    #expect(try message("cpus=2\n").contains("report"))
    #expect(try message("x").contains("no trace file"))
    #expect(try openingError([0x1f, 0x8b, 8])?.description.contains("gunzip") == true)

    var bytes = builder().bytes()
    bytes[10] = UInt8(ascii: "9")
    let error = try #require(try openingError(bytes))
    #expect(error.reason == .unsupportedVersion)
    #expect(error.description.contains("version 9"))
    #expect(try openingError(Array(bytes[..<12]))?.reason == .cutShort)

    var packed = builder().bytes()
    packed.replaceSubrange(18..<22, with: Array("lzma".utf8))
    #expect(try openingError(packed)?.reason == .unknownCompression)
  }

  @Test("A latency tracer's file gets a clear sentence, in both versions")
  func latency() throws {
    var six = builder(version: 6).bytes()
    let mark = Array("flyrecord".utf8)
    let place = try #require(
      six.indices.dropLast(8).last { six[$0..<$0 + 9].elementsEqual(mark) })
    six.replaceSubrange(place..<place + 9, with: Array("latency  ".utf8))
    #expect(try openingError(six)?.reason == .latencyFormat)

    var seven = TraceDatBuilder(buffers: [])
    seven.options = [
      TraceDatBuilder.Option(22, [UInt8](repeating: 0, count: 8) + Array("\0local\0".utf8))
    ]
    #expect(try openingError(seven.bytes())?.reason == .latencyFormat)
    seven.options = []
    #expect(try openingError(seven.bytes())?.reason == .noData)
  }
}
