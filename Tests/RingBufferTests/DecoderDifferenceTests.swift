internal import RingBuffer
internal import Testing
internal import TraceBytes
internal import TraceTestSupport

/// Where decoders of the ring buffer disagree: libtraceevent (kbuffer), perfetto, LISA and the
/// kernel's own reader (`ring_buffer.c`).
///
/// The choice is kbuffer's, because its times are those that `trace-cmd report` shows.
@Suite("Where decoders of the ring buffer disagree")
struct DecoderDifferenceTests {
  /// A sub-buffer read by both, which must agree.
  private func readBoth(_ page: PageBuilder) -> PageReading {
    let bytes = page.bytes()
    let reading = PageReading(bytes, layout: page.layout)
    let peer = KernelBufferReader.read(bytes, longSize: page.longSize, order: page.order)
    #expect(reading.records == peer.records)
    return reading
  }

  @Test("The time of padding counts, as in kbuffer and perfetto; LISA and the kernel leave it out")
  func timeOfPadding() {
    // The kernel's reader (rb_update_read_stamp) passes over it; the kernel's check of whole
    // sub-buffers (rb_read_data_buffer) counts it.
    var page = PageBuilder(timestamp: 1000)
    page.record(delta: 10, [1, 2, 3, 4])
    page.discarded(delta: 7, words: 3)
    page.record(delta: 5, [5, 6, 7, 8])
    let reading = readBoth(page)
    #expect(reading.records.map(\.timestamp) == [1010, 1022])
    #expect(reading.fault == nil)
  }

  @Test("A padding time of 1 counts too, as in kbuffer; the kernel's check takes it for 0")
  func timeOneOfPadding() {
    // rb_event_discard writes 1 where the time was 0, and rb_read_data_buffer undoes it.
    var page = PageBuilder(timestamp: 1000)
    page.discarded(delta: 1, words: 0)
    page.record(delta: 5, [5, 6, 7, 8])
    #expect(readBoth(page).records.map(\.timestamp) == [1006])
  }

  @Test(
    "Padding without a time is passed over by its length, as in kbuffer; the kernel's reader stops")
  func paddingWithoutTime() {
    var page = PageBuilder(timestamp: 1000)
    page.header(type: 29, delta: 0)
    page.word(8)
    page.word(0xdddd_dddd)
    page.record(delta: 5, [5, 6, 7, 8])
    #expect(readBoth(page).records.map(\.timestamp) == [1005])
  }

  @Test(
    "Padding without a time and without a length ends the sub-buffer, as in the kernel")
  func paddingWithoutLength() {
    // kbuffer would take the length word for the next header.
    var page = PageBuilder(timestamp: 1000)
    page.record(delta: 1, [1, 2, 3, 4])
    page.header(type: 29, delta: 0)
    page.word(0)
    page.word(0x1234_5678)
    let reading = PageReading(page.bytes(), layout: page.layout)
    #expect(reading.records.map(\.timestamp) == [1001])
    #expect(reading.fault == nil)
  }

  @Test("Padding longer than the sub-buffer ends it without a fault, as in kbuffer and perfetto")
  func paddingTooLong() {
    var page = PageBuilder(timestamp: 1000)
    page.record(delta: 10, [1, 2, 3, 4])
    page.header(type: 29, delta: 1)
    page.word(1 << 20)
    page.word(0x1234_5678)
    let reading = readBoth(page)
    #expect(reading.records.count == 1)
    #expect(reading.fault == nil)
  }

  @Test(
    "Padding with a time and a length below 4 is a fault, as in perfetto; kbuffer goes on in it"
  )
  func paddingTooShort() {
    var page = PageBuilder(timestamp: 1000)
    page.record(delta: 10, [1, 2, 3, 4])
    page.header(type: 29, delta: 9)
    page.word(3)
    page.record(delta: 10, [1, 2, 3, 4])
    let reading = PageReading(page.bytes(), layout: page.layout)
    #expect(reading.records.count == 1)
    #expect(reading.fault?.kind == .lengthTooSmall)
    #expect(reading.fault?.pageOffset == 28)
    #expect(reading.fault?.found == 3)
  }

  @Test("An absolute time keeps the five highest bits, as in kbuffer and LISA; perfetto drops them")
  func highBitsOfStamp() {
    let base: UInt64 = 0b10101 << 59
    var page = PageBuilder(timestamp: base + 1000)
    page.timeStamp(base + 5_000_000_000)
    page.record(delta: 3, [1, 2, 3, 4])
    #expect(readBoth(page).records.map(\.timestamp) == [base + 5_000_000_003])
  }

  @Test("An absolute time past 2^59 goes back, as in kbuffer; the kernel's reader adds 2^59")
  func stampAcrossOverflow() {
    // rb_fix_abs_ts adds 2^59 to a stamp that is earlier than a running time with high bits.
    let base: UInt64 = 1 << 59
    var page = PageBuilder(timestamp: base + (base - 10))
    page.record(delta: 4, [1, 2, 3, 4])
    page.header(type: 31, delta: 2)
    page.word(0)
    page.record(delta: 3, [5, 6, 7, 8])
    #expect(readBoth(page).records.map(\.timestamp) == [base + base - 6, base + 5])
  }

  @Test("An absolute time has eight bytes; old parsers pass over twelve")
  func sizeOfStamp() {
    var page = PageBuilder(timestamp: 1000)
    page.timeStamp(2000)
    page.record(delta: 1, [1, 2, 3, 4])
    page.record(delta: 1, [5, 6, 7, 8])
    #expect(readBoth(page).records.map(\.offset) == [16 + 8 + 4, 16 + 8 + 8 + 4])
  }

  @Test(
    "A long record of no whole words goes on at the next word, as in kbuffer; others at its end",
    arguments: [1, 2, 3, 4, 5])
  func lengthOfNoWholeWords(length: Int) {
    var page = PageBuilder(timestamp: 1000)
    page.longRecord(delta: 1, [UInt8](repeating: 0xaa, count: length))
    page.record(delta: 1, [5, 6, 7, 8])
    let reading = readBoth(page)
    #expect(reading.records == page.expected)
    #expect(reading.records.first?.length == (length + 3) / 4 * 4)
  }

  @Test("A long record without a payload is a record, as in kbuffer")
  func emptyLongRecord() {
    var page = PageBuilder(timestamp: 1000)
    page.longRecord(delta: 1, [])
    page.record(delta: 1, [5, 6, 7, 8])
    #expect(readBoth(page).records == page.expected)
  }

  @Test("A record longer than the data is a fault, as in perfetto; kbuffer hands it out")
  func recordTooLong() {
    var page = PageBuilder(timestamp: 1000)
    page.record(delta: 10, [1, 2, 3, 4])
    page.header(type: 28, delta: 1)
    page.word(0)
    let reading = PageReading(page.bytes(), layout: page.layout)
    #expect(reading.records == page.expected)
    #expect(
      reading.fault.map(\.kind) == .recordTooLong && reading.fault?.pageOffset == 24
        && reading.fault?.found == 116 && reading.fault?.expected == 8)
    let peer = KernelBufferReader.read(page.bytes(), longSize: 8, order: .little)
    #expect(peer.records.count == 2)
  }

  @Test("A stored count without the flag of missed events is none, as in kbuffer")
  func countWithoutFlag() {
    var page = PageBuilder(timestamp: 1000)
    page.record(delta: 10, [1, 2, 3, 4])
    page.commitBits = PageBuilder.Commit.countStored
    #expect(readBoth(page).loss == Loss.none)
  }

  @Test("A loss counts although the sub-buffer begins with a time; kbuffer then forgets it")
  func lossBeforeTime() {
    // kbuffer_missed_events answers only while a record at the very start of the data is current.
    // The loss is real all the same: a timeline must not run on over it.
    var page = PageBuilder(timestamp: 1000)
    page.timeExtend(by: 1 << 30)
    page.record(delta: 10, [1, 2, 3, 4])
    page.lost = 5
    let reading = readBoth(page)
    #expect(reading.loss == .counted(5))
    #expect(reading.records.count == 1)
    #expect(KernelBufferReader.read(page.bytes(), longSize: 8, order: .little).lost == 0)
  }

  @Test("A flagged loss of zero events is a loss of unknown number; kbuffer says none")
  func lossOfZero() {
    var page = PageBuilder(timestamp: 1000)
    page.record(delta: 10, [1, 2, 3, 4])
    page.commitBits = PageBuilder.Commit.countStored | PageBuilder.Commit.eventsMissed
    #expect(readBoth(page).loss == .uncounted)
  }
}
