internal import Foundation
internal import RingBuffer
internal import Testing
internal import TraceBytes
internal import TraceContainer
internal import TraceTestSupport

/// Directories of bare ring buffers of other machines: their bytes tell what they are.
@Suite("Bare ring buffers")
struct RawBufferTests {
  /// A directory with one CPU; runs `body` while it is there.
  private func withDirectory<Result>(
    _ builder: TraceDatBuilder, _ pages: [[UInt8]], _ body: (String) throws -> Result
  ) throws -> Result {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("kvmscope-buffers-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    let whole = try TraceDatFile.open(MappedFile(copying: builder.bytes(), path: "built"))
    let files: [String: [UInt8]] = [
      "events/header_page": Array(whole.headerPage.utf8),
      "events/kvm/kvm_entry/format": Array("name: kvm_entry\nID: 100\nformat:\n".utf8),
      "per_cpu/cpu3/trace_pipe_raw": pages.flatMap { $0 },
      "per_cpu/cpu10/trace_pipe_raw": [],
      "per_cpu/cpux/trace_pipe_raw": [1, 2, 3],
    ]
    for (name, bytes) in files {
      let url = directory.appendingPathComponent(name)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: url)
    }
    return try body(directory.path)
  }

  @Test(
    "Byte order, word size and size of sub-buffers are found",
    arguments: [ByteOrder.little, .big], [(4, 4096), (8, 4096), (8, 65536)])
  func machines(order: ByteOrder, machine: (long: Int, page: Int)) throws {
    var pages: [[UInt8]] = []
    for number in 0..<5 as Range<UInt64> {
      var page = PageBuilder(
        timestamp: 1_000_000 + number * 1000, pageSize: machine.page, longSize: machine.long,
        order: order)
      for record in 0..<20 { page.record(delta: 3, [UInt8](repeating: UInt8(record), count: 8)) }
      pages.append(page.bytes())
    }
    var builder = TraceDatBuilder(cpus: [pages])
    builder.order = order
    builder.kernelLongSize = machine.long
    builder.pageSize = machine.page
    try withDirectory(builder, pages) { path in
      let trace = try #require(try TraceDatFile.open(directory: path))
      #expect(trace.order == order)
      #expect(trace.longSize == machine.long && trace.pageSize == machine.page)
      #expect(trace.buffers.map(\.name) == [""])
      let reading = try FileReading(trace)
      // In order of their numbers, not of their names.
      #expect(reading.streams.map(\.cpu) == [3, 10])
      #expect(reading.streams.map(\.records.count) == [100, 0])
      #expect(reading.streams[0].records.first?.timestamp == 1_000_003)
      #expect(reading.streams.allSatisfy { $0.faults.isEmpty && $0.damage.isEmpty })
      #expect(trace.damage.isEmpty)
    }
  }

  @Test("A directory of anything else is none")
  func others() throws {
    #expect(try TraceDatFile.open(directory: FileManager.default.currentDirectoryPath) == nil)
    #expect(try TraceDatFile.open(directory: "/no/such/directory") == nil)
  }
}
