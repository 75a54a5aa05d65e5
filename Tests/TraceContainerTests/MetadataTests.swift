internal import Testing
internal import TraceBytes
internal import TraceContainer
internal import TraceTestSupport

@Suite("Options of trace.dat files")
struct MetadataTests {
  /// A file with these options, opened.
  private func trace(_ options: [TraceDatBuilder.Option], version: Int = 7) throws -> TraceDatFile {
    var builder = TraceDatBuilder(cpus: [[]])
    builder.version = version
    builder.options = options
    return try open(builder.bytes())
  }

  /// An option whose content is a text.
  private func text(_ id: UInt16, _ text: String) -> TraceDatBuilder.Option {
    TraceDatBuilder.Option(id, Array(text.utf8) + [0])
  }

  @Test("Cycles become nanoseconds as trace-cmd computes them", arguments: [6, 7])
  func cycles(version: Int) throws {
    var writer = ByteWriter()
    writer.integer(UInt32(2_863_311_531))
    writer.integer(UInt32(32))
    writer.integer(UInt64(99))
    let trace = try trace([TraceDatBuilder.Option(14, writer.bytes)], version: version)
    let adjustment = trace.timeAdjustment
    #expect(adjustment.cycles?.multiplier == 2_863_311_531)
    #expect(adjustment.cycles?.shift == 32)
    #expect(adjustment.cycles?.offset == 99)
    #expect(adjustment.isNeeded)
    #expect(adjustment.apply(to: 3_000_000_000) == 2_000_000_000)
    #expect(adjustment.apply(to: 0) == 0)
    // More than 64 bits in between.
    #expect(adjustment.apply(to: 3 << 60) == 2_305_843_009_482_129_408)
  }

  @Test("Offsets in decimal and hexadecimal add up: DATE in microseconds, OFFSET in nanoseconds")
  func offsets() throws {
    let both = try trace([text(1, "0x10"), text(7, "-500")])
    #expect(both.timeAdjustment.offset == 15_500)
    #expect(both.timeAdjustment.apply(to: 1000) == 16_500)
    #expect(both.damage == [])
    let huge = try trace([text(1, "9223372036854775807")])
    #expect(huge.timeAdjustment.offset == 0)
    #expect(huge.damage.count == 1)
    #expect(try trace([text(7, "nonsense")]).timeAdjustment.offset == 0)
  }

  @Test("A guest's table of times is said, not applied; a shift of 64 bits is refused")
  func tables() throws {
    let guest = try trace([TraceDatBuilder.Option(12, [UInt8](repeating: 0, count: 16))])
    #expect(guest.timeAdjustment.hasGuestTable)
    #expect(!guest.timeAdjustment.isNeeded)
    var writer = ByteWriter()
    writer.integer(UInt32(5))
    writer.integer(UInt32(64))
    writer.integer(UInt64(0))
    let shifted = try trace([TraceDatBuilder.Option(14, writer.bytes)])
    #expect(shifted.timeAdjustment.cycles == nil)
    #expect(shifted.damage.count == 1)
  }

  @Test(
    "Unknown options are kept and passed over; short ones are left out and said", arguments: [6, 7])
  func odd(version: Int) throws {
    let odd = try trace(
      [
        TraceDatBuilder.Option(999, [1, 2, 3]), TraceDatBuilder.Option(11, [1]),
        TraceDatBuilder.Option(500, []),
      ], version: version)
    #expect(odd.options.contains { $0.id == 999 && $0.size == 3 })
    #expect(odd.options.contains { $0.id == 500 && $0.size == 0 })
    #expect(odd.damage.count == 1)
    #expect(odd.damage.first?.what.contains("option 11") == true)
    #expect(odd.traceID == 0x1122_3344_5566_7788)
  }

  @Test("Statistics of all CPUs and buffers")
  func statistics() throws {
    let trace = try trace([
      text(
        2,
        "CPU: 0\nentries: 5\noverrun: 1\ncommit overrun: 2\nbytes: 300\noldest event ts:  1.5\n"
          + "now ts:  2.5\ndropped events: 3\nread events: 4\n"),
      text(2, "\nBuffer: kv\n\n"), text(2, "CPU: 3\nentries: x\nunknown: 4\nno colon\n"),
    ])
    #expect(trace.cpuStatistics.count == 2)
    let first = try #require(trace.cpuStatistics.first)
    #expect(first.buffer == "" && first.cpu == 0)
    #expect(first.entries == 5 && first.overrun == 1 && first.commitOverrun == 2)
    #expect(first.bytes == 300 && first.droppedEvents == 3 && first.readEvents == 4)
    #expect(first.oldestEventTime == "1.5" && first.nowTime == "2.5")
    let second = try #require(trace.cpuStatistics.last)
    #expect(second.buffer == "kv" && second.cpu == 3 && second.entries == nil)
  }

  @Test("Kinds of files by their first bytes")
  func kinds() {
    func kind(_ bytes: [UInt8]) -> TraceKind { TraceSniffer.kind(of: HeldBytes(bytes).span) }
    #expect(kind([0x17, 0x08, 0x44] + Array("tracing7".utf8)) == .traceDat)
    #expect(kind([0x17, 0x08, 0x44]) == .unknown)
    #expect(kind(Array("PERFILE2".utf8) + [104, 0, 0, 0, 0, 0, 0, 0]) == .perfData)
    #expect(kind(Array("PERFILE2".utf8) + [16, 0, 0, 0, 0, 0, 0, 0]) == .perfPipe)
    #expect(kind(Array("2ELIFREP".utf8) + [0, 0, 0, 0, 0, 0, 0, 16]) == .perfPipe)
    #expect(kind([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]) == .packed("unxz"))
    #expect(kind([0x28, 0xb5, 0x2f, 0xfd]) == .packed("unzstd"))
    #expect(kind([]) == .unknown)
  }
}
