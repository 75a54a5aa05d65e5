import TraceChecks

extension CheckReport {
  /// Writes JUnit XML as Jenkins, GitLab and others read it: a suite for each trace, a case for each check or rule.
  ///
  /// A case that fails has a `failure`, one that could not be judged an `error`; an input that could not be read is a suite
  /// with one case that has an `error`. Findings that fail nothing stand in `system-out`.
  public func writeJUnit(to sink: ByteSink) {
    var xml = XMLWriter(sink)
    let counts = counts(results.cases, unreadable: results.unreadable.count)
    xml.element("testsuites", [("name", subject)] + counts) { xml in
      for (trace, facts) in results.traces.enumerated() { write(trace, facts, &xml) }
      for trace in results.unreadable { write(trace, &xml) }
    }
  }

  private func counts(_ cases: [JudgedCase], unreadable: Int) -> [XMLWriter.Attribute] {
    [
      ("tests", String(cases.count + unreadable)),
      ("failures", String(cases.count { $0.outcome == .fail })),
      ("errors", String(cases.count { $0.outcome == .inconclusive } + unreadable)),
    ]
  }

  private func write(_ trace: Int, _ facts: TraceFacts, _ xml: inout XMLWriter) {
    let cases = cases(of: trace)
    xml.element("testsuite", [("name", facts.path)] + counts(cases, unreadable: 0)) { xml in
      xml.element("properties") { xml in
        let properties: [(String, String?)] = [
          ("container", facts.container), ("kernel", facts.kernel), ("clock", facts.clock),
          ("events", String(facts.events)), ("lost_gaps", String(facts.lostGaps)),
        ]
        for case (let name, let value?) in properties {
          xml.element("property", [("name", name), ("value", value)])
        }
      }
      for item in cases { write(item, facts, &xml) }
    }
  }

  private func write(_ item: JudgedCase, _ facts: TraceFacts, _ xml: inout XMLWriter) {
    let details = details(of: item)
    xml.element("testcase", [("name", item.name), ("classname", facts.path)]) { xml in
      switch item.outcome {
      case .fail:
        xml.text("failure", [("message", item.reason), ("type", item.severity.name)], details)
      case .inconclusive:
        xml.text("error", [("message", item.reason), ("type", "inconclusive")], details)
      case .pass:
        let text = [item.reason, details].filter { !$0.isEmpty }.joined(separator: "\n")
        if !text.isEmpty { xml.text("system-out", [], text) }
      }
    }
  }

  private func write(_ trace: UnreadableTrace, _ xml: inout XMLWriter) {
    let name: XMLWriter.Attribute = ("name", trace.path)
    xml.element("testsuite", [name, ("tests", "1"), ("failures", "0"), ("errors", "1")]) { xml in
      xml.element("testcase", [("name", "readable"), ("classname", trace.path)]) { xml in
        xml.text(
          "error", [("message", trace.reason), ("type", "unreadable")], Words.unreadable(trace))
      }
    }
  }
}
