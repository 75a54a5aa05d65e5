public import TraceChecks

/// Decoded events as they come: the report of `events`, where it is not lines.
///
/// Call `beginTrace` for each trace and `add` for each event.
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
  private var hasHeader = false
  private var hasTickColumns = false

  /// Prepares a report.
  public init(_ format: Format, to sink: ByteSink) {
    self.format = format
    self.sink = sink
    csv = CSVWriter(sink)
  }

  /// Prepares for the events of a trace; its time unit holds for them.
  public func beginTrace(_ facts: TraceFacts) {
    unit = facts.timeUnit
    guard format == .csv, !hasHeader else { return }
    hasHeader = true
    hasTickColumns = unit == .ticks
    csv.header("ts_ns,cpu,tid,comm,event,buffer,text" + (hasTickColumns ? ",ts_ticks" : ""))
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
    csv.field(unit == .ticks ? nil : row.timestamp)
    csv.field(row.cpu)
    csv.field(row.thread)
    csv.field(row.comm)
    csv.field(row.event)
    csv.field(row.buffer)
    csv.field(row.text)
    if hasTickColumns { csv.field(unit == .ticks ? row.timestamp : nil) }
    csv.endRow()
  }

  private func addObject(_ row: EventRow) {
    let json = JSONWriter(sink)
    json.object(inline: true) {
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
