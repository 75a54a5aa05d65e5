internal import RingBuffer
internal import Testing
internal import TraceBytes
internal import TraceTestSupport

/// The kinds of sub-buffer that kernels write.
private let shapes: [(pageSize: Int, longSize: Int, order: ByteOrder)] = [
  (4096, 8, .little), (4096, 4, .little), (4096, 8, .big), (4096, 4, .big), (8192, 8, .little),
  (65536, 8, .little), (1024, 8, .big),
]

@Suite("Random sub-buffers")
struct RandomPageTests {
  @Test("What was built is read, and kbuffer reads the same")
  func roundTrip() {
    var generator = SeededGenerator(for: "RandomPageTests.roundTrip")
    for round in 0..<140 {
      let shape = shapes[round % shapes.count]
      // Times with high bits too, but away from the overflow of stamps, which has a test of its
      // own.
      let time = UInt64.random(in: 0..<1 << 62, using: &generator) & ~(1 << 58)
      let page = PageBuilder.random(
        timestamp: time, pageSize: shape.pageSize, longSize: shape.longSize, order: shape.order,
        using: &generator)
      let bytes = page.bytes(filler: 0xa5)
      let reading = PageReading(bytes, layout: page.layout)
      #expect(reading.records == page.expected, "seed \(generator.seed), round \(round)")
      #expect(reading.fault == nil, "seed \(generator.seed), round \(round)")
      let peer = KernelBufferReader.read(bytes, longSize: shape.longSize, order: shape.order)
      #expect(peer.records == reading.records, "seed \(generator.seed), round \(round)")
      // kbuffer forgets a loss before a time; see DecoderDifferenceTests.lossBeforeTime.
      if peer.lost != 0 || page.beginsWithRecord {
        #expect(lost(reading.loss) == peer.lost, "seed \(generator.seed), round \(round)")
      }
      #expect(lost(reading.loss) == page.lost.map { $0 == 0 ? -1 : Int64($0) } ?? 0)
    }
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

  @Test("A sub-buffer cut at any byte gives the records that are whole, then says that it was cut")
  func cuts() {
    var generator = SeededGenerator(for: "RandomPageTests.cuts")
    for order in [ByteOrder.little, .big] {
      let page = PageBuilder.random(
        timestamp: 1 << 40, pageSize: 1024, order: order, using: &generator)
      let bytes = page.bytes()
      let dataEnd = page.dataOffset + page.data.count
      for length in 0..<bytes.count {
        let held = HeldBytes(Array(bytes[..<length]))
        let reading = PageReading(held.span, layout: page.layout)
        let whole = page.expected.filter { $0.offset + $0.length <= length }
        #expect(reading.records == whole, "seed \(generator.seed), \(length) bytes")
        if length < page.dataOffset {
          #expect(reading.fault?.kind == .headerCut)
          #expect(reading.fault?.found == UInt32(length))
        } else if length < dataEnd {
          #expect(reading.fault?.kind == .dataCut, "seed \(generator.seed), \(length) bytes")
          #expect(reading.fault?.found == UInt32(length - page.dataOffset))
          #expect(reading.fault?.expected == UInt32(page.data.count))
        } else {
          #expect(reading.fault == nil, "seed \(generator.seed), \(length) bytes")
        }
      }
    }
  }

  @Test("Bits that flip never lead a record out of the data, and a fault ends the sub-buffer")
  func flips() {
    var generator = SeededGenerator(for: "RandomPageTests.flips")
    for round in 0..<1500 {
      let shape = shapes[round % 4]
      var page = PageBuilder.random(
        timestamp: 1 << 40, pageSize: 512, longSize: shape.longSize, order: shape.order,
        using: &generator)
      page.lost = nil
      var bytes = page.bytes()
      for _ in 0...Int.random(in: 0..<4, using: &generator) {
        let bit = Int.random(in: 0..<bytes.count * 8, using: &generator)
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      }
      check(bytes, page.layout, "seed \(generator.seed), round \(round)")
    }
  }

  @Test("Random bytes never lead a record out of the data")
  func noise() {
    var generator = SeededGenerator(for: "RandomPageTests.noise")
    for round in 0..<1500 {
      let shape = shapes[round % 4]
      guard
        let layout = SubBufferLayout(
          pageSize: 256, commitSize: shape.longSize, dataOffset: 8 + shape.longSize,
          order: shape.order)
      else {
        Issue.record("no layout")
        return
      }
      var bytes = generator.bytes(256)
      // A size that is believed, so that the records are looked at.
      let size = UInt32.random(in: 0...UInt32(256 - layout.dataOffset), using: &generator)
      let commit = layout.commitSize - 4
      for index in 0..<4 {
        let shift = UInt32(8 * (shape.order == .little ? index : 3 - index))
        bytes[8 + (shape.order == .little ? 0 : commit) + index] = UInt8(size >> shift & 0xff)
      }
      check(bytes, layout, "seed \(generator.seed), round \(round)")
    }
  }

  /// Reads a damaged sub-buffer and checks what must hold for any bytes.
  private func check(_ bytes: [UInt8], _ layout: SubBufferLayout, _ comment: Comment) {
    let held = HeldBytes(bytes)
    let block = held.span
    var cursor = SubBufferCursor(layout: layout)
    var last = layout.dataOffset
    var faults = 0
    do throws(PageFault) {
      _ = try cursor.begin(pageAt: 0, pageLength: bytes.count, in: block)
      while let record = try cursor.next(in: block) {
        #expect(record.offset >= last + 4 && record.length >= 0, comment)
        last = record.offset + record.length
        #expect(last <= bytes.count, comment)
      }
    } catch {
      faults += 1
      #expect(Int(error.pageOffset) <= bytes.count, comment)
      #expect(!error.description.isEmpty)
    }
    // Nothing more, and no second fault, whatever happened.
    do throws(PageFault) {
      #expect(try cursor.next(in: block) == nil, comment)
    } catch {
      Issue.record("a second fault: \(error), \(comment)")
    }
    #expect(cursor.isDone, comment)
    #expect(faults <= 1)
  }
}
