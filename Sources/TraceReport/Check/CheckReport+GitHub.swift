import TraceChecks

extension CheckReport {
  /// Writes workflow commands of GitHub Actions: an annotation for each finding, for each case that fails without one or
  /// could not be judged, and for each input that could not be read; the verdict comes last.
  ///
  /// Nothing but these commands is written, and what a trace holds cannot begin another one.
  public func writeGitHub(to sink: ByteSink) {
    for item in results.cases {
      let path = path(of: item.trace)
      let findings = findings(of: item)
      for finding in findings {
        let lines = lines(of: finding)
        command(
          Self.command(for: Self.severity(of: finding, item)), path,
          "\(item.name): " + (finding.identity.map { Words.vcpu($0) } ?? "the trace"), lines, sink)
      }
      switch item.outcome {
      case .pass: break
      case .fail:
        if findings.isEmpty { command("error", path, item.name, [item.reason], sink) }
      case .inconclusive:
        command("warning", path, "\(item.name): cannot judge", [item.reason], sink)
      }
    }
    for trace in results.unreadable {
      command("error", trace.path, "cannot be read", [trace.reason], sink)
    }
    let traces = Quantity.counted(UInt64(results.traces.count), "trace")
    command(
      results.verdict == .fail ? "error" : results.verdict == .inconclusive ? "warning" : "notice",
      nil, subject,
      ["\(results.verdict.rawValue.uppercased()): \(traces), \(Words.counts(results.findings))"],
      sink)
  }

  /// A finding that fails nothing is no error; of a rule that does not hold it is what the rule says, up to a warning.
  private static func severity(of finding: Finding, _ item: JudgedCase) -> Severity {
    if item.outcome == .fail { return finding.severity }
    return item.isTolerated ? min(finding.severity, .warning) : .note
  }

  private static func command(for severity: Severity) -> String {
    switch severity {
    case .error: "error"
    case .warning: "warning"
    case .note: "notice"
    }
  }

  private func command(
    _ name: String, _ file: String?, _ title: String, _ lines: [String], _ sink: ByteSink
  ) {
    sink.write("::\(name) ")
    if let file { sink.write("file=" + Self.property(file) + ",") }
    sink.write("title=" + Self.property(title) + "::")
    sink.write(lines.map(Self.data).joined(separator: "%0A") + "\n")
  }

  /// A message: what ends a line or begins an escape is written as one.
  private static func data(_ text: String) -> String { escaped(text, "%") }

  /// The value of a property: a colon or a comma would end it.
  private static func property(_ text: String) -> String { escaped(text, "%:,") }

  private static func escaped(_ text: String, _ special: String) -> String {
    var result = ""
    // Line breaks and other control characters are made visible first: a title or a file has one line.
    for scalar in Printable.escaped(text).unicodeScalars {
      if special.unicodeScalars.contains(scalar) {
        result += "%" + String(scalar.value, radix: 16, uppercase: true)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
