internal import Testing
internal import TraceBytes
internal import TraceTestSupport

@Suite("The byte cursor")
struct ByteCursorTests {
  @Test("Values are read one after the other", arguments: [ByteOrder.little, .big])
  func values(order: ByteOrder) throws {
    var writer = ByteWriter(order: order)
    writer.integer(UInt8(0xfe))
    writer.integer(UInt16(0xfedc))
    writer.integer(UInt32(0xfedc_ba98))
    writer.integer(UInt64(0xfedc_ba98_7654_3210))
    writer.cString("kvm")
    writer.raw([7, 8, 9, 10])
    let held = HeldBytes(writer.bytes)
    var cursor = ByteCursor(held.span, base: FileOffset(100), order: order)
    #expect(try cursor.u8() == 0xfe)
    #expect(try cursor.u16() == 0xfedc)
    #expect(try cursor.u32() == 0xfedc_ba98)
    #expect(try cursor.u64() == 0xfedc_ba98_7654_3210)
    #expect(cursor.fileOffset == FileOffset(115))
    #expect(try cursor.cString() == "kvm")
    #expect(try cursor.array(2) == [7, 8])
    #expect(try cursor.skip(1) == 21..<22)
    #expect(cursor.remaining == 1)
    let last = try cursor.bytes(1)
    #expect(last.u8(at: 0) == 10)
    #expect(cursor.remaining == 0)
    #expect(try cursor.array(0) == [])
  }

  @Test("What is not there is an error with place and both numbers, and the position stays")
  func shortages() throws {
    let held = HeldBytes([1, 2, 3])
    var cursor = ByteCursor(held.span, base: FileOffset(100))
    #expect(try cursor.u8() == 1)
    do throws(ReadError) {
      _ = try cursor.u32()
      Issue.record("four of two bytes were read")
    } catch {
      #expect(error == ReadError(offset: FileOffset(101), wanted: 4, available: 2))
    }
    do throws(ReadError) {
      _ = try cursor.array(.max)
      Issue.record("more bytes than there can be were read")
    } catch {
      #expect(error == ReadError(offset: FileOffset(101), wanted: .max, available: 2))
      #expect(error.description == "at offset 101: \(UInt64.max) bytes needed, 2 left")
    }
    #expect(cursor.position == 1)
    #expect(try cursor.u16() == 0x0302)
  }

  @Test("A text must end, within the limit and within the bytes")
  func texts() throws {
    let held = HeldBytes(Array("abcd\0ef".utf8))
    var cursor = ByteCursor(held.span)
    do throws(ReadError) {
      _ = try cursor.cString(limit: 3)
      Issue.record("a text past the limit was read")
    } catch {
      #expect(error == ReadError(offset: FileOffset(0), wanted: 4, available: 7))
    }
    #expect(try cursor.cString(limit: 4) == "abcd")
    do throws(ReadError) {
      _ = try cursor.cString()
      Issue.record("a text without an end was read")
    } catch {
      #expect(error == ReadError(offset: FileOffset(5), wanted: 3, available: 2))
    }
  }

  @Test("A position outside is refused")
  func seeking() throws {
    let held = HeldBytes([1, 2, 3, 4])
    var cursor = ByteCursor(held.span)
    try cursor.seek(to: 3)
    #expect(try cursor.u8() == 4)
    try cursor.seek(to: 4)
    #expect(cursor.remaining == 0)
    do throws(ReadError) {
      try cursor.seek(to: 5)
      Issue.record("a position outside was taken")
    } catch {
      #expect(error.offset == FileOffset(5))
    }
  }

  @Test("In unpacked bytes, errors name the place of the section")
  func unpacked() {
    let held = HeldBytes([1, 2, 3])
    var cursor = ByteCursor(held.span, base: FileOffset(500), isDecompressed: true)
    do throws(ReadError) {
      try cursor.skip(2)
      _ = try cursor.u16()
      Issue.record("a missing byte was read")
    } catch {
      #expect(error == ReadError(offset: FileOffset(500), wanted: 2, available: 1))
    }
  }
}
