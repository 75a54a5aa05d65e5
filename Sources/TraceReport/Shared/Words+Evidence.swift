import TraceChecks

extension Words {
  /// When something was found: `at …` or `from … to … (…)`; nil where it has no time.
  static func span(of finding: Finding, _ unit: TimeUnit) -> String? {
    guard let begin = finding.begin, let end = finding.end else { return nil }
    let first = Quantity.moment(begin, unit)
    guard end > begin else { return "at " + first }
    let ticks = unit == .ticks ? " ticks" : ""
    return
      "from \(first) to \(Quantity.moment(end, unit)) (\(Quantity.duration(end - begin, unit))\(ticks))"
  }

  /// An event as `trace-cmd report -t` lays it out.
  static func line(of event: EvidenceEvent, _ unit: TimeUnit) -> String {
    let comm = Printable.escaped(event.comm ?? "<...>")
    var line = String(repeating: " ", count: max(0, 16 - comm.count)) + comm
    line += "-" + pad(String(event.thread), 5)
    line += " [" + Quantity.padded(UInt64(max(0, event.cpu)), 3) + "] "
    let moment = Quantity.moment(event.timestamp, unit)
    line += String(repeating: " ", count: max(0, 15 - moment.count)) + moment + ": "
    line += pad(Printable.escaped(event.event) + ": ", 22) + Printable.escaped(event.text)
    while line.last == " " { line.removeLast() }
    return line
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
