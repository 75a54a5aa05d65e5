import KVMTimeline
import TraceChecks

extension CheckReport {
  /// Writes `kvmscope/findings/v1`.
  public func writeJSON(to sink: ByteSink) {
    let json = JSONWriter(sink)
    json.object {
      json.member("schema", "kvmscope/findings/v1")
      json.traces(results.traces)
      json.unreadable(results.unreadable)
      json.member("verdict", results.verdict.rawValue)
      if results.areRules {
        json.array("rules", results.cases) { item in
          json.object(inline: true) {
            json.member("rule", item.name)
            json.member("trace", item.trace)
            json.member("severity", item.severity.name)
            json.member("outcome", item.outcome.rawValue)
            json.member("reason", item.reason)
            json.member("holds", item.holds)
            json.member("count", item.count)
            json.member("findings", item.findings)
          }
        }
      }
      json.array("findings", results.findings) { write($0, json) }
      json.array("not_judged", results.notJudged) { item in
        json.object(inline: true) {
          json.member("check", item.check)
          json.member("trace", item.trace)
          json.identity(item.identity)
          json.member("why", item.why)
          json.member("decisive", item.isDecisive)
        }
      }
      json.object("capabilities") {
        for capability in results.capabilities { json.member(capability.name, capability.value) }
      }
    }
  }

  private func write(_ finding: Finding, _ json: JSONWriter) {
    let unit = unit(of: finding.trace)
    json.object {
      json.member("check", finding.check)
      json.member("severity", finding.severity.name)
      json.member("trace", finding.trace)
      json.identity(finding.identity)
      json.member("cpu", finding.cpu)
      json.member("level", finding.level?.name)
      json.time("begin", finding.begin, unit)
      json.time("end", finding.end, unit)
      json.member("message", finding.message)
      json.member("count", finding.count)
      json.member("show", finding.show)
      if !finding.lastStates.isEmpty {
        json.array("last_states", finding.lastStates) { interval in
          json.object(inline: true) { json.members(of: interval, unit) }
        }
      }
      json.array("evidence", finding.evidence) { event in
        json.object(inline: true) {
          json.time("ts", event.timestamp, unit)
          json.member("cpu", event.cpu)
          json.member("tid", event.thread)
          json.member("comm", event.comm)
          json.member("event", event.event)
          json.member("text", event.text)
        }
      }
    }
  }
}
