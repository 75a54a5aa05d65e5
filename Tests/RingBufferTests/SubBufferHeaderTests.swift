internal import RingBuffer
internal import Testing
internal import TraceBytes
internal import TraceTestSupport

@Suite("Headers of sub-buffers")
struct SubBufferHeaderTests {
  @Test(
    "The commit word's flags tell losses", arguments: [ByteOrder.little, .big], [4, 8])
  func losses(order: ByteOrder, longSize: Int) {
    for lost: UInt64? in [nil, 0, 1, 1599] {
      var page = PageBuilder(timestamp: 5, longSize: longSize, order: order)
      page.record(delta: 1, [1, 2, 3, 4])
      page.lost = lost
      let reading = PageReading(page.bytes(), layout: page.layout)
      let expected: Loss =
        switch lost {
        case nil: .none
        case 0: .uncounted
        case .some(let count): .counted(count)
        }
      #expect(reading.loss == expected)
      #expect(reading.records == page.expected)
      let peer = KernelBufferReader.read(page.bytes(), longSize: longSize, order: order)
      #expect(peer.lost == lost.map { $0 == 0 ? -1 : Int64($0) } ?? 0)
      #expect(peer.records == page.expected)
    }
  }

  @Test("The upper half of the commit word means nothing: new kernels extend bit 31 over it")
  func extendedSign() {
    var page = PageBuilder(timestamp: 5)
    page.record(delta: 1, [1, 2, 3, 4])
    page.lost = 77
    page.commitBits = 0xffff_ffff_0000_0000
    let reading = PageReading(page.bytes(), layout: page.layout)
    #expect(reading.loss == .counted(77))
    #expect(reading.records == page.expected)
  }

  @Test("A count that does not fit behind the data is not read")
  func countWithoutRoom() {
    var page = PageBuilder(timestamp: 5, pageSize: 64)
    for _ in 0..<6 { page.record(delta: 1, [1, 2, 3, 4]) }
    #expect(page.room == 0)
    page.commitBits = PageBuilder.Commit.eventsMissed | PageBuilder.Commit.countStored
    // Bytes behind the sub-buffer that a careless reader would take for the count.
    let reading = HeldBytes(page.bytes() + [9, 0, 0, 0, 0, 0, 0, 0])
    let result = PageReading(reading.span, length: 64, layout: page.layout)
    #expect(result.loss == .uncounted)
    #expect(result.records == page.expected)
  }

  @Test("A count that is negative as a long is no count", arguments: [4, 8])
  func negativeCount(longSize: Int) {
    var page = PageBuilder(timestamp: 5, longSize: longSize)
    page.record(delta: 1, [1, 2, 3, 4])
    page.lost = UInt64.max
    #expect(PageReading(page.bytes(), layout: page.layout).loss == .uncounted)
  }

  @Test("A sub-buffer without records is empty, and its time is the header's")
  func empty() throws {
    let page = PageBuilder(timestamp: 12345)
    let held = HeldBytes(page.bytes())
    let block = held.span
    var cursor = SubBufferCursor(layout: page.layout)
    #expect(try cursor.begin(pageAt: 0, pageLength: 4096, in: block) == .none)
    #expect(cursor.runningTimestamp == 12345)
    #expect(cursor.isDone)
    #expect(try cursor.next(in: block) == nil)
  }

  @Test("More data than a sub-buffer holds is a fault")
  func commitTooLarge() {
    var page = PageBuilder(timestamp: 5)
    page.record(delta: 1, [1, 2, 3, 4])
    var bytes = page.bytes()
    bytes.replaceSubrange(8..<12, with: [0xf1, 0x0f, 0, 0])
    let reading = PageReading(bytes, layout: page.layout)
    #expect(reading.records.isEmpty)
    #expect(reading.loss == nil)
    #expect(reading.fault?.kind == .commitTooLarge)
    #expect(reading.fault?.found == 4081)
    #expect(reading.fault?.expected == 4080)
    #expect(reading.fault?.pageOffset == 8)
  }

  @Test("Layouts that no kernel has are refused")
  func layouts() {
    #expect(SubBufferLayout(pageSize: 4096) != nil)
    #expect(SubBufferLayout(pageSize: 65536, commitSize: 4, dataOffset: 12, order: .big) != nil)
    #expect(SubBufferLayout(pageSize: 0) == nil)
    #expect(SubBufferLayout(pageSize: 16) == nil)
    #expect(SubBufferLayout(pageSize: 4097) == nil)
    #expect(SubBufferLayout(pageSize: SubBufferLayout.maximumPageSize + 4) == nil)
    #expect(SubBufferLayout(pageSize: 4096, commitOffset: -8) == nil)
    #expect(SubBufferLayout(pageSize: 4096, commitOffset: 4) == nil)
    #expect(SubBufferLayout(pageSize: 4096, commitSize: 2) == nil)
    #expect(SubBufferLayout(pageSize: 4096, commitSize: 8, dataOffset: 12) == nil)
    #expect(SubBufferLayout(pageSize: 4096, dataOffset: 18) == nil)
    #expect(SubBufferLayout(pageSize: 4096, dataOffset: .max) == nil)
    #expect(SubBufferLayout(pageSize: 4096, commitOffset: .max) == nil)
  }
}
