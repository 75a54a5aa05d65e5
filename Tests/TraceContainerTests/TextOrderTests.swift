import RingBuffer
import Testing
import TraceContainer

/// Whom lines belong to that do not say it, and lines that are in no order.
@Suite struct TextOrderTests {
  private static func line(_ who: String, _ cpu: Int, _ time: Int, _ rest: String) -> String {
    "\(who)[00\(cpu)]   111.\(String(time + 1_000_000).dropFirst()): \(rest)\n"
  }
  private static func sched(_ from: Int, _ to: Int) -> String {
    "sched:sched_switch: prev_comm=a prev_pid=\(from) prev_prio=120 prev_state=S ==> next_comm=b"
      + " next_pid=\(to) next_prio=120"
  }
  private static let entry = "kvm:kvm_entry: vcpu 0, rip 0x4115eb"

  @Test("lines without a thread are of the one that was switched to") func running() throws {
    let text =
      Self.line("", 0, 1, Self.entry) + Self.line("", 0, 2, Self.sched(5, 6))
      + Self.line("", 0, 3, Self.entry) + Self.line("", 1, 4, Self.entry)
      + Self.line("", 0, 5, Self.sched(6, 7)) + Self.line("", 0, 6, Self.entry)
    let reading = try TextReading(text)
    // Nobody knows who ran before; no two CPUs share that nobody.
    #expect(reading.events.map(\.thread) == [-1, 5, 6, -2, 6, 7])
    #expect(reading.gaps.isEmpty)
  }

  @Test("a log without all switches tells nothing of whom its lines are") func incomplete() throws {
    let text =
      Self.line("", 0, 1, Self.sched(5, 0)) + Self.line("", 0, 2, Self.entry)
      + Self.line("", 0, 3, Self.sched(5, 0)) + Self.line("", 0, 4, Self.entry)
    let reading = try TextReading(text)
    #expect(reading.events.map(\.thread) == [5, 0, 5, -1])
    #expect(reading.gaps.map(\.position) == [2])
    #expect(reading.damage.count == 1)
  }

  @Test("the number of a process is not taken for a thread for long") func processes() throws {
    let text =
      Self.line("   40 ", 0, 1, Self.entry) + Self.line("   40 ", 0, 2, Self.sched(41, 0))
      + Self.line("    0 ", 0, 3, Self.sched(0, 42)) + Self.line("   40 ", 0, 4, Self.entry)
    let reading = try TextReading(text)
    #expect(reading.events.map(\.thread) == [40, 41, 0, 42])
    #expect(reading.gaps.map(\.position) == [1])
    // A thread that was switched away from is the one that the line names: nothing is wrong.
    let threads = try TextReading(
      Self.line("   41 ", 0, 1, Self.entry) + Self.line("   41 ", 0, 2, Self.sched(41, 0))
        + Self.line("   -1 ", 0, 3, Self.sched(0, 42)) + Self.line("   42 ", 0, 4, Self.entry))
    #expect(threads.events.map(\.thread) == [41, 41, -1, 42])
    #expect(threads.gaps.isEmpty)
  }

  @Test("CPUs one after the other are no order") func disorder() throws {
    func cpu(_ cpu: Int) -> String {
      (0..<3).map { Self.line("a 7 ", cpu, 100 + $0 * 20_000, Self.entry) }.joined()
    }
    let reading = try TextReading(cpu(0) + cpu(1))
    #expect(reading.events.count == 6)
    #expect(reading.gaps == [TextReading.Gap(loss: .uncounted, cpu: 1, position: 3)])
    #expect(reading.damage.count == 1)
    #expect(reading.clockWentBack == 0)
    // A little of it is how a log looks that is merged while it is written.
    let close = try TextReading(
      Self.line("a 7 ", 0, 5_000, Self.entry) + Self.line("a 7 ", 1, 1, Self.entry))
    #expect(close.gaps.isEmpty)
    #expect(close.damage.isEmpty)
  }

  @Test("a CPU whose time goes back") func clock() throws {
    let reading = try TextReading(
      Self.line("a 7 ", 0, 5_000, Self.entry) + Self.line("a 7 ", 0, 1, Self.entry))
    #expect(reading.clockWentBack == 1)
    #expect(reading.events.count == 2)
  }
}
