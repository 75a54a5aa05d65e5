internal import RingBuffer
internal import Testing
internal import TraceBytes
internal import TraceTestSupport

@Suite("Blocks of several sub-buffers")
struct BlockTests {
  @Test("One cursor reads all sub-buffers of a block, and goes on after a bad one")
  func severalPages() throws {
    var pages: [PageBuilder] = []
    for index in 0..<3 {
      var page = PageBuilder(timestamp: UInt64(index) * 1000, pageSize: 128)
      page.record(delta: 1, [UInt8(index), 0, 0, 0])
      page.record(delta: 2, [UInt8(index), 1, 0, 0])
      if index == 1 { page.header(type: 20, delta: 1) }
      pages.append(page)
    }
    let held = HeldBytes(pages.flatMap { $0.bytes() })
    let block = held.span
    var cursor = SubBufferCursor(layout: pages[0].layout)
    var seen: [UInt8] = []
    var times: [UInt64] = []
    var faults: [PageFault] = []
    for index in 0..<3 {
      do throws(PageFault) {
        _ = try cursor.begin(pageAt: index * 128, pageLength: 128, in: block)
        while let record = try cursor.next(in: block) {
          seen.append(block.u8(at: record.offset))
          times.append(record.timestamp)
        }
      } catch {
        faults.append(error)
      }
    }
    #expect(seen == [0, 0, 1, 1, 2, 2])
    #expect(times == [1, 3, 1001, 1003, 2001, 2003])
    #expect(faults.map(\.kind) == [.recordTooLong])
    // The place is counted from the start of its own sub-buffer.
    #expect(faults.first?.pageOffset == 32)
  }

  @Test("Times wrap around without a fault")
  func wrappingTime() {
    var page = PageBuilder(timestamp: .max - 1)
    page.record(delta: 3, [1, 2, 3, 4])
    page.timeExtend(by: 1 << 58)
    page.record(delta: 1, [1, 2, 3, 4])
    let reading = PageReading(page.bytes(), layout: page.layout)
    #expect(reading.records.map(\.timestamp) == [1, 2 + 1 << 58])
  }

  @Test("A cursor that has not begun has no records")
  func notBegun() throws {
    let page = PageBuilder(timestamp: 0)
    let held = HeldBytes(page.bytes())
    var cursor = SubBufferCursor(layout: page.layout)
    #expect(try cursor.next(in: held.span) == nil)
  }

  @Test("A sub-buffer outside its block is a programmer's error")
  func outside() async {
    await #expect(processExitsWith: .failure) {
      let page = PageBuilder(timestamp: 0)
      let held = HeldBytes(page.bytes())
      var cursor = SubBufferCursor(layout: page.layout)
      _ = try cursor.begin(pageAt: 4090, pageLength: 100, in: held.span)
    }
  }
}
