internal import RingBuffer
internal import Testing
internal import TraceBytes
internal import TraceContainer
internal import TraceTestSupport

/// perf.data files that were cut, changed, or made to hurt.
@Suite("Hostile perf.data")
struct PerfDataHostileTests {
  typealias Sample = PerfDataBuilder.Sample

  private func builder(order: ByteOrder = .little, isPacked: Bool = false) -> PerfDataBuilder {
    var builder = PerfDataBuilder(order: order)
    builder.comm(process: 10, thread: 11, "name", time: 0)
    for time in 100..<120 as Range<UInt64> {
      var sample = Sample(time: time)
      sample.cpu = UInt32(time % 2)
      builder.sample(sample)
      if time % 7 == 0 { builder.round() }
    }
    builder.lost(3, time: 121, cpu: 1)
    builder.fork(process: 20, thread: 21, parent: 11, time: 119)
    builder.sample(Sample(time: 130))
    builder.round()
    if isPacked { builder.pack(pieces: 150) }
    return builder
  }

  /// Reads whatever it is; every place that is named lies in the file.
  @discardableResult
  private func survive(_ bytes: [UInt8]) -> PerfDataReading? {
    do {
      let (reading, file, _) = try PerfDataReading.read(bytes)
      #expect(reading.offsets.allSatisfy { $0 <= UInt64(bytes.count) })
      #expect(file.damage.allSatisfy { $0.offset.rawValue <= UInt64(bytes.count) })
      return reading
    } catch let error as ContainerError {
      #expect(error.offset.rawValue <= UInt64(bytes.count))
      #expect(!"\(error)".isEmpty)
    } catch {
      #expect(bytes.isEmpty)
    }
    return nil
  }

  @Test("a pipe's file cut at any byte keeps what came before, and says so")
  func cut() throws {
    for isPacked in [false, true] {
      let whole = builder(isPacked: isPacked)
      let full = try PerfDataReading.read(whole.pipe).reading
      #expect(full.events.count == 21)
      let bytes = whole.pipe
      let start = bytes.count - whole.records.count
      for length in 1..<bytes.count {
        let reading = survive(Array(bytes[..<length]))
        if length < start { continue }
        let cut = try #require(reading)
        #expect(cut.events.count <= full.events.count)
        #expect(Set(cut.events).isSubset(of: Set(full.events)))
        // Nothing is missed only where a round ends.
        let isWhole = [6, 13, 20, 21].contains(cut.events.count) || cut.events.isEmpty
        #expect(isWhole || !cut.damage.isEmpty, "\(length) bytes")
      }
    }
  }

  @Test("a file cut at any byte is an error: its formats stand at the end")
  func cutFile() throws {
    let bytes = builder().file
    for length in 1..<bytes.count { survive(Array(bytes[..<length])) }
    #expect(throws: ContainerError.self) {
      try PerfDataReading.read(Array(bytes[..<(bytes.count - 1000)]))
    }
  }

  @Test("changed bytes", arguments: [ByteOrder.little, .big])
  func changed(order: ByteOrder) {
    var random = SeededGenerator(for: "changed perf.data")
    for isPacked in [false, true] {
      let builder = builder(order: order, isPacked: isPacked)
      for bytes in [builder.file, builder.pipe] {
        // Each byte of what is not text, once.
        for place in 0..<min(bytes.count, 900) {
          var bytes = bytes
          bytes[place] =
            [0, 0xff, bytes[place] ^ 1 << UInt8.random(in: 0..<8, using: &random)]
            .randomElement(using: &random) ?? 0
          survive(bytes)
        }
        for _ in 0..<200 {
          var bytes = bytes
          for _ in 0..<Int.random(in: 1...30, using: &random) {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            bytes[place] = UInt8.random(in: 0...255, using: &random)
          }
          survive(bytes)
        }
      }
    }
  }

  @Test(
    "a size of zero, or beyond the end, ends the records and is said", arguments: [0, 7, 60000])
  func badSize(size: UInt16) throws {
    var builder = PerfDataBuilder()
    builder.sample(Sample(time: 100))
    let place = builder.records.count
    builder.sample(Sample(time: 110))
    builder.sample(Sample(time: 120))
    builder.records.patch(size, at: place + 6)
    let (reading, _, _) = try PerfDataReading.read(builder.file)
    #expect(reading.events.map(\.time) == [100])
    #expect(reading.damage.isEmpty == false)
    #expect(reading.gaps.map(\.loss) == [.uncounted])
  }

  @Test("a sample that does not hold what it says is left out, and is a loss")
  func badSamples() throws {
    var builder = PerfDataBuilder()
    builder.sample(Sample(time: 100))
    let second = builder.records.count
    builder.sample(Sample(time: 110))
    // The size of the data, beyond the record.
    builder.records.patch(UInt32(4000), at: second + 56)
    builder.sample(Sample(time: 120))
    let fourth = builder.records.count
    builder.sample(Sample(time: 130))
    // A CPU that no kernel has.
    builder.records.patch(UInt32(1 << 20), at: fourth + 40)
    builder.sample(Sample(time: 140))
    let (reading, _, _) = try PerfDataReading.read(builder.file)
    #expect(reading.events.map(\.time) == [100, 120, 140])
    #expect(reading.gaps.map(\.position) == [1, 2])
    #expect(reading.gaps.allSatisfy { $0.loss == .uncounted })
    #expect(reading.damage.count == 2)
  }

  @Test("damaged packed records: what came before is kept")
  func badPacked() throws {
    var builder = builder()
    builder.pack(pieces: 100)
    builder.records.bytes[builder.records.count / 2] ^= 0xff
    let (reading, _, _) = try PerfDataReading.read(builder.file)
    #expect(reading.damage.isEmpty == false)
    #expect(reading.gaps.contains { $0.loss == .uncounted })
  }

  @Test("without rounds, all is in order that can be held")
  func noRounds() throws {
    var builder = PerfDataBuilder()
    for cpu in 0..<2 as Range<UInt32> {
      for time in 0..<5000 as Range<UInt64> {
        var sample = Sample(time: 1000 + time * 2 + UInt64(cpu))
        sample.cpu = cpu
        builder.sample(sample)
      }
    }
    let (reading, _, _) = try PerfDataReading.read(builder.file)
    #expect(reading.events.map(\.time) == Array(1000..<11000))
  }

  @Test("a sample that comes two rounds too late is handed out and said")
  func late() throws {
    var builder = PerfDataBuilder()
    for round in 0..<4 as Range<UInt64> {
      for time in 0..<2500 as Range<UInt64> {
        builder.sample(Sample(time: 10_000 * (round + 1) + time))
      }
      builder.round()
    }
    builder.sample(Sample(time: 5))
    let (reading, _, _) = try PerfDataReading.read(builder.file)
    #expect(reading.events.count == 10_001)
    #expect(reading.clockWentBack == 1)
    #expect(reading.damage.contains { $0.contains("too late") })
  }

  @Test("random rounds of many CPUs come out sorted, each record once")
  func random() throws {
    var random = SeededGenerator(for: "rounds of perf.data")
    for cpus in [1, 2, 8, 9, 40] as [UInt32] {
      var builder = PerfDataBuilder()
      var expected: [PerfDataReading.Event] = []
      var begin: UInt64 = 1000
      for _ in 0..<6 {
        for cpu in 0..<cpus {
          var times = (0..<Int.random(in: 0...(12000 / Int(cpus)), using: &random)).map { _ in
            begin + UInt64.random(in: 0..<3000, using: &random)
          }
          if Bool.random(using: &random) { times.sort() }
          for time in times {
            var sample = Sample(time: time)
            sample.cpu = cpu
            builder.sample(sample)
            expected.append(
              .init(time: time, stream: Int(cpu), value: UInt32(time), comm: nil))
          }
        }
        builder.round()
        // A round may overlap the one before it, but not the one before that.
        begin += 2900
      }
      if Bool.random(using: &random) { builder.pack(pieces: 4000) }
      let (reading, _, _) = try PerfDataReading.read(builder.file)
      var events = reading.events
      for at in events.indices { events[at].comm = nil }
      expected.sort { ($0.time, $0.stream) < ($1.time, $1.stream) }
      #expect(events == expected, "\(cpus) CPUs")
      #expect(reading.damage == [])
    }
  }
}
