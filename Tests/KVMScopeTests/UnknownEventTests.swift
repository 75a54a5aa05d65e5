import KVMEvents
import KVMScope
import Testing
import TraceAssertions
import TraceBytes
import TraceChecks
import TraceTestSupport

/// Events that the timeline does not know: their fields are parsed only for those who look into them, and are there then.
@Suite struct UnknownEventTests {
  private let path = Fixture.path("trace-dat/svm-6.1/midway-2v-full.dat")
  private let name = "vcpu_match_mmio"

  private var options: AnalysisOptions {
    var options = AnalysisOptions()
    options.events = [name]
    return options
  }

  @Test func isUnknown() {
    #expect(!EventSchema.all.contains { $0.names.contains(name) })
  }

  @Test func rows() throws {
    var count = 0
    _ = Analysis.events(try TraceInput(path: path), options) { row in
      count += 1
      #expect(row.fields.map(\.name) == ["gva", "gpa", "write", "gpa_match"])
      #expect(row.text.hasPrefix("gva "))
      return true
    }
    #expect(count == 496)
  }

  @Test func lines() throws {
    var text: [UInt8] = []
    _ = Analysis.eventLines(try TraceInput(path: path), options) { bytes in
      text += bytes.array(0..<bytes.byteCount)
      return true
    }
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 496)
    #expect(lines.allSatisfy { $0.contains(" vcpu_match_mmio:") && $0.contains(" gpa 0x") })
  }

  /// Rules may ask for any field.
  @Test(arguments: [("gpa_match >= 0", Verdict.pass), ("gpa_match > 1", .fail)])
  func rules(condition: String, verdict: Verdict) throws {
    let rules = try RuleFile.read(
      "rules:\n  - {name: a, eventually: \"\(name): \(condition)\"}\n", path: "r.yaml")
    #expect(try Analysis.assert(rules, [path]).checks.verdict == verdict)
  }

  /// What proves a finding shows what its events say, field by field or by their `print fmt`.
  @Test func evidence() throws {
    let rules = try RuleFile.read(
      "rules:\n  - {name: a, never: \"\(name): gpa_match >= 0\"}\n", path: "r.yaml")
    let findings = try Analysis.assert(rules, [path]).checks.findings
    let shown = findings.flatMap(\.evidence).filter { $0.event == name }
    #expect(!shown.isEmpty)
    #expect(shown.allSatisfy { $0.text.hasPrefix("gva 0x") })
  }
}
