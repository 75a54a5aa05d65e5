internal import Testing
internal import TraceBytes
internal import TraceTestSupport

@Suite("Integers and copies out of spans")
struct RawSpanTests {
  private let held = HeldBytes([0x01, 0x82, 0x03, 0x84, 0x05, 0x86, 0x07, 0x88, 0x09])

  @Test("Integers of every width, in both orders, at odd places")
  func integers() {
    let span = held.span
    #expect(span.u8(at: 1) == 0x82)
    #expect(span.u16(at: 1) == 0x0382)
    #expect(span.u16(at: 1, .big) == 0x8203)
    #expect(span.u32(at: 1) == 0x0584_0382)
    #expect(span.u32(at: 1, .big) == 0x8203_8405)
    #expect(span.u64(at: 1) == 0x0988_0786_0584_0382)
    #expect(span.u64(at: 1, .big) == 0x8203_8405_8607_8809)
    #expect(span.u64(at: 1, .little) == span.u64(at: 1))
  }

  @Test("Integers by size are extended with zeros")
  func integersBySize() {
    let span = held.span
    #expect(span.integer(at: 1, size: 1) == 0x82)
    #expect(span.integer(at: 1, size: 2, order: .big) == 0x8203)
    #expect(span.integer(at: 7, size: 2) == 0x0988)
    #expect(span.integer(at: 3, size: 4) == 0x0786_0584)
    #expect(span.integer(at: 0, size: 8, order: .big) == 0x0182_0384_0586_0788)
  }

  @Test("How a record begins, as far as there are twelve bytes")
  func beginnings() {
    let held = HeldBytes((1...14).map { UInt8($0) })
    let records = RecordSpan(held.span, isReadable: true)
    for offset in 0...2 {
      let beginning = records.beginning(at: offset)
      #expect(beginning?.word == held.span.u32(at: offset))
      #expect(beginning?.behind == held.span.u64(at: offset + 4))
    }
    for offset in [3, 13, 14, 1000, .max, -1, -12, .min] {
      #expect(records.beginning(at: offset) == nil, "\(offset)")
    }
    let unreadable = RecordSpan(held.span, isReadable: false)
    #expect(unreadable.beginning(at: 0) == nil)
    for count in [0, 11] {
      let short = HeldBytes([UInt8](repeating: 7, count: count))
      #expect(RecordSpan(short.span, isReadable: true).beginning(at: 0) == nil)
    }
  }

  @Test("What is left behind a place")
  func suffixes() async {
    #expect(held.span.nonemptySuffix(from: 0).array() == held.span.array())
    #expect(held.span.nonemptySuffix(from: 8).array() == [9])
    #expect(held.span.suffix(from: 9).byteCount == 0)
    await #expect(processExitsWith: .failure) {
      let held = HeldBytes([1, 2, 3, 4, 5, 6, 7, 8, 9])
      _ = held.span.nonemptySuffix(from: 9).byteCount
    }
    await #expect(processExitsWith: .failure) {
      let held = HeldBytes([1, 2, 3, 4, 5, 6, 7, 8, 9])
      _ = held.span.nonemptySuffix(from: -1).byteCount
    }
  }

  @Test("A load past the end traps, in every build")
  func outside() async {
    await #expect(processExitsWith: .failure) {
      let held = HeldBytes([1, 2, 3, 4, 5, 6, 7, 8, 9])
      _ = held.span.u64(at: 2)
    }
    await #expect(processExitsWith: .failure) {
      let held = HeldBytes([1, 2, 3, 4, 5, 6, 7, 8, 9])
      _ = held.span.u8(at: -1)
    }
  }

  @Test("Copies, texts and searches")
  func copies() {
    let held = HeldBytes(Array("ab\u{0}\u{e9}".utf8) + [0xff])
    let span = held.span
    #expect(span.array() == [0x61, 0x62, 0, 0xc3, 0xa9, 0xff])
    #expect(span.array(1..<3) == [0x62, 0])
    #expect(span.array(3..<3) == [])
    #expect(span.text(0..<2) == "ab")
    #expect(span.text(3..<6) == "\u{e9}\u{fffd}")
    #expect(span.firstIndex(of: 0, from: 0, to: 6) == 2)
    #expect(span.firstIndex(of: 0, from: 3, to: 6) == nil)
    #expect(span.firstIndex(of: 0xff, from: 0, to: 5) == nil)
    #expect(HeldBytes([]).span.array() == [])
  }
}
