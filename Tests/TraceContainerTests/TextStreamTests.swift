import RingBuffer
import Testing
import TraceBytes
import TraceContainer
import TraceTestSupport

/// Logs that come in pieces, that are cut, and that were made to do harm.
@Suite struct TextStreamTests {
  private static let text: String = {
    var lines = ["cpus=2"]
    for at in 0..<40 {
      let head = "      invalid_l2-537   [00\(at % 2)]   111.\(217_000 + at)"
      switch at % 4 {
      case 0: lines.append("\(head): kvm_entry:             vcpu 0 rip 0x41165\(at % 10)")
      case 1: lines.append("\(head): kvm_exit:             reason HLT rip 0x411655 info \(at) 0")
      case 2: lines.append("\(head): kvm_fpu:              unload")
      default: lines.append("\(head): other_\(at):             a=\(at)")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }()

  @Test(
    "the size of the pieces changes nothing", arguments: [[1], [2], [3, 1], [7, 64], [15, 4096]])
  func pieces(_ sizes: [Int]) throws {
    let whole = try TextReading(Self.text)
    #expect(whole.events.count == 40)
    for wantsText in [false, true] {
      let reading = try TextReading(Self.text, sizes: sizes, isFile: false, wantsText: wantsText)
      #expect(reading.events.map(\.time) == whole.events.map(\.time))
      #expect(reading.events.map(\.fields) == whole.events.map(\.fields))
      #expect(reading.events.map(\.name) == whole.events.map(\.name))
      #expect(reading.lines == whole.lines)
      #expect(reading.damage.isEmpty)
    }
  }

  @Test("a log cut at any byte is the beginning of the whole; a line that has no end is said")
  func cuts() throws {
    let whole = try TextReading(Self.text)
    let bytes = [UInt8](Self.text.utf8)
    let first = try #require(bytes.firstIndex(of: 10)) + 100
    for end in stride(from: first, to: bytes.count, by: 3) {
      let reading = try TextReading(Array(bytes[..<end]))
      #expect(reading.events == Array(whole.events[..<reading.events.count]))
      #expect(reading.events.count == bytes[..<end].filter { $0 == 10 }.count - 1)
      #expect(reading.damage.isEmpty == (bytes[end - 1] == 10), "\(end)")
    }
  }

  @Test("what lies behind a failure of the source may have been anything") func failure() throws {
    let source = PeekedSource(
      BytesSource(
        [UInt8](Self.text.utf8), failure: .init(offset: 77, what: "the packed data end early")),
      capacity: TextLog.headSize)
    let log = try TextLog(source, canBeReadAgain: false)
    let reader = try #require(log.makeReader(wantsText: false))
    var lost: [Int] = []
    var damage: [String] = []
    reading: while true {
      switch reader.next() {
      case .lost(_, let stream, _): lost.append(stream)
      case .damaged(let what, let offset): damage.append("\(offset): \(what)")
      case .end: break reading
      default: break
      }
    }
    #expect(lost == [0, 1])
    #expect(damage == ["77: the packed data end early"])
  }

  private static let event =
    "      invalid_l2-537   [000]   111.217849: kvm_entry:             vcpu 0 rip 0x411655\n"

  @Test("a line of any length is passed over") func longLines() throws {
    let long = String(repeating: "x", count: 1_000_000) + "\n"
    let reading = try TextReading(Self.event + long + Self.event, sizes: [4096])
    #expect(reading.events.count == 2)
    #expect(reading.otherLines == 1)
    #expect(reading.lines == 3)
    let event = String(Self.event.dropLast()) + " " + long
    #expect(try TextReading(Self.event + event + Self.event).events.count == 2)
  }

  /// So many bytes of what a kernel prints when it starts.
  private static func boot(_ size: Int) -> String {
    let line = "[    1.123456] usb 1-1: new high-speed USB device number 2 using xhci_hcd\n"
    return String(repeating: line, count: size / line.utf8.count + 1)
  }

  @Test("a dump may stand behind as much as was printed before", arguments: [0x3ff00, 9 << 20])
  func dumpBehindBoot(size: Int) throws {
    let text = Self.boot(size) + "[   31.146050] " + Self.event + "[   31.146051] " + Self.event
    let source = BytesSource([UInt8](text.utf8), isFile: true)
    let log = try TextLog(
      PeekedSource(source, capacity: TextLog.headSize), canBeReadAgain: true)
    let reader = try #require(log.makeReader(wantsText: false))
    var events = 0
    reading: while true {
      switch reader.next() {
      case .records: events += reader.records.count
      case .end: break reading
      default: break
      }
    }
    #expect(events == 2)
    #expect(log.seen.contains("kvm_entry"))
  }

  @Test("what cannot be read again is looked at as far as memory is given for it")
  func dumpBehindBootInAPipe() throws {
    let event = "[   31.146050] " + Self.event
    for wantsText in [false, true] {
      let reading = try TextReading(
        Self.boot(7 << 20) + event, sizes: [65536], isFile: false, wantsText: wantsText)
      #expect(reading.events.map(\.name) == ["kvm_entry"])
    }
    let error = #expect(throws: ContainerError.self) {
      try TextReading(Self.boot(9 << 20) + event, sizes: [65536], isFile: false)
    }
    let words = error.map { "\($0)" } ?? ""
    #expect(error?.reason == .noEventsAtFront)
    // As many whole lines as there are in 8 MiB.
    #expect(error.map { $0.expected <= 8 << 20 && $0.expected > 8 << 20 - 100 } == true)
    #expect(words.contains("none of the \(error?.found ?? 0) lines in the first"), "\(words)")
    #expect(words.contains("give it as a file"), "\(words)")
  }

  @Test("a text that is no log is not read to its end for the sake of an event")
  func noLog() throws {
    let line = String(repeating: "so it goes ", count: 20) + "\n"
    let text = String(repeating: line, count: 10_000)
    let source = BytesSource([UInt8](text.utf8), isFile: true)
    let error = #expect(throws: ContainerError.self) {
      try TextLog(PeekedSource(source, capacity: TextLog.headSize), canBeReadAgain: true)
    }
    #expect(error?.reason == .noEventsAtFront)
    #expect(error.map { (2000..<5000).contains($0.found) } == true)
    // All of it was looked at: that no line is an event is true.
    let short = #expect(throws: ContainerError.self) { try TextReading(line + line) }
    #expect(short?.reason == .wrongKind(.unknown))
  }

  @Test("lines that tell the time since the line before have no times")
  func deltas() throws {
    func log(_ times: [Int]) -> String {
      times.map {
        "      invalid_l2   537 [000]     0.\(String(1_000_000 + $0).dropFirst()):                      kvm:kvm_entry: vcpu 0, rip 0x4115eb\n"
      }.joined()
    }
    // As perf script --deltatime prints them, and --reltime.
    let deltas = [0, 150, 521, 33, 20, 41, 7, 1200, 3, 9, 9, 16]
    let error = #expect(throws: ContainerError.self) { try TextReading(log(deltas)) }
    #expect(error?.reason == .timesAreDeltas)
    var sum = 0
    let times = deltas.map { delta -> Int in
      sum += delta
      return sum
    }
    #expect(try TextReading(log(times)).events.map(\.time) == times.map { UInt64($0) * 1000 })
    // Two CPUs behind each other are a log in bad order, and no other thing.
    #expect(try TextReading(log(times + times)).clockWentBack == 1)
  }

  @Test("more names than anybody has") func names() throws {
    let lines = (0..<10_000).map {
      "      a-\($0)   [000]   111.000000: event_\($0):  a=1\n"
    }
    let reading = try TextReading(Self.event + lines.joined() + Self.event)
    #expect(reading.events.count == 10_002)
    #expect(Set(reading.events.map(\.name)).count == 1025)
    #expect(reading.events.last?.name == "kvm_entry")
    #expect(reading.events[10_000].name == "(others)")
  }

  @Test("lines that begin like events and are none") func notQuite() throws {
    let head = "      invalid_l2-537   [000]   111.217849: "
    for line in [
      head, head + "kvm_entry", head + ":", head + ": a", head + "kvm::b: c", head + "::: a",
      head + "kvm_emulate_insn::100b: eb", head + "a::::m_exit: b", head + "(+3", head + "12 ",
      "      invalid_l2-537   [9999999]   111.217849: a: b",
      "      invalid_l2-537   [000]   99999999999999999999.217849: a: b",
      "      invalid_l2-537   [000]   18446744073.999999999: a: b",
      "      invalid_l2-537   [000]   1.9999999999: a: b", "[[[[[[[[", "--------", "-1 [", "\0\0\0",
    ] {
      let reading = try TextReading(Self.event + line + "\n" + Self.event)
      #expect(reading.events.filter { $0.name == "kvm_entry" }.count == 2, "\(line)")
      #expect(reading.events.count == 2, "\(line)")
    }
  }

  @Test("any byte changed, dropped or doubled anywhere ends in events or in lines that are none")
  func mutations() throws {
    var random = SeededGenerator(seed: 11)
    let lines =
      TextHeadTests.cases.map { [UInt8]($0.line.utf8) }
      + TextFieldTests.all.map {
        [UInt8]("      a-1   [000]   111.217849: \($0.event): \($0.text)".utf8)
      }
    for _ in 0..<400 {
      var bytes: [UInt8] = []
      for _ in 0..<6 {
        var line = lines.randomElement(using: &random) ?? []
        for _ in 0..<Int.random(in: 0...3, using: &random) {
          let at = Int.random(in: 0..<max(1, line.count), using: &random)
          guard at < line.count else { continue }
          switch Int.random(in: 0..<4, using: &random) {
          case 0: line[at] = UInt8.random(in: 0...255, using: &random)
          case 1:
            line.removeSubrange(at..<min(line.count, at + Int.random(in: 1...9, using: &random)))
          case 2: line.insert(contentsOf: line[..<at], at: at)
          default:
            line.insert(
              contentsOf: [
                [58, 58], [45], [32, 49], [91], [0], [57, 57, 57, 57, 57, 57, 57, 57, 57],
              ]
              .randomElement(using: &random) ?? [], at: at)
          }
        }
        bytes += line + [10]
      }
      guard let reading = try? TextReading(bytes) else { continue }
      #expect(reading.lines == UInt64(bytes.filter { $0 == 10 }.count))
    }
  }

  @Test("a text that was there before means the same again, whatever came in between")
  func repeated() throws {
    var random = SeededGenerator(seed: 12)
    // Some that differ in one digit, of every length around those that are remembered.
    var texts = TextFieldTests.all.map { "\($0.event): \($0.text)" }
    for length in stride(from: 0, through: 240, by: 3) {
      let value = Int.random(in: 0..<100, using: &random)
      texts.append("kvm_entry: vcpu \(value)" + String(repeating: "x", count: length))
      texts.append("kvm_exit: reason HLT rip 0x\(value) info 0 \(length)")
    }
    var log = ""
    for line in 0..<4000 {
      let heads = ["a-1   [000]", "b-22  [001]", "c-333 [002]"]
      let head = heads.randomElement(using: &random) ?? ""
      let text = texts.randomElement(using: &random) ?? ""
      log += "      \(head)   111.\(100_000 + line): \(text)\n"
    }
    // With their words, lines are read letter by letter.
    let letters = try TextReading(log, wantsText: true)
    let reading = try TextReading(log)
    #expect(reading.events.count > 3000)
    #expect(reading.events == letters.events)
    #expect(reading.unreadable == letters.unreadable)
    #expect(reading.otherLines == letters.otherLines)
    #expect(reading.gaps == letters.gaps)
  }
}
