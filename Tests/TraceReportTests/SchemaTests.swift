import Testing
import TraceChecks
import TraceTestSupport

@testable import TraceReport

/// Every document is what its published schema says, whatever the time unit.
@Suite struct SchemaTests {
  private func problems(_ schema: String, _ write: (ByteSink) -> Void) throws -> [String] {
    let sink = ByteSink()
    write(sink)
    let validator = try SchemaValidator(
      Repository.text(of: "schemas/\(schema)-v1.schema.json"))
    return try validator.problems(of: sink.text)
  }

  @Test(arguments: [TimeUnit.nanoseconds, .ticks]) func summary(unit: TimeUnit) throws {
    let report = SummaryReport(Samples.results(unit), vcpus: [Samples.vcpu()])
    #expect(try problems("summary") { report.writeJSON(to: $0) } == [])
  }

  @Test(arguments: [TimeUnit.nanoseconds, .ticks]) func findings(unit: TimeUnit) throws {
    let report = CheckReport(Samples.results(unit))
    #expect(try problems("findings") { report.writeJSON(to: $0) } == [])
  }

  @Test(arguments: [TimeUnit.nanoseconds, .ticks]) func timeline(unit: TimeUnit) throws {
    #expect(
      try problems("timeline") { sink in
        let report = TimelineReport(.json, of: [Samples.facts(unit)], to: sink)
        report.begin()
        report.beginTrace(Samples.facts(unit))
        report.add(Samples.interval, of: Samples.identity)
        report.add(Samples.interval, of: Samples.identity)
        report.end()
      } == [])
  }

  @Test(arguments: [TimeUnit.nanoseconds, .ticks]) func info(unit: TimeUnit) throws {
    let report = InfoReport([Samples.info(unit)])
    #expect(try problems("info") { report.writeJSON(to: $0) } == [])
  }

  @Test func explain() throws {
    let report = ExplainReport(CheckCatalogue.all)
    #expect(try problems("explain") { report.writeJSON(to: $0) } == [])
  }

  @Test func theValidatorSeesWhatIsWrong() throws {
    let validator = try SchemaValidator(Repository.text(of: "schemas/timeline-v1.schema.json"))
    #expect(
      try validator.problems(of: #"{"schema": "other", "intervals": [], "more": 1}"#).count == 2)
    #expect(try validator.problems(of: #"{"schema": "kvmscope/timeline/v1"}"#).count == 1)
  }
}
