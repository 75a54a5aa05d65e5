import KVMEvents
import KVMTimeline
public import TraceChecks

/// What changed between two summaries: the report of `diff`.
public struct DiffReport {
  let diff: SummaryDiff

  /// Prepares the report; nothing is written yet.
  public init(_ diff: SummaryDiff) { self.diff = diff }

  /// All changes of one subject, by metric.
  struct Row {
    let subject: SummaryDiff.Subject
    let changes: [SummaryDiff.Change]

    subscript(metric: SummaryDiff.Metric) -> SummaryDiff.Change? {
      changes.first { $0.metric == metric }
    }
  }

  var rows: [Row] {
    var rows: [Row] = []
    var start = 0
    let all = diff.changes
    for at in all.indices where at + 1 == all.count || all[at + 1].subject != all[start].subject {
      rows.append(Row(subject: all[start].subject, changes: Array(all[start...at])))
      start = at + 1
    }
    return rows
  }

  /// The level, the name and the handler of a subject.
  func names(_ subject: SummaryDiff.Subject) -> (level: String, name: String, by: String?) {
    switch subject {
    case .exit(let level, let exit, let handler): (level.name, exit.label, handler.name)
    case .state(let state, let level): (level.name, state.name, nil)
    }
  }

  /// The words on top: what is compared.
  var title: String {
    func side(_ totals: SummaryTotals) -> String {
      totals.traces.count == 1
        ? totals.traces[0].path : Quantity.counted(UInt64(totals.traces.count), "trace")
    }
    return Printable.escaped("\(side(diff.base)) → \(side(diff.new))")
  }

  /// A number for people.
  func text(_ value: Double?, _ metric: SummaryDiff.Metric) -> String {
    guard let value else { return "–" }
    let whole = UInt64(min(max(0, value), 1.8e19))
    return switch metric {
    case .count: Quantity.grouped(whole)
    case .rate: Quantity.fixed(value, value < 10 ? 2 : 0) + "/s"
    case .share: Quantity.fixed(value * 100, 1) + " %"
    default: Quantity.duration(whole, .nanoseconds)
    }
  }

  /// How a number changed: `+12 %`, `new`, `gone`; with `~` where it may be noise, with `!` where it is a regression.
  func growth(_ change: SummaryDiff.Change?) -> String {
    guard let change else { return "" }
    let (base, new) = (change.base ?? 0, change.new ?? 0)
    let mark = change.isRegression ? "! " : change.isSignificant ? "" : "~ "
    if base == 0 && new == 0 { return "" }
    if base == 0 { return mark + "new" }
    if new == 0 { return mark + "gone" }
    if base == new { return "=" }
    let share = (new / base - 1) * 100
    let sign = share < 0 ? "-" : "+"
    return mark + sign + Quantity.fixed(share.magnitude, share.magnitude < 10 ? 1 : 0) + " %"
  }
}
