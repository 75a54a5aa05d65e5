import KVMTimeline
import TraceChecks

extension DiffReport {
  /// Writes one row for each number.
  ///
  /// Times are in nanoseconds, shares are parts of 1, rates are per second.
  public func writeCSV(to sink: ByteSink) {
    var csv = CSVWriter(sink)
    csv.header("kind,level,name,handled_by,metric,base,new,change,significant,regression")
    for row in rows {
      let names = names(row.subject)
      for change in row.changes {
        if case .exit = row.subject { csv.field("exit") } else { csv.field("state") }
        csv.field(names.level)
        csv.field(names.name)
        csv.field(names.by)
        csv.field(change.metric.rawValue)
        csv.field(change.base.map(Self.number))
        csv.field(change.new.map(Self.number))
        csv.field(change.growth.map(Self.number))
        csv.field(change.isSignificant)
        csv.field(change.isRegression)
        csv.endRow()
      }
    }
    for item in diff.findings {
      for text in ["finding", nil, item.check, nil, "count"] { csv.field(text) }
      csv.field(item.base)
      csv.field(item.new)
      csv.field(nil as String?)
      csv.field(item.base != item.new)
      csv.field(item.isRegression)
      csv.endRow()
    }
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e15 ? "\(Int64(value))" : "\(value)"
  }

  /// Writes `kvmscope/diff/v1`.
  public func writeJSON(to sink: ByteSink) {
    let json = JSONWriter(sink)
    json.object {
      json.member("schema", "kvmscope/diff/v1")
      json.member("regression", diff.hasRegression)
      for (key, side) in [("base", diff.base), ("new", diff.new)] {
        json.array(key, side.traces, inline: true) { json.string($0.path) }
      }
      json.array("changes", rows) { row in
        let names = names(row.subject)
        json.object {
          if case .exit = row.subject {
            json.member("kind", "exit")
          } else {
            json.member("kind", "state")
          }
          json.member("level", names.level)
          json.member("name", names.name)
          json.member("handled_by", names.by)
          json.array("numbers", row.changes) { change in
            json.object(inline: true) {
              json.member("metric", change.metric.rawValue)
              json.member("base", change.base)
              json.member("new", change.new)
              json.member("change", change.growth)
              json.member("significant", change.isSignificant)
              json.member("regression", change.isRegression)
            }
          }
        }
      }
      json.array("findings", diff.findings) { item in
        json.object(inline: true) {
          json.member("check", item.check)
          json.member("base", item.base)
          json.member("new", item.new)
          json.member("regression", item.isRegression)
        }
      }
    }
  }
}
