internal import RingBuffer
internal import Testing
internal import TraceBytes
internal import TraceContainer
internal import TraceTestSupport

/// Damaged files: results and a said loss, or an error with a place inside the file; never a crash.
@Suite("Damaged trace.dat files")
struct DamageTests {
  /// Opens damaged bytes and reads all there is.
  ///
  /// - Returns: what was read; nil if the file could not be opened.
  @discardableResult
  private func read(_ bytes: [UInt8], _ comment: Comment) throws -> (TraceDatFile, FileReading)? {
    let file = try MappedFile(copying: bytes, path: "damaged.dat")
    do {
      let trace = try TraceDatFile.open(file)
      #expect(!trace.buffers.isEmpty, comment)
      for damage in trace.damage {
        #expect(damage.offset.rawValue <= UInt64(bytes.count), comment)
        #expect(!damage.what.isEmpty && !damage.what.contains("\n"), comment)
      }
      _ = try? trace.kallsyms
      let reading = try FileReading(trace)
      for damage in reading.streams.flatMap(\.damage) {
        #expect(damage.offset.rawValue <= UInt64(bytes.count), comment)
      }
      return (trace, reading)
    } catch let error as ContainerError {
      #expect(error.offset.rawValue <= UInt64(bytes.count), comment)
      #expect(!error.description.contains("\n"), comment)
      return nil
    }
  }

  @Test(
    "A file cut at any place", arguments: [6, 7], Packing.allCases)
  func cuts(version: Int, packing: Packing) throws {
    var generator = SeededGenerator(for: "DamageTests.cuts \(version) \(packing)")
    var built = BuiltFile.random(
      version: version, packing: packing, pageSize: 256, instances: ["kv"], using: &generator)
    built.builder.addStatistics()
    let bytes = built.builder.bytes()
    let whole = try #require(try read(bytes, "whole")).1
    for length in stride(from: 1, to: bytes.count, by: bytes.count / 400 + 1) {
      let comment: Comment = "seed \(generator.seed), \(length) of \(bytes.count) bytes"
      guard let (trace, reading) = try read(Array(bytes[..<length]), comment) else { continue }
      // What is left is the start of what was there, and less of it is a said loss.
      var isLess = reading.streams.flatMap(\.records).count < whole.streams.flatMap(\.records).count
      // Where the list of CPUs is missing, data that are not packed may be taken for one CPU's.
      let isPlain = packing == .none && trace.damage.contains { $0.what.contains("no list of") }
      if isPlain {
        let all = whole.streams.flatMap(\.records)
        #expect(all.starts(with: reading.streams.flatMap(\.records)), comment)
      }
      for stream in reading.streams where !isPlain {
        let full = whole.streams.first { $0.buffer == stream.buffer && $0.cpu == stream.cpu }
        let records = try #require(full, comment).records
        #expect(records.starts(with: stream.records), comment)
        if stream.records.count < records.count { isLess = true }
      }
      let isSaid =
        !trace.damage.isEmpty
        || reading.streams.contains { !$0.damage.isEmpty || !$0.faults.isEmpty }
      #expect(!isLess || isSaid, comment)
    }
  }

  @Test("Bits that flip anywhere", arguments: [6, 7], Packing.allCases)
  func flips(version: Int, packing: Packing) throws {
    var generator = SeededGenerator(for: "DamageTests.flips \(version) \(packing)")
    let built = BuiltFile.random(
      version: version, packing: packing, pageSize: 128, instances: ["kv"], using: &generator)
    let bytes = built.builder.bytes()
    for _ in 0..<400 {
      var damaged = bytes
      let bit = Int.random(in: 0..<bytes.count * 8, using: &generator)
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      try read(damaged, "seed \(generator.seed), bit \(bit)")
    }
  }

  @Test(
    "Every bit of the headers of recorded files",
    arguments: ["trace-dat/containers/s6stack.dat", "trace-dat/vmx-6.1-fixed/invalid_l2-mode2.dat"])
  func fixtureHeaders(name: String) throws {
    let bytes = try Fixture.bytes(name)
    // The start, and the table of contents: the last options (version 7) or the table of CPUs.
    let table = try #require(
      name.contains("s6")
        ? lastIndex(of: Array("flyrecord\0".utf8), in: bytes)
        : lastIndex(of: [3, 0, 63, 0, 0, 0], in: bytes) ?? bytes.count - 80)
    let ranges = [0..<40, table..<min(table + 60, bytes.count)]
    for offset in ranges.joined() {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[offset] ^= 1 << UInt8(bit)
        try read(damaged, "\(name): bit \(bit) of byte \(offset)")
      }
    }
  }

  /// Where `mark` is found last.
  private func lastIndex(of mark: [UInt8], in bytes: [UInt8]) -> Int? {
    var start = bytes.count - mark.count
    while start >= 0 {
      if bytes[start..<start + mark.count].elementsEqual(mark) { return start }
      start -= 1
    }
    return nil
  }

  @Test(
    "A recorded file cut at many places",
    arguments: [
      "trace-dat/containers/s6stack.dat", "trace-dat/containers/s7stack.dat",
      "trace-dat/vmx-6.1-fixed/invalid_l2-mode2.dat", "trace-dat/containers/s7zlib.dat",
    ])
  func fixtureCuts(name: String) throws {
    let bytes = try Fixture.bytes(name)
    for length in stride(from: 1, to: bytes.count, by: bytes.count / 60 + 1) {
      try read(Array(bytes[..<length]), "\(name): \(length) bytes")
    }
  }

  @Test("Parts that few need are looked at all the same")
  func fewNeed() throws {
    let bytes = try Fixture.bytes("trace-dat/vmx-6.1-fixed/invalid_l2-mode2.dat")
    let whole = try #require(try read(bytes, "whole"))
    #expect(whole.0.damage.isEmpty)
    // Headers, sizes and the starts of the packed bytes: what is packed has no check sum.
    for (offset, part) in [
      (11_854, "kernel symbols"), (11_865, "kernel symbols"), (11_873, "kernel symbols"),
      (11_878, "kernel symbols"), (77_338, "names"), (77_349, "names"), (77_362, "names"),
    ] {
      var damaged = bytes
      damaged[offset] ^= 0x55
      let found = try #require(try read(damaged, "byte \(offset)"))
      #expect(found.0.damage.map(\.what).contains { $0.contains(part) }, "byte \(offset)")
      #expect(found.1 == whole.1)
    }
  }
}
