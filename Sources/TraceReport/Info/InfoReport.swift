public import TraceChecks

/// What is in a file: the report of `info`.
public struct InfoReport {
  let infos: [TraceInfo]
  let unreadable: [UnreadableTrace]

  /// Prepares the report of one or several files, and of those that could not be read; nothing is written yet.
  public init(_ infos: [TraceInfo], unreadable: [UnreadableTrace] = []) {
    self.infos = infos
    self.unreadable = unreadable
  }

  /// Writes `kvmscope/info/v1`.
  public func writeJSON(to sink: ByteSink) {
    let json = JSONWriter(sink)
    json.object {
      json.member("schema", "kvmscope/info/v1")
      json.unreadable(unreadable)
      json.array("traces", infos) { info in
        json.object {
          json.traceMembers(info.facts)
          json.object("properties") {
            for property in info.properties { json.member(property.name, property.value) }
          }
          json.array("streams", info.streams) { write($0, json) }
          json.array("event_counts", info.events) { event in
            json.object(inline: true) {
              json.member("system", event.system)
              json.member("event", event.name)
              json.member("count", event.count)
            }
          }
          json.array("record_counts", info.records) { record in
            json.object(inline: true) {
              json.member("record", record.name)
              json.member("count", record.count)
            }
          }
          json.array("options", info.options) { option in
            json.object(inline: true) {
              json.member("id", option.id)
              json.member("name", option.name)
              json.member("size", option.size)
              json.member("text", option.text)
            }
          }
          json.array("comms", info.comms) { comm in
            json.object(inline: true) {
              json.member("tid", comm.thread)
              json.member("comm", comm.name)
            }
          }
          json.object("capabilities") {
            for capability in info.capabilities { json.member(capability.name, capability.value) }
          }
        }
      }
    }
  }

  private func write(_ stream: StreamInfo, _ json: JSONWriter) {
    json.object(inline: true) {
      json.member("buffer", stream.buffer)
      json.member("cpu", stream.cpu)
      json.member("offset", stream.offset)
      json.member("size", stream.size)
      json.member("events", stream.events)
      json.member("lost_events", stream.lostEvents)
      json.member("lost_gaps", stream.lostGaps)
      json.object("statistics") {
        for statistic in stream.statistics { json.member(statistic.name, statistic.value) }
      }
    }
  }
}
