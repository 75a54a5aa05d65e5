import KVMEvents
import KVMTimeline
import TraceChecks

extension JSONWriter {
  /// The members of an interval, but for its vCPU.
  func members(of interval: Interval, _ unit: TimeUnit) {
    time("begin", interval.begin, unit)
    time("end", interval.end, unit)
    time("duration", interval.end &- interval.begin, unit)
    member("state", interval.state.name)
    member("level", interval.level.name)
    member("smm", interval.isSMM)
    member("reason", interval.exit?.reasonName)
    member("cpu", interval.cpu)
    member("handled_by", interval.handler)
    member("detail", interval.detail?.text)
  }
}

extension Interval {
  /// Who handled the exit: `L0` or `L1`, as in the summary; nil where there is none, or nobody knows.
  var handler: String? { isReflected.map { $0 ? "L1" : "L0" } }
}
