import KVMTimeline
import TraceChecks

extension DiffReport {
  private static let exitMetrics: [SummaryDiff.Metric] = [.count, .rate, .p50, .p99]

  /// Writes tables for people: all exits and states, and how sure each change is.
  public func writeTable(to sink: ByteSink, style: TextStyle) {
    sink.write(style.bold(title) + "\n")
    // What was follows from what is and the change; the other formats have it.
    var exits = Table(
      [.text("exit of"), .text("reason", isFlexible: true), .text("by")]
        + Self.exitMetrics.flatMap { metric -> [Table.Column] in
          [.number(metric.rawValue), .number("change")]
        })
    var states = Table([.text("state"), .text("level"), .number("share"), .number("change")])
    for row in rows {
      let names = names(row.subject)
      func cells(_ metric: SummaryDiff.Metric) -> [String] {
        let change = row[metric]
        return [text(change?.new, metric), growth(change)]
      }
      switch row.subject {
      case .exit:
        exits.add([names.level, names.name, names.by ?? ""] + Self.exitMetrics.flatMap(cells))
      case .state: states.add([names.name, names.level] + cells(.share))
      }
    }
    for table in [exits, states] where !table.isEmpty {
      sink.write("\n")
      table.write(to: sink, style: style)
    }
    if !diff.findings.isEmpty {
      var table = Table([.text("findings"), .number("base"), .number("new"), .text("")])
      for item in diff.findings {
        table.add([
          item.check, Quantity.grouped(item.base), Quantity.grouped(item.new),
          item.isRegression ? "!" : "",
        ])
      }
      sink.write("\n")
      table.write(to: sink, style: style)
    }
    sink.write(
      "\n~ may be chance, or too little to matter" + (diff.hasRegression ? " · ! a regression" : "")
        + "\n")
    writeVerdict(to: sink, style)
  }

  private func writeVerdict(to sink: ByteSink, _ style: TextStyle) {
    if diff.leavesOutTicks {
      sink.write("of vCPUs whose traces count ticks only counts and shares are compared\n")
    }
    sink.write((diff.hasRegression ? style.bad("WORSE") : style.good("NO REGRESSION")) + "\n")
  }

  /// Writes Markdown for a comment on a pull request: what is significant, and the verdict.
  public func writeMarkdown(to sink: ByteSink) {
    sink.write("### kvmscope: \(diff.hasRegression ? "regression" : "no regression")\n\n")
    sink.write(Self.escaped(title) + "\n")
    let shown = rows.filter { row in row.changes.contains(where: \.isSignificant) }
    if !shown.isEmpty {
      sink.write("\n| of | what | by | number | base | new | change |\n")
      sink.write("|---|---|---|---|--:|--:|--:|\n")
      for row in shown {
        let names = names(row.subject)
        for change in row.changes where change.isSignificant {
          let cells = [
            names.level, names.name, names.by ?? "", change.metric.rawValue,
            text(change.base, change.metric), text(change.new, change.metric), growth(change),
          ]
          let line = cells.map(Self.escaped).joined(separator: " | ")
          sink.write("| \(change.isRegression ? line.bold : line) |\n")
        }
      }
    } else {
      sink.write("\nNothing changed by more than chance.\n")
    }
    if !diff.findings.isEmpty {
      sink.write("\n| finding | base | new |\n|---|--:|--:|\n")
      for item in diff.findings {
        let name = item.isRegression ? "**\(Self.escaped(item.check))**" : Self.escaped(item.check)
        sink.write("| \(name) | \(item.base) | \(item.new) |\n")
      }
    }
  }

  /// Text in a cell of Markdown: nothing in it is markup.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in Printable.escaped(text).unicodeScalars {
      if "\\`*_{}[]<>#|!~&".unicodeScalars.contains(scalar) { result += "\\" }
      result.unicodeScalars.append(scalar)
    }
    return result
  }
}

extension String {
  /// Every cell of a row set in bold.
  fileprivate var bold: String {
    split(separator: " | ", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : "**\($0)**" }.joined(separator: " | ")
  }
}
