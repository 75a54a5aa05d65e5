internal import RingBuffer
internal import Testing
internal import TraceBytes
internal import TraceContainer
internal import TraceTestSupport

@Suite("Blocks that are read ahead")
struct BlocksAheadTests {
  /// All that a walk is told of a block.
  private struct Told: Equatable {
    var stream: Int
    var isBehindGap: Bool
    var bytes: [UInt8]
    var fileOffset: UInt64
    var damage: [String]
  }

  /// Asks for blocks of all streams, in an order that a number decides.
  private func walk(_ file: TraceDatFile, threads: Int, order: UInt64, most: Int = .max) -> [Told] {
    let streams = TraceDatStreams(file, threads: threads)
    var random = SeededGenerator(seed: order)
    var open = Array(0..<streams.streamCount)
    var told: [Told] = []
    while let stream = open.randomElement(using: &random), told.count < most {
      // A walk stays with a stream for a while.
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let next = streams.nextBlock(of: stream)
        let damage = streams.damage(of: stream).map { "\($0.offset) \($0.what)" }
        switch next {
        case .end:
          open.removeAll { $0 == stream }
          told.append(
            Told(stream: stream, isBehindGap: false, bytes: [], fileOffset: 0, damage: damage))
        case .block(let place), .blockAfterGap(let place):
          told.append(
            Told(
              stream: stream, isBehindGap: next != .block(place), bytes: streams.bytes.array(place),
              fileOffset: streams.fileOffset(of: stream, at: place.lowerBound), damage: damage))
        }
        if next == .end { break }
      }
    }
    return told
  }

  /// A packed file: CPUs of different lengths, one of them empty.
  private func packed(cpus: Int, _ random: inout SeededGenerator) -> [UInt8] {
    let pages = (0..<cpus).map { cpu in
      (0..<(cpu == 1 ? 0 : Int.random(in: 1...70, using: &random))).map { number in
        var page = PageBuilder(timestamp: UInt64(number) * 1000, pageSize: 256)
        page.record(delta: 1, (0..<8).map { _ in UInt8.random(in: 0...255, using: &random) })
        return page.bytes()
      }
    }
    var builder = TraceDatBuilder(cpus: pages)
    builder.pageSize = 256
    builder.packing = .zstd
    builder.pagesPerChunk = 3
    return builder.bytes()
  }

  @Test("Any number of threads tells the same", arguments: [2, 3, 9])
  func sameForAnyNumber(threads: Int) throws {
    var random = SeededGenerator(seed: UInt64(threads))
    for cpus in [1, 2, 5, 70] {
      let bytes = packed(cpus: cpus, &random)
      for order in 0..<4 as Range<UInt64> {
        let file = try open(bytes)
        let alone = walk(file, threads: 1, order: order)
        #expect(alone.contains { !$0.bytes.isEmpty })
        #expect(walk(file, threads: threads, order: order) == alone)
      }
    }
  }

  @Test("Damage is told before the block behind it, whoever found it")
  func damagedChunks() throws {
    var random = SeededGenerator(seed: 7)
    let whole = packed(cpus: 4, &random)
    let start = Int(try open(whole).buffers[0].streams[0].offset.rawValue)
    var damaged = 0
    for _ in 0..<60 {
      var bytes = whole
      for _ in 0..<3 {
        bytes[Int.random(in: start..<bytes.count, using: &random)] ^=
          1 << UInt8.random(in: 0...7, using: &random)
      }
      guard let file = try? open(bytes) else { continue }
      let order = UInt64.random(in: 0...99, using: &random)
      let alone = walk(file, threads: 1, order: order)
      if alone.contains(where: { !$0.damage.isEmpty }) { damaged += 1 }
      #expect(walk(file, threads: 3, order: order) == alone)
    }
    #expect(damaged > 10)
  }

  @Test("A walk that stops early leaves no thread behind")
  func stopsEarly() throws {
    var random = SeededGenerator(seed: 3)
    let file = try open(packed(cpus: 6, &random))
    for most in 0..<40 {
      #expect(walk(file, threads: 4, order: UInt64(most), most: most).count <= most + 3)
    }
  }

  @Test("A stream that has ended stays so")
  func endsOnce() throws {
    var random = SeededGenerator(seed: 5)
    let streams = TraceDatStreams(try open(packed(cpus: 2, &random)), threads: 2)
    while streams.nextBlock(of: 0) != .end {}
    for _ in 0..<10 { #expect(streams.nextBlock(of: 0) == .end) }
    #expect(streams.nextBlock(of: 1) == .end)
  }

  @Test("A place in the last block can be asked for behind the end", arguments: [1, 2])
  func placesBehindTheEnd(threads: Int) throws {
    for packing in [Packing.none, .zstd] {
      var page = PageBuilder(timestamp: 100, pageSize: 256)
      page.record(delta: 1, [1, 0, 0, 0, 2, 0, 0, 0])
      var builder = TraceDatBuilder(cpus: [[page.bytes()], [page.bytes(), page.bytes()]])
      builder.pageSize = 256
      builder.packing = packing
      let file = try open(builder.bytes())
      let streams = TraceDatStreams(file, threads: threads)
      for stream in 0..<2 {
        guard case .block(let place) = streams.nextBlock(of: stream) else {
          Issue.record("stream \(stream) has no block")
          continue
        }
        let offset = streams.fileOffset(of: stream, at: place.lowerBound)
        let begin = file.buffers[0].streams[stream].offset.rawValue
        // A chunk begins behind the count of chunks.
        #expect(offset == (packing == .none ? begin : begin + 4))
        #expect(streams.nextBlock(of: stream) == .end)
        #expect(streams.fileOffset(of: stream, at: place.lowerBound) == offset)
      }
    }
  }
}
