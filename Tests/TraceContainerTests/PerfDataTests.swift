internal import RingBuffer
internal import Testing
internal import TraceBytes
internal import TraceContainer
internal import TraceTestSupport

@Suite("perf.data")
struct PerfDataTests {
  typealias Sample = PerfDataBuilder.Sample

  /// Times of two CPUs in three rounds; the second CPU's buffer is read behind the first one's.
  private static let rounds: [[(cpu: UInt32, times: [UInt64])]] = [
    [(0, [100, 110, 120]), (1, [105, 111])],
    [(0, [130, 131, 160]), (1, [112, 132, 150])],
    [(0, [161, 170]), (1, [155, 171])],
  ]

  private func builder(order: ByteOrder = .little) -> PerfDataBuilder {
    var builder = PerfDataBuilder(order: order)
    for round in Self.rounds {
      for part in round {
        for time in part.times {
          var sample = Sample(time: time)
          sample.cpu = part.cpu
          builder.sample(sample)
        }
      }
      builder.round()
    }
    return builder
  }

  private static let sorted: [UInt64] = rounds.flatMap { $0.flatMap(\.times) }.sorted()

  @Test("files and pipes, of either byte order", arguments: [ByteOrder.little, .big])
  func forms(order: ByteOrder) throws {
    let builder = builder(order: order)
    for bytes in [builder.file, builder.pipe] {
      let (reading, file, records) = try PerfDataReading.read(bytes)
      #expect(reading.events.map(\.time) == Self.sorted)
      #expect(reading.events.allSatisfy { UInt64($0.value) == $0.time })
      #expect(reading.damage == [])
      #expect(reading.gaps == [])
      #expect(file.damage == [])
      #expect(file.order == order)
      #expect(file.cpuCount == 2)
      #expect(file.uname == "Linux host 6.1.0")
      #expect(file.formats.map(\.system) == ["kvm"])
      #expect(file.recordedEvents == [7])
      #expect(file.clock == "perf")
      #expect(records.tasks.process(of: 11) == 10)
      #expect(records.countsByName.first { $0.name == "finished_round" }?.count == 3)
    }
  }

  @Test("packed records, in pieces that end anywhere", arguments: [81, 83] as [UInt32])
  func packed(type: UInt32) throws {
    for pieces in [1, 7, 100, 60000] {
      var builder = builder()
      builder.pack(pieces: pieces, type: type)
      for bytes in [builder.file, builder.pipe] {
        let (reading, _, _) = try PerfDataReading.read(bytes)
        #expect(reading.events.map(\.time) == Self.sorted, "pieces of \(pieces)")
        #expect(reading.events.allSatisfy { UInt64($0.value) == $0.time })
        #expect(reading.damage == [])
      }
    }
  }

  @Test("samples that are not packed between packed ones")
  func mixed() throws {
    var packed = builder()
    packed.pack(pieces: 60000)
    var plain = PerfDataBuilder()
    plain.sample(Sample(time: 90))
    plain.records.raw(packed.records.bytes)
    plain.sample(Sample(time: 200))
    let (reading, _, _) = try PerfDataReading.read(plain.file)
    #expect(reading.events.map(\.time) == [90] + Self.sorted + [200])
    #expect(reading.events.allSatisfy { UInt64($0.value) == $0.time })
  }

  @Test("the layout is that of the sample's id")
  func layouts() throws {
    typealias Attribute = PerfDataBuilder.Attribute
    // Far apart, so that both ways of finding an id are taken.
    for far in [3, 1 << 40] as [UInt64] {
      var reads = Attribute(
        config: 7, sampleType: PerfDataBuilder.usual | 1 << 4 | 1 << 5, ids: [far])
      // GROUP, ID and TOTAL_TIME_ENABLED: count, time, then two numbers for each.
      reads.readFormat = 8 | 4 | 1
      var dummy = Attribute(config: 9, sampleType: 0x10087, ids: [far + 1])
      dummy.type = 1
      var builder = PerfDataBuilder(attributes: [
        Attribute(config: 7, sampleType: PerfDataBuilder.usual, ids: [1, 2]), reads,
        Attribute(config: 7, sampleType: PerfDataBuilder.usual | 1 << 3 | 1 << 9, ids: [far + 2]),
        dummy,
      ])
      for time in 1...40 as ClosedRange<UInt64> {
        var sample = Sample(time: time)
        let kind = Int(time % 4)
        sample.id = [1, far, far + 2, far + 1][kind]
        if kind == 1 {
          sample.read = [2, 77, 1, 2, 3, 4]
          sample.calls = (0..<time).map { $0 }
        }
        builder.sample(sample, attribute: kind)
      }
      var unknown = Sample(time: 50)
      unknown.id = 999
      builder.sample(unknown)
      let (reading, _, records) = try PerfDataReading.read(builder.file)
      #expect(reading.events.map(\.time) == (1...40).filter { $0 % 4 != 3 })
      #expect(reading.events.allSatisfy { UInt64($0.value) == $0.time })
      #expect(records.passedOver == 10)
      #expect(reading.damage.count == 1)
      #expect(reading.gaps.map(\.loss) == [.uncounted])
    }
  }

  @Test("threads have the names of the moment")
  func names() throws {
    var builder = PerfDataBuilder()
    builder.comm(process: 10, thread: 11, "first", time: 0)
    builder.sample(Sample(time: 100))
    builder.sample(Sample(time: 200))
    builder.comm(process: 10, thread: 11, "second", time: 150, cpu: 1)
    builder.fork(process: 20, thread: 21, parent: 11, time: 160, cpu: 1)
    var child = Sample(time: 300)
    (child.process, child.thread) = (20, 21)
    builder.sample(child)
    let (reading, _, records) = try PerfDataReading.read(builder.file)
    #expect(reading.events.map(\.comm) == ["first", "second", "second"])
    #expect(records.tasks.process(of: 21) == 20)
    #expect(records.tasks.process(of: 11) == 10)
  }

  /// `perf record --no-timestamp`: the event for such records has no time, tracepoints have.
  @Test("a record that is no sample ends like its own event says")
  func trailers() throws {
    var dummy = PerfDataBuilder.Attribute(config: 9, sampleType: 0x10082, ids: [9])
    dummy.type = 1
    var builder = PerfDataBuilder(attributes: [
      PerfDataBuilder.Attribute(config: 7, sampleType: PerfDataBuilder.usual, ids: [1, 2]), dummy,
    ])
    var body = ByteWriter(order: builder.order)
    for number in [10, 11] as [UInt32] { body.integer(number) }
    body.raw(Array("early".utf8) + [0, 0, 0])
    // TID, CPU 1, IDENTIFIER: read like a tracepoint's, the thread would be the time.
    for number in [10, 11, 1, 0] as [UInt32] { body.integer(number) }
    body.integer(UInt64(9))
    builder.record(3, body.bytes)
    builder.sample(Sample(time: 100))
    let (reading, _, _) = try PerfDataReading.read(builder.file)
    #expect(reading.events.map(\.comm) == ["early"])
  }

  @Test("an event that is only counted, or not every time, is not recorded")
  func recordedEvents() throws {
    var attributes = [7, 8, 9].map { number in
      PerfDataBuilder.Attribute(
        config: number, sampleType: PerfDataBuilder.usual, ids: [number])
    }
    attributes[1].period = 0
    attributes[2].period = 1000
    let bytes = PerfDataBuilder(attributes: attributes).file
    let file = try PerfDataFile.open(MappedFile(copying: bytes, path: "built"))
    #expect(file.recordedEvents == [7])
    #expect(file.unrecordedEvents == (counted: [8], sampled: [9]))
  }

  @Test("a member of a group that is recorded by itself as well is recorded")
  func memberAndMore() throws {
    var attributes = [7, 8, 8].map { number in
      PerfDataBuilder.Attribute(
        config: number, sampleType: PerfDataBuilder.usual, ids: [number])
    }
    attributes[1].period = 0
    let bytes = PerfDataBuilder(attributes: attributes).file
    let file = try PerfDataFile.open(MappedFile(copying: bytes, path: "built"))
    #expect(file.recordedEvents == [7, 8])
    #expect(file.unrecordedEvents == (counted: [], sampled: []))
  }

  /// An interrupt between the guest and the host has the mark of guest mode, though the host handles it.
  @Test("samples with marks of guest mode are the host's", arguments: [0, 4, 5] as [UInt16])
  func guestMarks(misc: UInt16) throws {
    var builder = PerfDataBuilder()
    builder.sample(Sample(time: 100))
    var bytes = builder.records.bytes
    bytes[4] = UInt8(misc)
    builder.records = ByteWriter(order: builder.order)
    builder.records.raw(bytes)
    let (reading, _, _) = try PerfDataReading.read(builder.file)
    #expect(reading.events.map(\.time) == [100])
    #expect(reading.damage.isEmpty)
  }

  @Test("a loss stands before the next sample of its CPU")
  func loss() throws {
    var builder = PerfDataBuilder()
    for time in [100, 110] as [UInt64] { builder.sample(Sample(time: time)) }
    builder.lost(5, time: 131, cpu: 0)
    builder.lost(2, time: 131, cpu: 0)
    builder.sample(Sample(time: 130))
    var other = Sample(time: 120)
    other.cpu = 1
    builder.sample(other)
    builder.lost(3, time: 140, cpu: 1)
    let (reading, _, _) = try PerfDataReading.read(builder.file)
    #expect(reading.events.map(\.time) == [100, 110, 120, 130])
    #expect(
      reading.gaps == [
        .init(loss: .counted(7), stream: 0, position: 3, after: 110),
        .init(loss: .counted(3), stream: 1, position: 4, after: 120),
      ])
  }

  @Test("what perf sums up at the end is not counted again")
  func lostSamples() throws {
    var builder = PerfDataBuilder()
    builder.sample(Sample(time: 100))
    builder.lost(5, time: 101, cpu: 0)
    builder.sample(Sample(time: 110))
    builder.lostSamples(5)
    builder.lostSamples(4)
    builder.lostSamples(1000, misc: 1 << 15)
    let (reading, _, _) = try PerfDataReading.read(builder.file)
    #expect(reading.gaps.map(\.loss) == [.counted(5), .counted(4)])
  }

  @Test("samples without a CPU, of several threads' buffers")
  func perThread() throws {
    var builder = PerfDataBuilder(attributes: [
      .init(config: 7, sampleType: PerfDataBuilder.usual & ~(1 << 7), ids: [1])
    ])
    for start in [100, 101, 102] as [UInt64] {
      for time in stride(from: start, to: start + 30, by: 3) { builder.sample(Sample(time: time)) }
    }
    let (reading, file, _) = try PerfDataReading.read(builder.file)
    #expect(!file.namesCPUs)
    #expect(reading.events.map(\.time) == Array(100..<130))
    #expect(reading.clockWentBack == 0)
  }

  @Test("records that are not known, and data behind AUXTRACE, are passed over")
  func passedOver() throws {
    var builder = PerfDataBuilder()
    builder.sample(Sample(time: 100))
    builder.record(200, [1, 2, 3, 4, 5, 6, 7, 8])
    builder.record(70000, [])
    var auxiliary = ByteWriter()
    auxiliary.integer(UInt64(20))
    builder.record(71, auxiliary.bytes)
    builder.records.raw([UInt8](repeating: 0xff, count: 20))
    builder.sample(Sample(time: 110))
    let (reading, _, records) = try PerfDataReading.read(builder.file)
    #expect(reading.events.map(\.time) == [100, 110])
    #expect(reading.damage == [])
    #expect(records.countsByName.map(\.name) == ["sample", "auxtrace", "type_200", "unknown"])
  }
}
