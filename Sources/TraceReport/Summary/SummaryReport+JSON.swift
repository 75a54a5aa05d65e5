import KVMEvents
import KVMTimeline
import TraceChecks

extension SummaryReport {
  /// Writes `kvmscope/summary/v1`.
  public func writeJSON(to sink: ByteSink) {
    let json = JSONWriter(sink)
    json.object {
      json.member("schema", "kvmscope/summary/v1")
      json.member("verdict", results.verdict.rawValue)
      json.object("findings", inline: true) {
        for (check, counts) in findings.inOrder { json.member(check, counts.count) }
      }
      json.object("findings_by_severity", inline: true) {
        for severity in Severity.allCases.reversed() {
          json.member(severity.name, findings.bySeverity[severity] ?? 0)
        }
      }
      json.object("worst_severity", inline: true) {
        for (check, counts) in findings.inOrder { json.member(check, counts.worst.name) }
      }
      json.traces(results.traces)
      json.unreadable(results.unreadable)
      json.array("vcpus", vcpus) { write($0, json) }
    }
  }

  private func write(_ vcpu: VCPUSummary, _ json: JSONWriter) {
    let unit = unit(of: vcpu)
    json.object {
      let isOne = vcpu.merged == nil
      json.member("trace", isOne ? vcpu.trace : nil)
      json.identity(isOne ? vcpu.identity : nil)
      json.member("comm", vcpu.comm)
      json.member("isa", vcpu.isa?.name)
      json.time("begin", isOne ? vcpu.begin : nil, unit)
      json.time("end", isOne ? vcpu.end : nil, unit)
      if let merged = vcpu.merged {
        json.member("merged", merged)
        json.member("time_unit", unit.rawValue)
        json.time("span", vcpu.end, unit)
      }
      json.member("entries", vcpu.entries)
      json.member("entries_failed", vcpu.entriesFailed)
      json.member("exits", vcpu.exits)
      json.member("l2_exits", vcpu.l2Exits)
      json.member("l2_exits_reflected", vcpu.l2ExitsReflected)
      json.member("l2_exits_synthesized", vcpu.l2ExitsSynthesized)
      json.member("nested_entries", vcpu.nestedEntries)
      json.member("round_trip_exits", vcpu.roundTripExits)
      json.member("exit_multiplication", vcpu.exitMultiplication)
      if let trips = vcpu.roundTripStatistics {
        json.object("round_trips") {
          json.member("count", trips.count)
          json.statistics("time", trips.time, trips.distribution, unit)
          json.array("l1_exits", trips.exits) { row in
            json.object(inline: true) {
              json.member("reason", row.exit.reasonName)
              json.member("code", row.exit.code)
              json.member("count", row.count)
            }
          }
        }
      } else {
        json.member("round_trips", nil as String?)
      }
      json.array("states", vcpu.states) { state in
        json.object(inline: true) {
          json.member("state", state.state.name)
          json.member("level", state.level.name)
          json.member("count", state.count)
          json.time("total", state.total, unit)
        }
      }
      json.array("exit_reasons", vcpu.exitReasons) { row in
        json.object(inline: true) {
          json.member("level", row.level.name)
          json.member("reason", row.exit.reasonName)
          json.member("code", row.exit.code)
          json.member("failed_entry", row.exit.isFailedEntry)
          json.member("handled_by", row.handledBy.name)
          json.member("count", row.count)
          json.member("answered", row.answered)
          json.statistics("handling", row.handling, row.handlingDistribution, unit)
          json.statistics("handling_on_cpu", row.handlingOnCPU, row.onCPUDistribution, unit)
        }
      }
    }
  }
}
