internal import RingBuffer
internal import Testing
internal import TraceBytes
internal import TraceContainer
internal import TraceTestSupport

/// CPU data of version 7 whose lists were cut off or never written.
@Suite("CPU data without a list")
struct RecoveryTests {
  /// Sub-buffers of one CPU from a time on.
  private func pages(_ count: Int, from start: UInt64) -> [[UInt8]] {
    (0..<count).map { number in
      var page = PageBuilder(timestamp: start + UInt64(number) * 100, pageSize: 256)
      for record in 0..<4 { page.record(delta: 1, [UInt8(record), 0, 0, 0, 2, 0, 0, 0]) }
      return page.bytes()
    }
  }

  private func builder(_ packing: Packing) -> TraceDatBuilder {
    var builder = TraceDatBuilder(buffers: [
      TraceDatBuilder.Buffer(cpus: [
        pages(15, from: 1000), [], pages(3, from: 900), pages(7, from: 800),
      ]),
      TraceDatBuilder.Buffer(
        name: "kv", cpus: [[], pages(2, from: 1000), pages(4, from: 700), []]),
    ])
    builder.packing = packing
    builder.pageSize = 256
    builder.addStatistics()
    return builder
  }

  private func open(_ bytes: [UInt8]) throws -> TraceDatFile {
    try TraceDatFile.open(MappedFile(copying: bytes, path: "built"))
  }

  /// Where each CPU's data end in the file; the last one's are followed by the list.
  private func lastData(_ trace: TraceDatFile, _ buffer: Int) -> Int {
    trace.buffers[buffer].streams.map {
      Int($0.offset.rawValue + $0.size) + ($0.compressed ? 4 : 0)
    }.max()
      ?? 0
  }

  @Test("All of it, when the lists alone are missing", arguments: Packing.allCases)
  func lists(packing: Packing) throws {
    let bytes = builder(packing).bytes()
    let whole = try open(bytes)
    let reading = try FileReading(whole)
    for buffer in 0..<2 {
      // With the first list, the second buffer is cut off, too.
      let cut = try open(Array(bytes[..<lastData(whole, buffer)]))
      #expect(cut.buffers.map(\.name) == Array(["", "kv"].prefix(buffer + 1)))
      let found = try FileReading(cut)
      let expected = reading.streams.filter { $0.buffer.isEmpty || buffer > 0 }
      #expect(
        found.streams.filter { !$0.records.isEmpty }.map(\.records)
          == expected.filter { !$0.records.isEmpty }.map(\.records))
      #expect(
        found.streams.filter { !$0.records.isEmpty }.map(\.cpu)
          == (buffer == 0 ? [0, 2, 3] : [0, 2, 3, 1, 2]))
      #expect(found.streams.allSatisfy { $0.faults.isEmpty && $0.damage.isEmpty })
      #expect(cut.damage.contains { $0.what.contains("no list of the CPU data") })
    }
  }

  @Test("CPUs behind the cut are said to be missing", arguments: Packing.allCases)
  func missing(packing: Packing) throws {
    let bytes = builder(packing).bytes()
    let whole = try open(bytes)
    let first = whole.buffers[0].streams[0]
    let end = Int(first.offset.rawValue + first.size) + (first.compressed ? 4 : 0)
    let cut = try open(Array(bytes[..<end]))
    #expect(cut.buffers[0].streams.map(\.cpu) == [0, 2, 3])
    #expect(cut.buffers[0].streams.map { $0.size > 0 } == [true, false, false])
    let streams = TraceDatStreams(cut)
    for stream in 1..<3 {
      guard case .end = streams.nextBlock(of: stream) else {
        Issue.record("data of a CPU that has none")
        continue
      }
      #expect(streams.damage(of: stream).map(\.what).first?.contains("are missing") == true)
    }
  }

  @Test(
    "A recorder that was killed has written no sizes and no next place", arguments: Packing.allCases
  )
  func unfinished(packing: Packing) throws {
    var bytes = builder(packing).bytes()
    let whole = try open(bytes)
    let end = lastData(whole, 0)
    // The header of the data: id 3, then its size; before it the last option, eight bytes for the next place.
    let data = Int(whole.buffers[0].streams[0].offset.rawValue)
    let header = try #require(
      (0..<data - 15).last { at in
        bytes[at] == 3 && bytes[at + 1] == 0 && bytes[at + 3] == 0
          && bytes[at + 4..<at + 8].allSatisfy { $0 == 0 }
          && bytes[at - 8..<at].contains { $0 != 0 }
      })
    for at in header - 8..<header { bytes[at] = 0 }
    for at in header + 8..<header + 16 { bytes[at] = 0 }
    let cut = try open(Array(bytes[..<end]))
    let expected = try FileReading(whole).streams.filter {
      $0.buffer.isEmpty && !$0.records.isEmpty
    }
    let found = try FileReading(cut).streams.filter { !$0.records.isEmpty }
    #expect(found.map(\.records) == expected.map(\.records))
  }

  @Test(
    "A recorded file whose end is cut off gives all its events",
    arguments: [
      "trace-dat/vmx-6.1-unfixed/vmx_invalid_nested_guest_state.dat",
      "trace-dat/containers/s7stack.dat",
      "trace-dat/containers/s7zlib.dat", "trace-dat/svm-6.1/set_boot_cpu_id.dat",
    ])
  func recorded(name: String) throws {
    let bytes = try Fixture.bytes(name)
    let whole = try open(bytes)
    let reading = try FileReading(whole)
    for left in [bytes.count - 1, bytes.count - 110, lastData(whole, 0)] {
      let found = try FileReading(open(Array(bytes[..<left])))
      #expect(
        found.streams.filter { !$0.records.isEmpty }.map(\.records)
          == reading.streams.filter { !$0.records.isEmpty }.map(\.records))
      #expect(
        found.streams.filter { !$0.records.isEmpty }.map(\.cpu)
          == reading.streams.filter { !$0.records.isEmpty }.map(\.cpu))
    }
  }
}
