import Testing
import TimelineTestSupport
import TraceTestSupport

/// Streams that go on into their next sub-buffers before it is their turn.
struct EarlyTurnTests {
  /// Each CPU has pages of two records; those of all CPUs alternate in time.
  private func walk(cpus: Int, pages: Int, loss: (cpu: Int, page: Int)? = nil) throws -> EagerWalk {
    let all = (0..<cpus).map { cpu in
      (0..<pages).map { number -> [UInt8] in
        var page = PageBuilder(timestamp: 1_000_000 + UInt64(number) * 1000 + UInt64(cpu) * 10)
        for _ in 0..<2 { page.record(delta: 1, [UInt8](repeating: 0, count: 8)) }
        if let loss, loss == (cpu, number) { page.lost = 3 }
        return page.bytes()
      }
    }
    let file = TraceDatBuilder(buffers: [TraceDatBuilder.Buffer(name: "", cpus: all)])
    return try EagerWalk(bytes: file.bytes())
  }

  @Test("four sub-buffers at most, then it is another's turn", arguments: [2, 9])
  func bound(cpus: Int) throws {
    let walk = try walk(cpus: cpus, pages: 10)
    let expected = [8, 8, 4].flatMap { count in
      (0..<cpus).map { EagerWalk.Step.records(count, stream: $0) }
    }
    #expect(walk.steps == expected)
  }

  @Test("what was lost is told in its turn", arguments: [2, 9])
  func loss(cpus: Int) throws {
    let walk = try walk(cpus: cpus, pages: 4, loss: (cpu: 0, page: 1))
    let others = (1..<cpus).map { EagerWalk.Step.records(8, stream: $0) }
    #expect(
      walk.steps == [.records(2, stream: 0)] + others + [.lost(stream: 0), .records(6, stream: 0)])
  }
}
