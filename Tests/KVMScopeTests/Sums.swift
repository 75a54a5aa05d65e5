import KVMEvents
import KVMScope
import KVMTimeline
import TraceChecks

/// Everything of a summary that adds up when a recording is looked at in parts.
struct Sums: Equatable {
  var times: [String: UInt64] = [:]
  var counters: [String: UInt64] = [:]
  var exits: [String: UInt64] = [:]
  var handling: [String: UInt64] = [:]

  init(_ results: SummaryResults) {
    for vcpu in results.vcpus {
      let name = "\(vcpu.identity)"
      for state in vcpu.states {
        times["\(name) \(state.state.name) \(state.level.name)", default: 0] += state.total
      }
      counters["\(name) entries", default: 0] += vcpu.entries
      counters["\(name) failed", default: 0] += vcpu.entriesFailed
      counters["\(name) exits", default: 0] += vcpu.exits
      counters["\(name) L2 exits", default: 0] += vcpu.l2Exits
      counters["\(name) reflected", default: 0] += vcpu.l2ExitsReflected
      counters["\(name) synthesized", default: 0] += vcpu.l2ExitsSynthesized
      counters["\(name) nested entries", default: 0] += vcpu.nestedEntries
      for row in vcpu.exitReasons {
        let key = "\(name) \(row.level.name) \(row.exit) \(row.handledBy.name)"
        exits[key, default: 0] += row.count
        handling[key, default: 0] += row.handling?.total ?? 0
        handling[key + " on CPU", default: 0] += row.handlingOnCPU?.total ?? 0
      }
    }
  }

  mutating func add(_ other: Sums) {
    times.merge(other.times, uniquingKeysWith: +)
    counters.merge(other.counters, uniquingKeysWith: +)
    exits.merge(other.exits, uniquingKeysWith: +)
    handling.merge(other.handling, uniquingKeysWith: +)
  }
}
