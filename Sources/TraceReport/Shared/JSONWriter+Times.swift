import KVMTimeline
import TraceChecks

extension JSONWriter {
  /// A time or a duration: `KEY_ns`, and `KEY_ticks` beside a null where the trace counts ticks.
  func time(_ key: String, _ value: UInt64?, _ unit: TimeUnit) {
    member(key + "_ns", unit == .nanoseconds ? value : nil)
    if unit == .ticks { member(key + "_ticks", value) }
  }

  /// Statistics of a duration: an object, or null where there are none.
  ///
  /// `histogram` has a pair for each bucket that is not empty: its highest value, and how many lie in it. So statistics of
  /// several documents can be added up exactly.
  func statistics(
    _ key: String, _ statistics: DurationStatistics?, _ distribution: DurationDistribution,
    _ unit: TimeUnit
  ) {
    let twin = unit == .ticks
    if twin { member(key + "_ns", nil as String?) }
    let name = key + (twin ? "_ticks" : "_ns")
    guard let statistics else { return member(name, nil as String?) }
    object(name, inline: true) {
      member("total", statistics.total)
      member("min", statistics.min)
      member("mean", statistics.roundedMean)
      member("p50", statistics.p50)
      member("p90", statistics.p90)
      member("p99", statistics.p99)
      member("p999", statistics.p999)
      member("max", statistics.max)
      array("histogram", distribution.buckets) { bucket in
        array([bucket.highest, bucket.count]) { number($0) }
      }
    }
  }

  /// The member that every document has on its recordings.
  func traces(_ traces: [TraceFacts]) {
    array("traces", traces) { trace($0) }
  }

  /// The member that names inputs that could not be read; none where all could.
  func unreadable(_ traces: [UnreadableTrace]) {
    if traces.isEmpty { return }
    array("unreadable", traces) { trace in
      object(inline: true) {
        member("path", trace.path)
        member("reason", trace.reason)
        member("exit_code", trace.exitCode)
      }
    }
  }

  /// One recording.
  func trace(_ facts: TraceFacts) {
    object {
      traceMembers(facts)
    }
  }

  /// What is true of one recording.
  func traceMembers(_ facts: TraceFacts) {
    member("path", facts.path)
    member("container", facts.container)
    member("clock", facts.clock)
    member("time_unit", facts.timeUnit.rawValue)
    member("kernel", facts.kernel)
    member("cpus", facts.cpus)
    member("events", facts.events)
    member("lost_events", facts.lostEvents)
    member("lost_gaps", facts.lostGaps)
    time("begin", facts.begin, facts.timeUnit)
    time("end", facts.end, facts.timeUnit)
    array("damage", facts.damage) { damage in
      object(inline: true) {
        member("offset", damage.offset)
        member("what", damage.what)
      }
    }
  }

  /// The members that name a vCPU; all null for none.
  func identity(_ identity: VCPUIdentity?) {
    member("vm", identity?.vm)
    member("vcpu", identity?.vcpu)
    member("tid", identity?.thread)
    member("incarnation", identity?.incarnation)
  }
}

extension DurationStatistics {
  /// The mean in whole units, as times are in JSON and CSV.
  var roundedMean: UInt64 {
    // A mean lies between minimum and maximum, whatever rounding does to it.
    mean.isFinite && mean >= 0 && mean < 1.8e19 ? Swift.min(UInt64(mean.rounded()), max) : max
  }
}
