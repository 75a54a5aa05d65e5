import KVMEvents
import KVMTimeline
import TraceChecks

extension SummaryReport {
  /// Writes one row for each vCPU, level, reason and handler.
  ///
  /// Where a trace counts ticks, the `_ns` columns are empty and `_ticks` columns follow. Where inputs could not be read,
  /// each has a row of its own with the reason in a last column, `error`.
  public func writeCSV(to sink: ByteSink) {
    let durations = ["total", "min", "mean", "p50", "p90", "p99", "p999", "max"]
    let hasTicks = results.traces.contains { $0.timeUnit == .ticks }
    var csv = CSVWriter(sink)
    csv.header(
      "trace,vm,vcpu,tid,incarnation,isa,level,reason,code,failed_entry,handled_by,count,answered"
        + durations.map { ",\($0)_ns" }.joined()
        + (hasTicks ? durations.map { ",\($0)_ticks" }.joined() : "")
        + (results.unreadable.isEmpty ? "" : ",error"))
    for vcpu in vcpus {
      let isTicks = unit(of: vcpu) == .ticks
      for row in vcpu.exitReasons {
        csv.field(
          results.traces.indices.contains(vcpu.trace) && vcpu.merged == nil
            ? results.traces[vcpu.trace].path : nil)
        let identity = vcpu.merged == nil ? vcpu.identity : nil
        csv.field(identity?.vm)
        csv.field(identity?.vcpu)
        csv.field(identity?.thread)
        csv.field(identity?.incarnation)
        csv.field(vcpu.isa?.name)
        csv.field(row.level.name)
        csv.field(row.exit.reasonName)
        csv.field(row.exit.code)
        csv.field(row.exit.isFailedEntry)
        csv.field(row.handledBy.name)
        csv.field(row.count)
        csv.field(row.answered)
        write(isTicks ? nil : row.handling, &csv)
        if hasTicks { write(isTicks ? row.handling : nil, &csv) }
        if !results.unreadable.isEmpty { csv.field(nil as String?) }
        csv.endRow()
      }
    }
    csv.rows(of: results.unreadable, columns: 13 + (hasTicks ? 2 : 1) * durations.count)
  }

  private func write(_ statistics: DurationStatistics?, _ csv: inout CSVWriter) {
    csv.field(statistics?.total)
    csv.field(statistics?.min)
    csv.field(statistics?.roundedMean)
    csv.field(statistics?.p50)
    csv.field(statistics?.p90)
    csv.field(statistics?.p99)
    csv.field(statistics?.p999)
    csv.field(statistics?.max)
  }
}
