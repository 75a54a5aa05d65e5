internal import RingBuffer
internal import Testing
internal import TraceBytes
internal import TraceContainer
internal import TraceTestSupport

/// One kind of file.
struct FileShape: Sendable, CustomTestStringConvertible {
  var version: Int
  var packing = Packing.none
  var order = ByteOrder.little
  var longSize = 8
  var pageSize = 1024
  var instances: [String] = []

  var testDescription: String {
    "v\(version) \(packing) \(order) long \(longSize) page \(pageSize) \(instances)"
  }

  static let all: [FileShape] = [
    FileShape(version: 6), FileShape(version: 6, instances: ["kv", "other"]),
    FileShape(version: 6, order: .big), FileShape(version: 6, longSize: 4),
    FileShape(version: 6, order: .big, longSize: 4, pageSize: 4096, instances: ["kv"]),
    FileShape(version: 6, pageSize: 65536), FileShape(version: 7),
    FileShape(version: 7, packing: .zstd, instances: ["kv", "other"]),
    FileShape(version: 7, packing: .zlib, instances: ["kv"]),
    FileShape(version: 7, order: .big, instances: ["kv"]),
    FileShape(version: 7, packing: .zstd, order: .big, longSize: 4),
    FileShape(version: 7, packing: .zlib, order: .big, pageSize: 8192),
    FileShape(version: 7, longSize: 4, pageSize: 4096),
    FileShape(version: 7, packing: .zstd, pageSize: 65536),
  ]
}

@Suite("Built trace.dat files")
struct BuiltFileTests {
  @Test("All records and losses of all kinds of files are read", arguments: FileShape.all)
  func records(shape: FileShape) throws {
    var generator = SeededGenerator(for: "BuiltFileTests.records \(shape.testDescription)")
    let built = BuiltFile.random(
      version: shape.version, packing: shape.packing, order: shape.order,
      longSize: shape.longSize, pageSize: shape.pageSize, instances: shape.instances,
      using: &generator)
    let trace = try open(built.builder.bytes())
    #expect(trace.damage == [])
    let reading = try FileReading(trace)
    #expect(reading.streams.map { $0.records.map(\.timestamp) } == built.times)
    #expect(reading.streams.map(\.losses) == built.losses)
    #expect(reading.streams.allSatisfy { $0.faults.isEmpty && $0.damage.isEmpty })
    #expect(reading.recordCount > 100)

    #expect(trace.version == shape.version)
    #expect(trace.order == shape.order)
    #expect(trace.longSize == shape.longSize)
    #expect(trace.pageSize == shape.pageSize)
    #expect(trace.compression.name == shape.packing.rawValue)
    #expect(trace.buffers.map(\.name) == [""] + shape.instances)
    #expect(trace.buffers.map(\.clock) == ["global"] + shape.instances.map { _ in "mono" })
    #expect(trace.buffers.allSatisfy { $0.pageSize == shape.pageSize })
    #expect(trace.buffers.allSatisfy { $0.streams.map(\.cpu) == [0, 1, 2] })
    #expect(trace.layout(for: trace.buffers[0]).commitSize == shape.longSize)
    #expect(trace.cpuCount == 3)
  }

  @Test("All metadata of all kinds of files are read", arguments: FileShape.all)
  func metadata(shape: FileShape) throws {
    var builder = TraceDatBuilder(cpus: [[]])
    builder.version = shape.version
    builder.packing = shape.packing
    builder.order = shape.order
    builder.longSize = shape.longSize
    builder.pageSize = shape.pageSize
    builder.formats = [("kvm", ["one", "two"]), ("sched", []), ("irq", ["three"])]
    let trace = try open(builder.bytes())
    #expect(trace.damage == [])
    #expect(
      trace.formats == [
        FormatText(system: "ftrace", text: Array("name: print\nID: 5\n".utf8)),
        FormatText(system: "kvm", text: Array("one".utf8)),
        FormatText(system: "kvm", text: Array("two".utf8)),
        FormatText(system: "irq", text: Array("three".utf8)),
      ])
    #expect(try trace.kallsyms == Array(builder.kallsyms.utf8))
    #expect(trace.printkFormats == Array(builder.printkFormats.utf8))
    #expect(trace.savedCommands == [1: "systemd", 4870: "CPU 0/KVM:x2-91"])
    #expect(trace.uname == "Linux host 6.18.0 test")
    #expect(trace.traceCommandVersion == "3.1.6 test")
    #expect(trace.traceID == 0x1122_3344_5566_7788)
    #expect(trace.traceClock == "local")
    #expect(trace.headerPage.contains("commit"))
    #expect(trace.headerEvent == "# compressed entry header\n")
    #expect(!trace.timeAdjustment.isNeeded)
  }

  @Test("Of two names of one task, the later counts; lines that are none are skipped")
  func commandLines() throws {
    var builder = TraceDatBuilder(cpus: [[]])
    builder.commandLines = "1 init\nnonsense\n\n7 a b\n1 systemd\n-3 x\n8"
    #expect(try open(builder.bytes()).savedCommands == [1: "systemd", 7: "a b", -3: "x"])
  }

  @Test("A file without a top buffer has its instances")
  func instancesOnly() throws {
    var generator = SeededGenerator(for: "BuiltFileTests.instancesOnly")
    var built = BuiltFile.random(version: 7, instances: ["kv"], using: &generator)
    built.builder.buffers.removeFirst()
    built.pages.removeFirst()
    let trace = try open(built.builder.bytes())
    #expect(trace.buffers.map(\.name) == ["kv"])
    #expect(try FileReading(trace).streams.map { $0.records.map(\.timestamp) } == built.times)
  }

  @Test("A stream reader lends whole sub-buffers and says where they are")
  func blocks() throws {
    var generator = SeededGenerator(for: "BuiltFileTests.blocks")
    for packing in Packing.allCases {
      let built = BuiltFile.random(version: 7, packing: packing, using: &generator)
      let trace = try open(built.builder.bytes())
      let reader = trace.readers(for: trace.buffers[0])[0]
      #expect(reader.block.byteCount == 0)
      var counts: [Int] = []
      var last = FileOffset(0)
      while try reader.nextBlock() {
        counts.append(reader.pageCount)
        #expect(reader.block.byteCount == reader.pageCount * 1024)
        #expect(reader.blockFileOffset > last)
        last = reader.blockFileOffset
      }
      #expect(counts == (packing == .none ? [23] : [10, 10, 3]))
      #expect(reader.block.byteCount == 0)
      #expect(try reader.nextBlock() == false)
    }
  }

  @Test("Long streams that are not packed come in windows")
  func windows() throws {
    let pages = (0..<200).map { PageBuilder(timestamp: $0, pageSize: 4096).bytes() }
    let trace = try open(TraceDatBuilder(cpus: [pages]).bytes())
    let reader = trace.readers(for: trace.buffers[0])[0]
    var times: [UInt64] = []
    while try reader.nextBlock() {
      #expect(reader.block.byteCount <= 256 << 10)
      for page in 0..<reader.pageCount { times.append(reader.block.u64(at: page * 4096)) }
    }
    #expect(times == Array(0..<200))
  }
}
