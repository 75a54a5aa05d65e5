import KVMEvents
import KVMTimeline
import TraceChecks

/// The columns of an interval for people; the widths are fixed, since a row is gone before the next is known.
extension Words {
  /// What stands above ``state(_:)``.
  static var stateHeading: String {
    left("state", 10) + left("level", 8) + right("cpu", 4) + "  " + left("reason", 18) + "by"
  }

  /// State, level, CPU, exit, its handler and what it was about.
  static func state(_ interval: Interval) -> String {
    let level = interval.isSMM ? interval.level.name + " SMM" : interval.level.name
    var line =
      left(interval.state.name, 10) + left(level, 8) + right(String(interval.cpu), 4)
    if let exit = interval.exit {
      line += "  " + left(Printable.escaped(exit.label), 18) + (interval.handler ?? "?")
      if let detail = interval.detail { line += "  " + detail.text }
    }
    return line
  }

  /// Begin and duration.
  static func time(_ interval: Interval, _ unit: TimeUnit) -> String {
    right(Quantity.moment(interval.begin, unit), 20)
      + right(Quantity.duration(interval.end &- interval.begin, unit), 13)
  }

  /// A text at the right of a column.
  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(1, width - text.count)) + text
  }

  /// A text at the left of a column.
  static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}
