import KVMTimeline
import Testing
import TimelineTestSupport
import TraceTestSupport

/// Reading a thread's events ahead of those of other CPUs changes nothing that is said of any vCPU.
struct WalkOrderTests {
  @Test(
    "thread by thread as in order of time",
    arguments: Fixture.perfDataNames
      + [
        "svm-6.1/midway-2v-full", "svm-6.1/two-vms-2v-full", "svm-6.1/set_boot_cpu_id",
        "svm-6.1/hltmix-0-l1-ipi-poll200k", "svm-6.1/hltmix-2-l2-ipi-intr-poll200k",
        "svm-6.1/svm-smm_test", "svm-5.10/nested_mix-1v-full", "containers/s7lost.zstd",
        "vmx-6.1-unfixed/smp-mixed-invalid-and-normal",
      ].map { "trace-dat/\($0).dat" })
  func order(_ name: String) throws {
    let walks = try WalkOrder.trackers(fixture: name)
    #expect(!walks.byThread.sawDisorder)
    let byTime = described(walks.byTime)
    #expect(!byTime.isEmpty)
    #expect(described(walks.byThread) == byTime)
  }

  /// All that is known of each vCPU, and all facts, in an order that no walk decides.
  private func described(_ tracker: TimelineTracker) -> [String] {
    var lines: [String] = []
    for track in tracker.tracks where track.hasRun {
      let name = "\(track.identity)"
      lines.append("\(name) \(track.begin) \(track.end) \(track.counters)")
      for state in VCPUState.allCases {
        for level in GuestLevel.allCases where track.stateTotals.count(state, level) > 0 {
          let count = track.stateTotals.count(state, level)
          lines.append("\(name) \(state) \(level) \(count) \(track.stateTotals.time(state, level))")
        }
      }
      for row in track.exits.rows {
        lines.append(
          "\(name) \(row.level) \(row.exit) \(row.isReflected) \(row.count) \(row.answered)"
            + " \(row.undisturbed.total) \(row.disturbed.total) \(row.disturbedOnCPU.total)")
      }
    }
    for fact in tracker.facts {
      lines.append("\(tracker.tracks[fact.vcpu].identity) \(fact.kind) \(fact.begin) \(fact.end)")
    }
    return lines.sorted()
  }
}
