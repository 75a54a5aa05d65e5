import KVMTimeline
import TraceChecks

extension CheckReport {
  /// Writes one row for each finding.
  ///
  /// Where a trace counts ticks, the `_ns` columns are empty and `_ticks` columns follow. Where inputs could not be read,
  /// each has a row of its own with the reason in a last column, `error`.
  public func writeCSV(to sink: ByteSink) {
    let hasTicks = results.traces.contains { $0.timeUnit == .ticks }
    var csv = CSVWriter(sink)
    csv.header(
      "trace,check,severity,vm,vcpu,tid,incarnation,cpu,level,begin_ns,end_ns,count,message,show"
        + (hasTicks ? ",begin_ticks,end_ticks" : "")
        + (results.unreadable.isEmpty ? "" : ",error"))
    for finding in results.findings {
      let isTicks = unit(of: finding.trace) == .ticks
      csv.field(path(of: finding.trace))
      csv.field(finding.check)
      csv.field(finding.severity.name)
      csv.field(finding.identity?.vm)
      csv.field(finding.identity?.vcpu)
      csv.field(finding.identity?.thread)
      csv.field(finding.identity?.incarnation)
      csv.field(finding.cpu)
      csv.field(finding.level?.name)
      csv.field(isTicks ? nil : finding.begin)
      csv.field(isTicks ? nil : finding.end)
      csv.field(finding.count)
      csv.field(finding.message)
      csv.field(finding.show)
      if hasTicks {
        csv.field(isTicks ? finding.begin : nil)
        csv.field(isTicks ? finding.end : nil)
      }
      if !results.unreadable.isEmpty { csv.field(nil as String?) }
      csv.endRow()
    }
    csv.rows(of: results.unreadable, columns: hasTicks ? 16 : 14)
  }
}
