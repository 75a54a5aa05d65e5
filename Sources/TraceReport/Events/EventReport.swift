public import TraceChecks

/// Decoded events as they come: the report of `events`, where it is not lines.
///
/// Call `begin` once, `beginTrace` for each trace, `add` for each event, `end` once. Where several inputs were given, each
/// row names its trace.
public final class EventReport {
  /// The formats of `events` that have columns or keys.
  public enum Format: Sendable {
    /// Comma-separated values.
    case csv
    /// One object a line.
    case jsonLines
  }

  private let format: Format
  private let sink: ByteSink
  private var csv: CSVWriter
  private var unit = TimeUnit.nanoseconds
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
  public init(
    _ format: Format, of traces: [TraceFacts], unreadable: [UnreadableTrace] = [],
    to sink: ByteSink
  ) {
    self.format = format
    self.sink = sink
    self.unreadable = unreadable
    namesTraces = traces.count + unreadable.count > 1
    hasTickColumns = traces.contains { $0.timeUnit == .ticks }
    csv = CSVWriter(sink)
  }

  /// Writes what stands before the first row.
  public func begin() {
    guard format == .csv else { return }
    csv.header(
      (namesTraces ? "trace," : "") + "ts_ns,cpu,tid,comm,event,buffer,text"
        + (hasTickColumns ? ",ts_ticks" : "") + (unreadable.isEmpty ? "" : ",error"))
  }

  /// Prepares for the events of a trace; its time unit holds for them.
  public func beginTrace(_ facts: TraceFacts) {
    unit = facts.timeUnit
    if namesTraces { path = facts.path }
  }

  /// Writes what stands behind the last row.
  public func end() {
    switch format {
    case .csv: csv.rows(of: unreadable, columns: hasTickColumns ? 9 : 8)
    case .jsonLines: sink.writeLines(of: unreadable)
    }
  }

  /// Writes one event.
  ///
  /// - Returns: whether somebody still takes them.
  public func add(_ row: EventRow) -> Bool {
    switch format {
    case .csv: addRow(row)
    case .jsonLines: addObject(row)
    }
    return sink.isOpen
  }

  private func addRow(_ row: EventRow) {
    if namesTraces { csv.field(path) }
    csv.field(unit == .ticks ? nil : row.timestamp)
    csv.field(row.cpu)
    csv.field(row.thread)
    csv.field(row.comm)
    csv.field(row.event)
    csv.field(row.buffer)
    csv.field(row.text)
    if hasTickColumns { csv.field(unit == .ticks ? row.timestamp : nil) }
    if !unreadable.isEmpty { csv.field(nil as String?) }
    csv.endRow()
  }

  private func addObject(_ row: EventRow) {
    let json = JSONWriter(sink)
    json.object(inline: true) {
      if namesTraces { json.member("trace", path) }
      json.time("ts", row.timestamp, unit)
      json.member("cpu", row.cpu)
      json.member("tid", row.thread)
      json.member("comm", row.comm)
      json.member("event", row.event)
      if let buffer = row.buffer { json.member("buffer", buffer) }
      json.object("fields") {
        for field in row.fields { write(field, json) }
      }
    }
  }

  private func write(_ field: EventRow.Field, _ json: JSONWriter) {
    switch field.value {
    case .unsigned(let number): json.member(field.name, number)
    case .signed(let number): json.member(field.name, number)
    case .text(let text): json.member(field.name, text)
    case .bytes(let bytes): json.array(field.name, bytes) { json.number(UInt64($0)) }
    case .missing: json.member(field.name, nil as String?)
    }
  }
}
