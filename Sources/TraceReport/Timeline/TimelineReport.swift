import KVMEvents
public import KVMTimeline
public import TraceChecks

/// The intervals of the vCPUs as they come: the report of `timeline`.
///
/// Rows are written one by one and not kept, so that memory does not grow with the trace. Call `begin` once, `beginTrace`
/// for each trace, `add` for each interval, `end` once. Where several inputs were given, each row names its trace.
public final class TimelineReport {
  /// The formats of `timeline`.
  public enum Format: Sendable {
    /// Columns for people.
    case table
    /// Comma-separated values.
    case csv
    /// One document.
    case json
    /// One object a line.
    case jsonLines
  }

  private let format: Format
  private let sink: ByteSink
  private let style: TextStyle
  private let json: JSONWriter
  private var csv: CSVWriter
  private var unit: TimeUnit = .nanoseconds
  private var isEmpty = true
  private let hasTickColumns: Bool
  /// The path of the rows' trace, where rows must name it.
  private var path: String?
  private let namesTraces: Bool
  private let unreadable: [UnreadableTrace]

  /// Prepares a report.
  ///
  /// - Parameters:
  ///   - format: how to write the rows.
  ///   - traces: those that rows will come of, with the facts known so far.
  ///   - unreadable: inputs that will give no rows.
  ///   - sink: where to.
  ///   - style: how tables look; the other formats have no style.
  public init(
    _ format: Format, of traces: [TraceFacts], unreadable: [UnreadableTrace] = [],
    to sink: ByteSink, style: TextStyle = .plain
  ) {
    self.format = format
    self.sink = sink
    self.style = style
    self.unreadable = unreadable
    namesTraces = traces.count + unreadable.count > 1
    hasTickColumns = traces.contains { $0.timeUnit == .ticks }
    json = JSONWriter(sink)
    csv = CSVWriter(sink)
  }

  /// Writes what stands before the first row.
  public func begin() {
    switch format {
    case .table, .jsonLines: break
    case .csv:
      csv.header(
        (namesTraces ? "trace," : "")
          + "vm,vcpu,tid,incarnation,begin_ns,end_ns,duration_ns,state,level,smm,reason,cpu,handled_by,detail"
          + (hasTickColumns ? ",begin_ticks,end_ticks,duration_ticks" : "")
          + (unreadable.isEmpty ? "" : ",error"))
    case .json:
      json.beginObject()
      json.member("schema", "kvmscope/timeline/v1")
      json.beginArray("intervals")
    }
  }

  /// Prepares for the rows of a trace; its time unit holds for them.
  public func beginTrace(_ facts: TraceFacts) {
    unit = facts.timeUnit
    guard namesTraces else { return }
    path = facts.path
    if format == .table {
      sink.write((isEmpty ? "" : "\n") + style.bold(Printable.escaped(facts.path)) + "\n")
    }
  }

  /// Writes one row.
  public func add(_ interval: Interval, of identity: VCPUIdentity) {
    switch format {
    case .table: addLine(interval, identity)
    case .csv: addRow(interval, identity)
    case .json: addObject(interval, identity)
    case .jsonLines:
      let line = JSONWriter(sink)
      write(interval, identity, line)
    }
    isEmpty = false
  }

  /// Writes what stands behind the last row.
  public func end() {
    switch format {
    case .table:
      if isEmpty { sink.write("no intervals\n") }
      style.writeUnreadable(unreadable, to: sink)
    case .csv: csv.rows(of: unreadable, columns: hasTickColumns ? 18 : 15)
    case .jsonLines: sink.writeLines(of: unreadable)
    case .json:
      json.end()
      json.unreadable(unreadable)
      json.end()
    }
  }

  private func addRow(_ interval: Interval, _ identity: VCPUIdentity) {
    let isTicks = unit == .ticks
    if namesTraces { csv.field(path) }
    csv.field(identity.vm)
    csv.field(identity.vcpu)
    csv.field(identity.thread)
    csv.field(identity.incarnation)
    csv.field(isTicks ? nil : interval.begin)
    csv.field(isTicks ? nil : interval.end)
    csv.field(isTicks ? nil : interval.end &- interval.begin)
    csv.field(interval.state.name)
    csv.field(interval.level.name)
    csv.field(interval.isSMM)
    csv.field(interval.exit?.reasonName)
    csv.field(interval.cpu)
    csv.field(interval.handler)
    csv.field(interval.detail?.text)
    if hasTickColumns {
      csv.field(isTicks ? interval.begin : nil)
      csv.field(isTicks ? interval.end : nil)
      csv.field(isTicks ? interval.end &- interval.begin : nil)
    }
    if !unreadable.isEmpty { csv.field(nil as String?) }
    csv.endRow()
  }

  private func addObject(_ interval: Interval, _ identity: VCPUIdentity) {
    write(interval, identity, json)
  }

  private func write(_ interval: Interval, _ identity: VCPUIdentity, _ json: JSONWriter) {
    json.object(inline: true) {
      if namesTraces { json.member("trace", path) }
      json.identity(identity)
      json.members(of: interval, unit)
    }
  }

  private func addLine(_ interval: Interval, _ identity: VCPUIdentity) {
    if isEmpty {
      sink.write(
        style.dim(
          Words.right("begin", 20) + Words.right("duration", 13) + Words.right("tid", 8)
            + Words.right("vcpu", 5) + "  " + Words.stateHeading) + "\n")
    }
    let vcpu = identity.vcpu.map(String.init) ?? "?"
    sink.write(
      Words.time(interval, unit) + Words.right(String(identity.thread), 8)
        + Words.right(
          identity.incarnation > 0 ? vcpu + "." + String(identity.incarnation) : vcpu, 5)
        + "  " + Words.state(interval) + "\n")
  }
}
