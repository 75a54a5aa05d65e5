import Foundation
import Testing
import TraceTestSupport

/// `kvmscope events` shows the events that `perf script` shows: task, thread, CPU, time and name.
@Suite struct PerfPeerTests {
  /// One line.
  private struct Line: Comparable, CustomStringConvertible {
    var comm: Substring
    var thread: Substring
    let cpu: Int
    let time: Substring
    let event: Substring

    var description: String { "\(comm)-\(thread) [\(cpu)] \(time): \(event)" }

    /// perf's order at one time is that of the file; ours is that of the CPUs.
    static func < (a: Line, b: Line) -> Bool {
      (a.time.count, a.time, a.cpu) < (b.time.count, b.time, b.cpu)
    }

    private init?(_ line: Substring, _ task: (Substring) -> (Substring, Substring)?) {
      guard let open = line.lastIndex(of: "["), let close = line[open...].firstIndex(of: "]"),
        let cpu = Int(line[line.index(after: open)..<close]), let task = task(line[..<open])
      else { return nil }
      let rest = line[line.index(after: close)...].split(separator: ":").map {
        $0.trimmingPrefix { $0 == " " }
      }
      guard rest.count >= 2 else { return nil }
      (comm, thread) = task
      self.cpu = cpu
      time = rest[0]
      event = rest.count > 2 && rest[2].isEmpty == false && rest[1] != rest[2] ? rest[2] : rest[1]
    }

    /// `comm TID [CPU] TIME: system:event:`.
    init?(perf line: Substring) {
      self.init(line) { head in
        let words = head.split(separator: " ")
        guard let thread = words.last, let end = head.range(of: thread, options: .backwards) else {
          return nil
        }
        let comm = head[..<end.lowerBound].trimmingPrefix { $0 == " " }
        return (comm.dropLast(comm.reversed().prefix { $0 == " " }.count), thread)
      }
    }

    /// `comm-TID [CPU] TIME: event: text`.
    init?(ours line: Substring) {
      guard
        let end = line.range(
          of: ": ", range: (line.range(of: "] ")?.upperBound ?? line.startIndex)..<line.endIndex),
        let name = line[end.upperBound...].firstIndex(of: ":")
      else { return nil }
      self.init(line[..<name]) { head in
        guard let dash = head.lastIndex(of: "-") else { return nil }
        let thread = head[head.index(after: dash)...]
        return (
          head[..<dash].trimmingPrefix { $0 == " " },
          thread.dropLast(thread.reversed().prefix { $0 == " " }.count)
        )
      }
    }
  }

  @Test(arguments: Fixture.perfDataNames) func showsTheSameEvents(recording: String) throws {
    let path = "fixtures/" + recording
    let packed = try Data(
      contentsOf: Repository.root.appendingPathComponent(
        path.replacingOccurrences(of: ".perf.data", with: ".events.zst")))
    let stored = try Unpacking.text(zstd: [UInt8](packed)).split(separator: "\n")
    var theirs = stored.compactMap { Line(perf: $0) }
    let ours = try Tool.run(["events", path]).output.split(separator: "\n").compactMap {
      Line(ours: $0)
    }
    #expect(theirs.count == stored.count)
    #expect(ours.count == stored.count)
    theirs.sort()
    var gone = 0
    for (our, var their) in zip(ours.sorted(), theirs) {
      // In the last switch of a thread that is gone, the kernel has no number for it any more; the
      // event itself has.
      if their.thread == "-1" {
        #expect(their.event == "sched_switch")
        (their.comm, their.thread) = (our.comm, our.thread)
        gone += 1
      }
      if our != their { Issue.record("\(our) and not \(their)") }
    }
    #expect(gone <= 14)
  }

  @Test(arguments: Fixture.perfDataNames) func infoCountsThem(recording: String) throws {
    let outcome = try Tool.run(["info", "--format", "json", "fixtures/" + recording])
    #expect(outcome.code == 0)
    #expect(outcome.output.contains(#""damage": []"#) || outcome.output.contains(#""damage":[]"#))
  }
}
