import Foundation
import Testing
import TraceTestSupport

/// `--threads`: how many work, and that nobody sees it in the output.
@Suite struct ThreadTests {
  private static let packed = [
    "fixtures/trace-dat/containers/s7lost.zstd.dat", "fixtures/trace-dat/containers/s7zlib.dat",
  ]

  @Test(
    arguments: ["summary", "check", "timeline", "events", "info"], ["1", "2", "7"])
  func outputIsTheSame(command: String, threads: String) throws {
    let plain = try Tool.run([command] + Self.packed)
    #expect(!plain.output.isEmpty)
    let other = try Tool.run([command, "--threads", threads] + Self.packed)
    #expect(other.output == plain.output)
    #expect(other.errors == plain.errors)
    #expect(other.code == plain.code)
  }

  /// A file whose chunks are damaged in the middle.
  @Test func damageIsSaidTheSame() throws {
    try Tool.withDirectory { directory in
      var bytes = try Data(contentsOf: Repository.root.appendingPathComponent(Self.packed[0]))
      for at in stride(from: bytes.count / 2, to: bytes.count - 1000, by: 7919) {
        bytes[at] ^= 0x5a
      }
      let path = directory.appendingPathComponent("damaged.dat").path
      try bytes.write(to: URL(fileURLWithPath: path))
      let one = try Tool.run(["summary", "--format", "json", "--threads", "1", path])
      #expect(one.output.contains("chunk of CPU"))
      for _ in 0..<5 {
        let four = try Tool.run(["summary", "--format", "json", "--threads", "4", path])
        #expect(four.output == one.output)
        #expect(four.errors == one.errors)
      }
    }
  }

  @Test(arguments: ["0", "-1", "two"])
  func oneAtLeast(threads: String) throws {
    let outcome = try Tool.run(["summary", "--threads", threads] + Self.packed)
    #expect(outcome.code == 64)
    #expect(outcome.errors.contains("--threads"))
  }
}
