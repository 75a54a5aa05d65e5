import KVMTimeline
import TraceChecks

/// What the reports for test systems share: cases with the findings that belong to them.
extension CheckReport {
  func cases(of trace: Int) -> [JudgedCase] { results.cases.filter { $0.trace == trace } }

  func findings(of item: JudgedCase) -> [Finding] {
    results.findings.filter { $0.trace == item.trace && $0.check == item.name }
  }

  func notJudged(of item: JudgedCase) -> [NotJudged] {
    results.notJudged.filter { $0.trace == item.trace && $0.check == item.name }
  }

  /// What a case has to say beyond its reason: findings with their evidence, and what was not judged; lines without
  /// anything that acts on a terminal, separated by line breaks.
  func details(of item: JudgedCase) -> String {
    var lines: [String] = []
    for finding in findings(of: item) {
      if !lines.isEmpty { lines.append("") }
      lines += self.lines(of: finding)
    }
    for item in notJudged(of: item) {
      var line = "not judged"
      if let identity = item.identity { line += " (" + Words.vcpu(identity) + ")" }
      lines.append(line + ": " + Printable.escaped(item.why))
    }
    return lines.joined(separator: "\n")
  }

  /// A finding for people, without colour and in lines of any length.
  func lines(of finding: Finding) -> [String] {
    let unit = unit(of: finding.trace)
    var lines = [
      finding.severity.name + ": " + Printable.escaped(finding.message) + place(finding)
    ]
    if let span = Words.span(of: finding, unit) { lines.append(span) }
    lines += finding.evidence.map { event in
      (finding.spans(event) ? "> " : "  ") + Words.line(of: event, unit)
    }
    if !finding.show.isEmpty { lines.append("more: " + Printable.escaped(finding.show)) }
    return lines
  }

  private func place(_ finding: Finding) -> String {
    finding.identity.map { " (" + Words.vcpu($0) + ")" } ?? ""
  }
}

extension Finding {
  /// Whether an event lies within the finding's span: it is one of those that prove it.
  func spans(_ event: EvidenceEvent) -> Bool {
    guard let begin, let end else { return false }
    return begin <= event.timestamp && event.timestamp <= end
  }
}
