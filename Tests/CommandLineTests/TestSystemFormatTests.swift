import Foundation
import Testing
import TraceTestSupport

/// What CI systems read, on real recordings and through strict readers.
@Suite struct TestSystemFormatTests {
  private static let all = [Recording.bug, Recording.control, Recording.incomplete, "no/such/file"]

  private func output(_ format: String, _ traces: [String], code: Int32) throws -> String {
    let outcome = try Tool.run(["check", "--format", format] + traces)
    #expect(outcome.code == code)
    return outcome.output
  }

  @Test func junit() throws {
    let root = try XMLReader.parse(output("junit", Self.all, code: 66))
    #expect(JUnitRules.problems(root) == [])
    #expect(root.all("testsuite").map { $0["name"] } == Self.all)
    #expect(root["failures"] == "3")
  }

  @Test func sarif() throws {
    #expect(try SARIFRules.problems(output("sarif", Self.all, code: 66)) == [])
    #expect(try SARIFRules.problems(output("sarif", [Recording.control], code: 0)) == [])
  }

  @Test func github() throws {
    for line in try output("github", Self.all, code: 66).split(separator: "\n") {
      #expect(WorkflowCommand(String(line)) != nil, "\(line)")
    }
    let sound = try output("github", [Recording.control], code: 0).split(separator: "\n")
    #expect(sound.last.flatMap { WorkflowCommand(String($0)) }?.message.hasPrefix("PASS") == true)
  }

  @Test func tap() throws {
    let tests = try TAPReader.parse(output("tap", Self.all, code: 66))
    #expect(tests.map(\.isOK) == [false, true, false, false])
  }

  @Test(arguments: ["junit", "sarif", "github", "tap"])
  func theOnlyTraceThatCannotBeReadIsNamed(format: String) throws {
    #expect(try output(format, ["README.md"], code: 65).contains("README.md"))
  }
}
