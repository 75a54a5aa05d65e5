import Foundation
import Testing
import TraceTestSupport

/// The exit codes of the contract.
@Suite struct ExitCodeTests {
  /// A command line and the code that it ends with.
  struct Expectation: Sendable, CustomTestStringConvertible {
    let code: Int32
    let arguments: [String]
    var testDescription: String { arguments.joined(separator: " ") + " → \(code)" }

    init(_ code: Int32, _ arguments: String...) {
      self.code = code
      self.arguments = arguments
    }
  }

  static let expectations: [Expectation] = [
    Expectation(0, "check", Recording.control),
    Expectation(1, "check", Recording.bug),
    Expectation(0, "check", "--fail-on", "never", Recording.bug),
    Expectation(1, "check", "--fail-on", "note", Recording.control),
    Expectation(0, "check", "--fail-on", "warning", Recording.control),
    Expectation(2, "check", Recording.incomplete),
    Expectation(1, "check", Recording.control, Recording.bug),
    Expectation(2, "check", Recording.control, "--input", Recording.incomplete),
    Expectation(0, "summary", Recording.bug),
    Expectation(0, "timeline", Recording.bug),
    Expectation(0, "info", Recording.bug),
    Expectation(0, "events", Recording.bug),
    Expectation(74, "events", "--output", "/dev/full", Recording.bug),
    Expectation(0, "explain", "--list"),
    Expectation(0, "--help"),
    Expectation(0, "--version"),
    Expectation(0),
    Expectation(0, "assert", "--rules", "rules/nested.yaml", Recording.control),
    Expectation(1, "assert", "--rules", "rules/nested.yaml", Recording.bug),
    Expectation(0, "assert", "--rules", "rules/nested.yaml", "--fail-on", "never", Recording.bug),
    Expectation(2, "assert", "--rules", "rules/nested.yaml", Recording.incomplete),
    Expectation(0, "assert", "--rules", "rules/nested.yaml", "--check-rules"),
    Expectation(64, "assert", "--rules", "rules/nested.yaml"),
    Expectation(64, "assert", Recording.bug),
    Expectation(64, "assert", "--rules", "README.md", "no/such/file.dat"),
    Expectation(64, "assert", "--rules", Recording.bug, Recording.bug),
    Expectation(66, "assert", "--rules", "no/such/rules.yaml", Recording.bug),
    Expectation(66, "assert", "--rules", "rules/nested.yaml", "no/such/file.dat"),
    Expectation(65, "assert", "--rules", "rules/nested.yaml", "README.md"),
    Expectation(0, "help"),
    Expectation(0, "help", "check"),
    Expectation(64, "help", "bogus"),
    Expectation(64, "nonsense"),
    Expectation(64, "check"),
    Expectation(64, "check", "--format", "xml", Recording.bug),
    Expectation(64, "check", "--begin", "soon", Recording.bug),
    Expectation(64, "check", "--begin", "5", "--end", "4", Recording.bug),
    Expectation(64, "check", "--cpu", "3-1", Recording.bug),
    Expectation(64, "check", "--cpu", "0-99999999", Recording.bug),
    Expectation(64, "explain"),
    Expectation(64, "explain", "no-such-check"),
    Expectation(64, "summary", "--output", Recording.bug, Recording.bug),
    Expectation(65, "check", "README.md"),
    Expectation(65, "check", "/dev/null"),
    Expectation(66, "check", "no/such/file.dat"),
    Expectation(65, "check", "fixtures"),
    Expectation(65, "check", "--merge", Recording.bug, Recording.bug),
    Expectation(65, "summary", "--ts-offset=-200", Recording.bug),
    Expectation(65, "summary", "--ts-offset=99999999999", Recording.bug),
    // Ticks may be many more than there can be seconds.
    Expectation(0, "summary", "--ts-offset=-115000000000", Recording.ticks),
    Expectation(65, "summary", "--ts-offset=-1150000000000", Recording.ticks),
    Expectation(74, "summary", "--output", "no/such/directory/x", Recording.bug),
    Expectation(74, "summary", "--output", "/dev/full", Recording.bug),
    Expectation(74, "timeline", "--output", "/dev/full", Recording.bug),
  ]

  @Test(arguments: expectations)
  func code(expectation: Expectation) throws {
    let outcome = try Tool.run(expectation.arguments)
    #expect(outcome.code == expectation.code, "\(outcome.errors)")
    // Whoever fails says why, on standard error and nowhere else.
    if expectation.code >= 64 {
      #expect(!outcome.errors.isEmpty)
      #expect(outcome.output.isEmpty)
    }
  }

  @Test func aTraceIsNeverOverwritten() throws {
    let before = try Data(contentsOf: Repository.root.appendingPathComponent(Recording.bug))
    _ = try Tool.run(["summary", "--output", "./" + Recording.bug, Recording.bug])
    let after = try Data(contentsOf: Repository.root.appendingPathComponent(Recording.bug))
    #expect(before == after)
  }

  @Test func aClosedPipeIsSilent() throws {
    let outcome = try Tool.shell("kvmscope timeline \(Recording.bug) | head -n 1")
    #expect(outcome.code == 0)
    #expect(outcome.errors == "")
    #expect(outcome.output.split(separator: "\n").count == 1)
  }

  @Test func whatIsNotATraceIsNamedWithItsOffset() throws {
    let outcome = try Tool.run(["check", "README.md"])
    #expect(outcome.errors.contains("README.md"))
    #expect(outcome.errors.contains("offset 0"))
  }
}
