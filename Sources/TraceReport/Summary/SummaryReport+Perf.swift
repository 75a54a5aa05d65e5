import KVMEvents
import TraceChecks

/// How to print the table of `perf kvm stat report`.
public struct PerfStyle: Sendable {
  /// What the rows are sorted by: perf's `--key`.
  public enum Key: String, Sendable, CaseIterable {
    /// By the number of samples.
    case sample
    /// By the mean time.
    case time
  }

  /// What the rows are sorted by.
  public var key = Key.sample
  /// The vCPUs that were asked for, for the heading; nil: all.
  public var vcpus: Set<Int32>?
  /// The processes that were asked for, for the heading; nil: all.
  public var vms: Set<Int32>?

  /// perf's own defaults.
  public init() {}
}

extension SummaryReport {
  /// Writes the table of `perf kvm stat report`: its columns in its order, one table for each trace.
  ///
  /// Where a trace counts ticks, these take the place of microseconds.
  public func writePerf(_ style: PerfStyle, to sink: ByteSink) {
    for (index, facts) in results.traces.enumerated() {
      if results.traces.count > 1 { sink.write("\n\(Printable.escaped(facts.path)):\n") }
      let table = PerfTable(
        vcpus.filter { $0.trace == index }, by: style.key == .time ? .mean : .count)
      write(table, facts, style, to: sink)
    }
  }

  /// What the table leaves out, as one line for each trace; perf says nothing of it.
  public var perfOmissions: [String] {
    results.traces.indices.compactMap { index in
      let open = PerfTable(vcpus.filter { $0.trace == index }, by: .count).unanswered
      let count = open.reduce(0) { $0 &+ $1.count }
      guard count > 0 else { return nil }
      let reasons =
        open.prefix(3).map { "\($0.count) \($0.exit.label)" }
        + (open.count > 3 ? ["…"] : [])
      return "\(results.traces[index].path): \(Quantity.counted(count, "exit")) without a kvm_entry"
        + " of the same vCPU \(count == 1 ? "is" : "are") not in the table:"
        + " \(reasons.joined(separator: ", "))"
    }
  }

  private func write(
    _ table: PerfTable, _ facts: TraceFacts, _ style: PerfStyle, to sink: ByteSink
  ) {
    let right = PrintedNumber.right
    let isTicks = facts.timeUnit == .ticks
    /// A time with its unit: perf has microseconds only.
    func time(_ value: Double) -> String {
      isTicks ? PrintedNumber.hundredths(value) : PrintedNumber.hundredths(value / 1000) + "us"
    }
    func share(_ part: UInt64, _ whole: UInt64) -> String {
      PrintedNumber.hundredths(whole == 0 ? 0 : Double(part) / Double(whole) * 100) + "%"
    }
    let names = table.rows.map { Printable.escaped($0.exit.label) }
    let width = names.reduce(20) { max($0, $1.count) }
    sink.write("\n\nAnalyze events for \(heading(style)):\n\n")
    sink.write(right("VM-EXIT", width) + " " + right("Samples", 10) + " " + right("Samples%", 9))
    sink.write(" " + right("Time%", 9) + " " + right("Min Time", 11) + " " + right("Max Time", 11))
    sink.write(" " + right("Avg time", 16) + " \n\n")
    let (count, total) = (table.count, table.total)
    for (row, name) in zip(table.rows, names) {
      sink.write(right(name, width) + " " + right(String(row.count), 10) + " ")
      sink.write(right(share(row.count, count), 9) + " " + right(share(row.total, total), 9) + " ")
      sink.write(right(time(Double(row.min)), 11) + " " + right(time(Double(row.max)), 11) + " ")
      sink.write(right(time(Double(row.total) / Double(row.count)), 11))
      sink.write(" ( +-" + right(PrintedNumber.hundredths(row.deviation), 7) + "% )\n")
    }
    sink.write("\nTotal Samples:\(count), Total events handled time:\(time(Double(total))).\n\n")
    if facts.lostGaps > 0 {
      // perf has this line while it records; of a file it does not look.
      sink.write("\nLost events: \(facts.lostEvents.map(String.init) ?? "unknown")\n\n")
    }
  }

  private func heading(_ style: PerfStyle) -> String {
    func list(_ numbers: Set<Int32>) -> String {
      numbers.sorted().map(String.init).joined(separator: ",")
    }
    return (style.vms.map { "pid(s) \(list($0))" } ?? "all VMs") + ", "
      + (style.vcpus.map { "VCPU \(list($0))" } ?? "all VCPUs")
  }
}
