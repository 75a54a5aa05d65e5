import Foundation
import Testing
import TimelineTestSupport
import TraceTestSupport

/// What one more event costs: instructions within a budget, and no allocation at all.
///
/// A recording is grown twice, and to 200,000 events more; what both runs have in common (start, formats, the report) falls out of the
/// difference. The budget lies in a file of its own. Where a change makes the hot path cheaper, lower it; who raises it
/// says why.
@Suite(
  "Cost of an event",
  .enabled(if: Callgrind.obstacle == nil, Comment(rawValue: Callgrind.obstacle ?? "")))
struct BudgetTests {
  struct Budget: CustomTestStringConvertible {
    let fixture: String
    let instructions: Double
    var testDescription: String { fixture }
  }

  static let file = "Tests/CommandLineTests/InstructionBudget.txt"
  static let budgets: [Budget] = {
    guard let text = try? Repository.text(of: file) else { return [] }
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
      let parts = line.split(separator: " ")
      guard parts.count == 2, let instructions = Double(parts[1]) else { return nil }
      return Budget(fixture: String(parts[0]), instructions: instructions)
    }
  }()

  @Test func thereAreBudgets() { #expect(Self.budgets.count >= 2) }

  @Test("summary", arguments: budgets)
  func summary(_ budget: Budget) throws {
    try Tool.withDirectory { directory in
      var counts: [Callgrind.Counts] = []
      var records: [Int] = []
      var times = 2
      while counts.count < 2 {
        let trace = try GrownTrace.make(fixture: budget.fixture, times: times)
        let path = directory.appendingPathComponent("\(times).dat")
        try Data(trace.bytes).write(to: path)
        counts.append(try Callgrind.run(["summary", path.path], in: directory))
        records.append(trace.records)
        times += 1 + 200_000 / (trace.records / times)
      }
      let events = records[1] - records[0]
      let each = Double(counts[1].instructions - counts[0].instructions) / Double(events)
      #expect(each <= budget.instructions, "\(each) instructions for each of \(events) events")
      // Every round of the recording begins with vCPUs that are made anew: a dozen allocations.
      let allocations = counts[1].allocations - counts[0].allocations
      #expect(allocations < events / 100, "\(allocations) allocations for \(events) events")
    }
  }
}
