import EventFormat
import RingBuffer
import Testing
import TraceBytes
import TraceContainer
import TraceTestSupport

/// Compiled programs write what the evaluator does.
@Suite struct EventLineWriterTests {
  /// The events of a recording's formats.
  struct Formats {
    let file: TraceDatFile
    let catalogue: EventCatalogue
    let renderer: EventTextRenderer

    init(_ name: String) throws {
      file = try TraceDatFile.open(MappedFile(path: Fixture.path(name)))
      let sources = file.formats.map { FormatSource(system: $0.system, text: $0.text) }
      catalogue = EventCatalogue(
        sources, longSize: file.longSize, isBigEndian: file.order == .big)
      renderer = try EventTextRenderer(
        sources: sources, catalogue: catalogue, longSize: file.longSize, kallsyms: file.kallsyms,
        printkFormats: file.printkFormats, order: file.order)
    }
  }

  @Test("records as they were recorded", arguments: Fixture.traceDatNames)
  func recorded(name: String) throws {
    let formats = try Formats(name)
    var events: [LineEvent] = []
    var seen = [Int](repeating: 0, count: formats.catalogue.events.count)
    for (stream, reader) in formats.file.readers(for: formats.file.buffers[0]).enumerated() {
      var cursor = SubBufferCursor(layout: formats.file.buffers[0].layout)
      while try reader.nextBlock() {
        let block = reader.block
        let size = formats.file.buffers[0].pageSize
        for page in stride(from: 0, to: block.byteCount - size + 1, by: size) {
          // Damaged recordings are for other tests.
          guard (try? cursor.begin(pageAt: page, pageLength: size, in: block)) != nil else { break }
          while let record = try? cursor.next(in: block) {
            guard record.length >= 8 else { continue }
            let (id, thread) = formats.catalogue.header(in: block, at: record.offset)
            let number = formats.catalogue.number(of: id)
            seen[number] += 1
            guard seen[number] <= 30 else { continue }
            let bytes = block.array(record.offset..<record.offset + record.length)
            events.append(
              LineEvent(
                number: number, time: record.timestamp, thread: thread, stream: stream, cpu: stream,
                bytes: bytes))
          }
        }
      }
    }
    LinePair(renderer: formats.renderer, around: (8, 8)).check(events, name)
  }

  /// Fields that hold anything, and records that are too short.
  @Test("random records of recorded formats")
  func randomRecords() throws {
    var random = SeededGenerator(for: "randomRecords")
    var seen: Set<[UInt8]> = []
    for name in Fixture.traceDatNames {
      let formats = try Formats(name)
      // Of recordings by one kernel one is enough.
      guard seen.insert(formats.file.formats.reduce(into: []) { $0 += $1.text }).inserted else {
        continue
      }
      var events: [LineEvent] = []
      for (number, event) in formats.catalogue.events.enumerated() {
        let size = event.fields.map { $0.offset + $0.size }.max() ?? 8
        for _ in 0..<12 {
          events.append(
            LineEvent(
              number: number, time: random.next() >> UInt64.random(in: 0...60, using: &random),
              bytes: RandomRecord.bytes(size, &random)))
        }
      }
      let around = (Int.random(in: 0...9, using: &random), Int.random(in: 0...9, using: &random))
      LinePair(renderer: formats.renderer, around: around).check(events, name)
    }
  }

  /// Formats that no kernel has, in both byte orders.
  @Test("random formats") func randomFormats() {
    var random = SeededGenerator(for: "randomFormats")
    for round in 0..<400 {
      let print = RandomFormat.print(&random)
      let one = OneEvent(
        "made", fields: RandomFormat.fields, print: print,
        order: round % 2 == 0 ? .little : .big)
      let events = (0..<8).map { _ in
        LineEvent(bytes: RandomRecord.bytes(RandomFormat.size, &random))
      }
      LinePair(renderer: one.renderer, around: (3, round % 11)).check(events, print)
    }
  }

  @Test("lines of any length") func longLines() {
    let one = OneEvent(
      "long", fields: ["__data_loc char[] s 8 4 0", "u32 n 12 4 0"],
      print: "\"%s %u %s %.3s %s\", __get_str(s), REC->n, __get_str(s), __get_str(s), __get_str(s)")
    for length in [0, 1, 7, 8, 9, 100, 30_000, 43_000, 44_000, 60_000] {
      let bytes =
        one.record([(8, 4, UInt64(length) << 16 | 16), (12, 4, 5)])
        + [UInt8](repeating: UInt8(ascii: "x"), count: length)
      LinePair(renderer: one.renderer).check(
        (0..<7).map { _ in LineEvent(bytes: bytes) }, "\(length)")
    }
  }

  /// More values at once than a program keeps: the evaluator has them.
  @Test("deep expressions", arguments: 5...12) func deep(levels: Int) {
    let right = (0..<levels).reduce("REC->a") { "(\($1) - \($0))" }
    let left = (0..<levels).reduce("REC->a") { "(\($0) - \($1))" }
    let one = OneEvent("deep", fields: ["u32 a 8 4 0"], print: "\"%d %d\", \(right), \(left)")
    let text = one.text(one.record([(8, 4, 1000)]))
    #expect(text.split(separator: " ").count == 2)
    LinePair(renderer: one.renderer).check([LineEvent(bytes: one.record([(8, 4, 1000)]))], text)
  }

  @Test("heads") func heads() {
    let one = OneEvent("kvm_fpu", fields: ["u32 load 8 4 0"], print: "\"load %u\", REC->load")
    let bytes = one.record([(8, 4, 1)])
    var events: [LineEvent] = []
    for time in [
      0, 5, 999_999_999, 1_000_000_000, 4, 99_999_999_999_999, 100_000_000_000_000, UInt64.max,
    ] {
      // Threads that share a slot, and CPUs of several digits.
      for (thread, stream) in [(0, 0), (354, 0), (1378, 0), (-1, 3), (Int32.max, 3000), (.min, 1)] {
        events.append(
          LineEvent(
            time: time, thread: thread, stream: stream, buffer: stream % 2, cpu: stream,
            bytes: bytes))
      }
    }
    for isNanoseconds in [true, false] {
      for names in [[""], ["", "kv\u{1b}"], ["", String(repeating: "long", count: 50)]] {
        for prefix in ["", "a.dat: ", String(repeating: "/dir", count: 80)] {
          LinePair(
            renderer: one.renderer,
            line: EventLine(isNanoseconds: isNanoseconds, buffers: names),
            prefix: Array(prefix.utf8)
          ).check(events, "\(names) \(prefix)")
        }
      }
    }
  }

  @Test("a thread gets another name") func names() {
    let one = OneEvent("kvm_fpu", fields: ["u32 load 8 4 0"], print: "\"load\"")
    var name: String?
    var text = ""
    var writer = EventLineWriter(
      one.renderer, EventLine(isNanoseconds: true), namesChange: true, comm: { _ in name }
    ) {
      text += $0.text(0..<$0.byteCount)
      return true
    }
    let held = HeldBytes(one.record([(8, 4, 1)]))
    for next in [nil, "a", "a", "b\n", nil] {
      name = next
      writer.append(
        number: 1, time: 0, thread: 7, stream: 0, buffer: 0, cpu: 0, in: held.span, offset: 0,
        length: 12)
    }
    writer.flush()
    let names = text.split(separator: "\n").map { $0.split(separator: "-")[0].drop { $0 == " " } }
    #expect(names == ["<...>", "a", "a", "b\\n", "<...>"])
  }

  @Test("nobody takes more") func closed() {
    let one = OneEvent("kvm_fpu", fields: ["u32 load 8 4 0"], print: "\"load\"")
    var calls = 0
    var writer = EventLineWriter(
      one.renderer, EventLine(isNanoseconds: true), namesChange: false, comm: { _ in nil }
    ) { _ in
      calls += 1
      return false
    }
    let held = HeldBytes(one.record([(8, 4, 1)]))
    for _ in 0..<5000 {
      writer.append(
        number: 1, time: 0, thread: 7, stream: 0, buffer: 0, cpu: 0, in: held.span, offset: 0,
        length: 12)
    }
    writer.appendLoss(buffer: 0, cpu: 0, count: nil)
    writer.flush()
    #expect(calls == 1 && !writer.isOpen)
  }
}
