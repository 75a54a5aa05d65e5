import KVMTimeline
import TraceChecks

extension CheckReport {
  /// Writes the verdict, then one block for each finding, then what could not be judged.
  public func writeText(to sink: ByteSink, style: TextStyle) {
    writeVerdict(to: sink, style)
    for (index, facts) in results.traces.enumerated() {
      let findings = results.findings.filter { $0.trace == index }
      let notJudged = results.notJudged.filter { $0.trace == index }
      if isOfSeveral {
        sink.write("\n" + style.bold(Printable.escaped(facts.path)))
        sink.write("  " + counts(findings, cases(of: index)) + "\n")
      }
      var shown: [EvidenceEvent] = []
      for finding in findings {
        write(finding, facts, shown: shown, to: sink, style)
        shown = finding.evidence
      }
      write(notJudged, to: sink, style)
    }
    style.writeUnreadable(results.unreadable, to: sink)
  }

  private func writeVerdict(to sink: ByteSink, _ style: TextStyle) {
    sink.write(style.verdict(results.verdict) + "  ")
    if !isOfSeveral, let facts = results.traces.first {
      sink.write(style.bold(Printable.escaped(facts.path)) + "  ")
    } else {
      sink.write(Quantity.counted(UInt64(results.traces.count), "trace") + "  ")
    }
    sink.write(counts(results.findings, results.cases) + "\n")
    if !isOfSeveral, let facts = results.traces.first {
      for line in style.wrapped(Words.facts(facts), margin: "      ") {
        sink.write(style.dim(line) + "\n")
      }
    }
  }

  /// How many findings there are, or how many rules hold.
  private func counts(_ findings: [Finding], _ cases: [JudgedCase]) -> String {
    guard results.areRules else { return Words.counts(findings) }
    var parts: [String] = []
    func add(_ count: Int, _ words: String) { if count > 0 { parts.append("\(count) \(words)") } }
    add(cases.count { $0.outcome == .pass && !$0.isTolerated }, "passed")
    // What does not hold and fails nothing is counted by what it is.
    for severity in Severity.allCases.reversed() {
      let count = cases.count { $0.isTolerated && $0.severity == severity }
      add(count, severity.name + (count == 1 ? "" : "s"))
    }
    add(cases.count { $0.outcome == .fail }, "failed")
    add(cases.count { $0.outcome == .inconclusive }, "not judged")
    return Quantity.counted(UInt64(cases.count), "rule") + ": " + parts.joined(separator: ", ")
  }

  private func write(
    _ finding: Finding, _ facts: TraceFacts, shown: [EvidenceEvent], to sink: ByteSink,
    _ style: TextStyle
  ) {
    sink.write("\n" + style.severity(finding.severity) + "  ")
    sink.write(style.bold(Printable.escaped(finding.check)))
    if let identity = finding.identity { sink.write("  " + Words.vcpu(identity)) }
    if let level = finding.level, level != .unknown { sink.write(" · at " + level.name) }
    sink.write("\n")
    for line in style.wrapped(Printable.escaped(finding.message), margin: "  ") {
      sink.write(line + "\n")
    }
    if let span = Words.span(of: finding, facts.timeUnit) { sink.write("  " + span + "\n") }
    if !finding.evidence.isEmpty, finding.evidence == shown {
      sink.write("  with the same events as above\n")
    } else if !finding.evidence.isEmpty {
      sink.write("\n")
      writeEvidence(of: finding, facts, to: sink, style)
      sink.write("\n")
    }
    if !finding.lastStates.isEmpty {
      sink.write(style.dim("  what the vCPU did last\n\n"))
      for interval in finding.lastStates {
        sink.write(Words.time(interval, facts.timeUnit) + "  " + Words.state(interval) + "\n")
      }
      sink.write("\n")
    }
    if !finding.show.isEmpty {
      sink.write(style.dim("  more  ") + Printable.escaped(finding.show) + "\n")
    }
    if CheckCatalogue.description(of: finding.check) != nil {
      sink.write(style.dim("  why   ") + "kvmscope explain \(finding.check)\n")
    }
  }

  /// The events as `trace-cmd report -t` lays them out; those inside the finding's span stand out.
  ///
  /// What a line cannot hold is cut: `show` and the other formats have all of it.
  private func writeEvidence(
    of finding: Finding, _ facts: TraceFacts, to sink: ByteSink, _ style: TextStyle
  ) {
    let own = finding.evidence.indices.filter { finding.spans(finding.evidence[$0]) }
    // Of a long episode only begin and end are here: the gap is where most time passed.
    var gap: Int?
    if own.count > 2, finding.count > UInt64(own.count) {
      gap = own.dropFirst().max { a, b in
        elapsed(before: a, in: finding) < elapsed(before: b, in: finding)
      }
    }
    for (index, event) in finding.evidence.enumerated() {
      if index == gap { sink.write(style.dim("    ⋮") + "\n") }
      let isOwn = finding.spans(event)
      let line = Words.line(of: event, facts.timeUnit)
      let room = style.evidenceWidth - 4
      let shown = line.count > room ? line.prefix(room - 1) + "…" : line[...]
      sink.write((isOwn ? "  > " : "    ") + (isOwn ? String(shown) : style.dim(String(shown))))
      sink.write("\n")
    }
  }

  private func elapsed(before index: Int, in finding: Finding) -> UInt64 {
    let (earlier, later) = (finding.evidence[index - 1], finding.evidence[index])
    return later.timestamp > earlier.timestamp ? later.timestamp - earlier.timestamp : 0
  }

  private func write(_ items: [NotJudged], to sink: ByteSink, _ style: TextStyle) {
    guard !items.isEmpty else { return }
    sink.write("\n" + style.bold("not judged") + "\n")
    // What holds for one check mostly holds for several: they share a line.
    var groups: [(item: NotJudged, checks: [String])] = []
    for item in items {
      let at = groups.firstIndex {
        $0.item.identity == item.identity && $0.item.why == item.why
          && $0.item.isDecisive == item.isDecisive
      }
      if let at {
        groups[at].checks.append(item.check)
      } else {
        groups.append((item, [item.check]))
      }
    }
    for (item, checks) in groups {
      var text = checks.joined(separator: ", ")
      if let identity = item.identity { text += " (" + Words.vcpu(identity) + ")" }
      text += ": " + item.why
      if !item.isDecisive { text += " (the verdict stands without it)" }
      for line in style.wrapped(Printable.escaped(text), margin: "  ") { sink.write(line + "\n") }
    }
  }
}
