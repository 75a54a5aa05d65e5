import KVMScope
import Testing
import TimelineTestSupport
import TraceChecks
import TraceTestSupport

/// Files that were cut or changed, through everything: results and what is missing, or one clear error.
struct DamagedFileTests {
  static let fixtures = [
    "vmx-6.1-unfixed/invalid_l2-mode2", "vmx-6.1-fixed/invalid_l2-mode2-v6",
    "vmx-5.10/vmx_invalid_nested_guest_state", "containers/s7zlib",
  ]

  /// Analyzes bytes as a file.
  ///
  /// - Returns: nil when the file was refused as no trace, with a reason.
  private func outcome(_ bytes: [UInt8]) throws -> CheckResults? {
    let file = try TemporaryFile(bytes)
    do throws(AnalysisError) {
      return try Analysis.check([file.path]).checks
    } catch {
      guard case .notATrace(let path, let reason) = error else {
        Issue.record("another error: \(error)")
        return nil
      }
      #expect(path == file.path)
      #expect(!reason.isEmpty)
      return nil
    }
  }

  @Test("cut anywhere", arguments: fixtures)
  func truncated(_ name: String) throws {
    let bytes = try Fixture.bytes("trace-dat/\(name).dat")
    let whole = try #require(try outcome(bytes))
    var random = SeededGenerator(for: "cut anywhere, \(name)")
    var refused = 0
    for number in 0..<50 {
      // Most cuts where the headers are; all kinds of places in the rest.
      let length =
        number < 20
        ? Int.random(in: 0..<min(4096, bytes.count), using: &random)
        : Int.random(in: 0..<bytes.count, using: &random)
      guard let cut = try outcome(Array(bytes[..<length])) else {
        refused += 1
        continue
      }
      let facts = try #require(cut.traces.first)
      #expect(facts.events <= whole.traces[0].events)
      if facts.events < whole.traces[0].events {
        #expect(!facts.damage.isEmpty, "cut at \(length) of \(bytes.count)")
        #expect(cut.findings.contains { $0.check == "damaged" }, "cut at \(length)")
      }
      #expect(facts.damage.allSatisfy { $0.offset <= UInt64(length) })
    }
    #expect(refused > 0)
  }

  @Test("a flipped bit in the headers", arguments: fixtures)
  func flipped(_ name: String) throws {
    let bytes = try Fixture.bytes("trace-dat/\(name).dat")
    var random = SeededGenerator(for: "a flipped bit in the headers, \(name)")
    for number in 0..<50 {
      var changed = bytes
      let at =
        number < 25
        ? Int.random(in: 0..<64, using: &random) : Int.random(in: 0..<bytes.count, using: &random)
      changed[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      _ = try outcome(changed)
    }
  }

  @Test("a file that is not there, a directory, an empty file")
  func unusable() throws {
    #expect(throws: AnalysisError.self) { try Analysis.check(["/nonexistent/trace.dat"]) }
    #expect(throws: AnalysisError.self) { try Analysis.check([Fixture.root]) }
    #expect(try outcome([]) == nil)
    #expect(try outcome(Array("no trace at all\n".utf8)) == nil)
  }
}
