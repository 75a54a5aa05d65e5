import Testing
import TimelineTestSupport
import TraceBytes
import TraceTestSupport

/// Events of all streams come in one order: time, buffer (the top one first), CPU, position in the stream.
struct MergeOrderTests {
  /// Where a record is; its thread id says the same.
  private struct Place: Comparable {
    var time: UInt64
    var buffer: Int
    var cpu: Int
    var position: Int
    var thread: Int32

    static func < (a: Place, b: Place) -> Bool {
      (a.time, a.buffer, a.cpu, a.position) < (b.time, b.buffer, b.cpu, b.position)
    }
  }

  @Test("any number of buffers, CPUs and sub-buffers", arguments: Packing.allCases)
  func order(_ packing: Packing) throws {
    var random = SeededGenerator(for: "order of a merge, \(packing.rawValue)")
    for number in 0..<12 {
      var places: [Place] = []
      var buffers: [TraceDatBuilder.Buffer] = []
      for buffer in 0..<Int.random(in: 1...3, using: &random) {
        let cpus = (0..<Int.random(in: 1...9, using: &random)).map { cpu in
          pages(buffer, cpu, &places, &random)
        }
        buffers.append(
          TraceDatBuilder.Buffer(name: buffer == 0 ? "" : "instance\(buffer)", cpus: cpus))
      }
      var file = TraceDatBuilder(buffers: buffers)
      file.packing = packing
      let log = try EventLog(bytes: file.bytes())
      let expected = places.sorted()
      #expect(log.entries.map(\.thread) == expected.map(\.thread), "file \(number)")
      #expect(log.entries.map(\.time) == expected.map(\.time), "file \(number)")
    }
  }

  /// Sub-buffers with records that often share their time with others.
  private func pages(
    _ buffer: Int, _ cpu: Int, _ places: inout [Place], _ random: inout SeededGenerator
  ) -> [[UInt8]] {
    var pages: [[UInt8]] = []
    var time: UInt64 = 1_000_000
    var position = 0
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      var page = PageBuilder(timestamp: time)
      for _ in 0..<Int.random(in: 1...40, using: &random) {
        let delta = UInt32.random(in: 0...2, using: &random)
        let thread = Int32(truncatingIfNeeded: places.count + 1)
        var payload = ByteWriter(order: .little)
        payload.integer(UInt16(100))
        payload.integer(UInt16(0))
        payload.integer(UInt32(bitPattern: thread))
        page.record(delta: delta, payload.bytes)
        places.append(
          Place(time: page.now, buffer: buffer, cpu: cpu, position: position, thread: thread))
        position += 1
      }
      time = page.now
      pages.append(page.bytes())
    }
    return pages
  }
}
