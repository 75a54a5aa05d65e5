import TraceChecks

extension CheckReport {
  /// Writes TAP 14: a test for each trace, with a subtest for each check or rule.
  ///
  /// A case that could not be judged is `not ok`, as is an input that could not be read: its diagnostics say so.
  public func writeTAP(to sink: ByteSink) {
    sink.write("TAP version 14\n")
    sink.write("1..\(results.traces.count + results.unreadable.count)\n")
    for (trace, facts) in results.traces.enumerated() {
      let cases = cases(of: trace)
      sink.write("# Subtest: " + Self.escaped(facts.path) + "\n")
      sink.write("    1..\(cases.count)\n")
      for (number, item) in cases.enumerated() { write(item, number + 1, sink) }
      let isGood = cases.allSatisfy { $0.outcome == .pass }
      sink.write((isGood ? "ok " : "not ok ") + "\(trace + 1) - " + Self.escaped(facts.path) + "\n")
    }
    for (index, trace) in results.unreadable.enumerated() {
      let number = results.traces.count + index + 1
      sink.write("not ok \(number) - " + Self.escaped(trace.path) + "\n")
      write([("outcome", "unreadable"), ("message", trace.reason)], "  ", sink)
    }
  }

  private func write(_ item: JudgedCase, _ number: Int, _ sink: ByteSink) {
    sink.write("    " + (item.outcome == .pass ? "ok " : "not ok "))
    sink.write("\(number) - " + Self.escaped(item.name) + "\n")
    let details = details(of: item)
    guard item.outcome != .pass || !details.isEmpty || !item.reason.isEmpty else { return }
    var diagnostics = [("outcome", item.outcome.rawValue), ("severity", item.severity.name)]
    if !item.reason.isEmpty { diagnostics.append(("message", item.reason)) }
    if !details.isEmpty { diagnostics.append(("details", details)) }
    write(diagnostics, "      ", sink)
  }

  /// A block of YAML: every value is a quoted scalar, several lines a literal block.
  private func write(_ values: [(String, String)], _ margin: String, _ sink: ByteSink) {
    sink.write(margin + "---\n")
    for (key, value) in values {
      let lines = value.split(separator: "\n", omittingEmptySubsequences: false)
      if lines.count == 1 {
        sink.write("\(margin)\(key): " + Self.quoted(value) + "\n")
        continue
      }
      // The first line may begin with a space: the depth of the block must be said.
      sink.write("\(margin)\(key): |2-\n")
      for line in lines {
        sink.write(line.isEmpty ? "\n" : "\(margin)  \(Printable.escaped(String(line)))\n")
      }
    }
    sink.write(margin + "...\n")
  }

  /// A description: `#` would begin a directive.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in Printable.escaped(text).unicodeScalars {
      if character == "\\" || character == "#" { result += "\\" }
      result.unicodeScalars.append(character)
    }
    return result
  }

  /// A double-quoted scalar of YAML.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for character in Printable.escaped(text).unicodeScalars {
      if character == "\\" || character == "\"" { result += "\\" }
      result.unicodeScalars.append(character)
    }
    return result + "\""
  }
}
