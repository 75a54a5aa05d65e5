internal import RingBuffer
internal import Testing
internal import TraceBytes
internal import TraceContainer
internal import TraceTestSupport

@Suite("Recorded trace.dat files")
struct FixtureTests {
  @Test(
    "kbuffer reads the same records and losses from every sub-buffer",
    arguments: Fixture.traceDatNames)
  func peer(name: String) throws {
    let trace = try TraceDatFile.open(MappedFile(path: Fixture.path(name)))
    #expect(trace.damage == [])
    var records = 0
    for buffer in trace.buffers {
      for reader in trace.readers(for: buffer) {
        while try reader.nextBlock() {
          let block = reader.block
          for index in 0..<reader.pageCount {
            let start = index * buffer.pageSize
            let length = min(buffer.pageSize, block.byteCount - start)
            let reading = PageReading(
              block, pageAt: start, length: length, layout: buffer.layout)
            #expect(reading.fault == nil)
            // The kernel's own pages are well-formed (no fault), as kbuffer needs them to be; it
            // gets whole ones only.
            let page =
              block.array(start..<start + length)
              + [UInt8](repeating: 0, count: buffer.pageSize - length)
            let peer = KernelBufferReader.read(
              page, longSize: buffer.layout.commitSize, order: trace.order)
            #expect(reading.records == peer.records, "\(name), CPU \(reader.location.cpu)")
            #expect(lost(reading.loss) == peer.lost, "\(name), CPU \(reader.location.cpu)")
            records += peer.records.count
          }
        }
        #expect(reader.damage == [])
      }
    }
    #expect(records > 100)
  }

  /// A loss in kbuffer's words.
  private func lost(_ loss: Loss?) -> Int64? {
    switch loss {
    case .some(.none): 0
    case .counted(let count): Int64(count)
    case .uncounted: -1
    case nil: nil
    }
  }

  @Test("A file with an instance: both buffers, metadata and statistics")
  func instance() throws {
    let name = "trace-dat/containers/s7inst.dat"
    let trace = try TraceDatFile.open(MappedFile(path: Fixture.path(name)))
    #expect(trace.version == 7)
    #expect(trace.order == .little)
    #expect(trace.compression.codec == nil)
    #expect(trace.cpuCount == 2)
    #expect(trace.buffers.map(\.name) == ["", "kv"])
    #expect(trace.buffers.map(\.clock) == ["local", "local"])
    #expect(trace.uname == "Linux vm 6.18.44-fc-v657 x86_64")
    #expect(trace.traceCommandVersion == "3.1.6 not-a-git-repo")
    #expect(trace.traceID == 0xC6C4_8D2E_AFAE_8F73)
    #expect(trace.traceClock == "local")
    #expect(try trace.kallsyms.count == 12520)
    #expect(trace.printkFormats.count == 4316)
    #expect(trace.savedCommands.count == 685)
    #expect(trace.formats.contains { $0.system == "kvm" })
    #expect(trace.formats.first?.system == "ftrace")
    #expect(trace.cpuStatistics.map(\.buffer) == ["", "", "kv", "kv"])
    #expect(trace.cpuStatistics.map(\.cpu) == [0, 1, 0, 1])
    #expect(trace.cpuStatistics[0].readEvents == 195)
    #expect(trace.cpuStatistics[1].readEvents == 206)
    #expect(trace.cpuStatistics[0].oldestEventTime == "3429.419772")
    let reading = try FileReading(trace)
    #expect(reading.streams.map(\.records.count) == [195, 206, 425, 1275])
  }

  @Test(
    "Every packing and version",
    arguments: [
      ("containers/s7zlib", 24_501, "zlib", "local", 7),
      ("containers/s7mono", 7561, "zstd", "mono", 7),
      ("containers/s7x86-tsc", 7420, "zstd", "x86-tsc", 7),
      ("containers/s6stack", 330, "none", "local", 6),
      ("vmx-6.1-fixed/invalid_l2-mode2-v6", 478, "none", "local", 6),
      ("vmx-6.1-fixed/invalid_l2-mode2", 480, "zstd", "local", 7),
    ])
  func kinds(name: String, records: Int, packing: String, clock: String, version: Int) throws {
    let path = Fixture.path("trace-dat/\(name).dat")
    let trace = try TraceDatFile.open(MappedFile(path: path))
    #expect(trace.compression.name == packing)
    #expect(trace.buffers.map(\.clock) == [clock])
    #expect(trace.version == version)
    #expect(try FileReading(trace).recordCount == records)
  }

  @Test("Lost events are counted as the peer counts them")
  func losses() throws {
    let path = Fixture.path("trace-dat/containers/s7lost.zstd.dat")
    let trace = try TraceDatFile.open(MappedFile(path: path))
    let losses = try FileReading(trace).streams.map { Array($0.losses.values) }
    #expect(losses.map { Set($0) } == [[.counted(2792), .counted(2100)], []])
  }
}
