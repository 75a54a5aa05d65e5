import Foundation
import Testing
import TraceTestSupport

/// `kvmscope events` shows the events that `trace-cmd report -t` shows: buffer, task, thread, CPU, time and name, in the
/// same order, with the same counts of lost events.
@Suite struct PeerTests {
  /// The recordings whose peer output is stored.
  static let recordings: [String] = {
    let directory = Repository.path(of: "fixtures/trace-dat")
    let files =
      FileManager.default.enumerator(atPath: directory)?.compactMap { $0 as? String } ?? []
    return files.filter { $0.hasSuffix(".events.zst") }
      .map { String($0.dropLast(".events.zst".count)) }.sorted()
  }()

  @Test func thereAreRecordings() {
    #expect(Self.recordings.count > 30)
  }

  @Test(arguments: recordings) func showsTheSameEvents(recording: String) throws {
    let path = "fixtures/trace-dat/" + recording
    let ours = try Tool.run(["events", path + ".dat"]).output
    let packed = try Data(contentsOf: Repository.root.appendingPathComponent(path + ".events.zst"))
    let theirs = try Unpacking.text(zstd: [UInt8](packed))
    let lines = ours.split(separator: "\n").map(Self.upToName)
    let expected = theirs.split(separator: "\n").filter { !$0.hasPrefix("cpus=") }
    #expect(lines.count == expected.count)
    let difference = zip(lines, expected).first { $0 != $1 }
    #expect(difference == nil)
  }

  /// The line up to the event's name, as the stored lines are.
  private static func upToName(_ line: Substring) -> Substring {
    // The time ends with a colon behind a digit; the name with the next colon.
    var isBehindTime = false
    var last: Character = " "
    for index in line.indices {
      if line[index] == ":" {
        if isBehindTime { return line[..<index] }
        let next = line.index(after: index)
        isBehindTime = last.isNumber && next < line.endIndex && line[next] == " "
      }
      last = line[index]
    }
    return line
  }
}
