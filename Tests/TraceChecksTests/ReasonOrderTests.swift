import KVMTimeline
import Testing
import TimelineTestSupport
import TraceChecks

/// Why vCPUs are not judged is said in order of time, whatever CPU was read first.
struct ReasonOrderTests {
  @Test func ofEmulationBeforeTheLevelWasProved() {
    let one = Script.log("entry 1000; emul 1000 1; emul 1002 1; exit CPUID 1004; entry 1006")
    var other = one.entries
    for at in other.indices {
      other[at].thread += 1
      other[at].cpu += 1
      other[at].time += 1_000_000
    }
    let threads = [one.entries[0].thread, other[0].thread]
    // What may have been lost may have been nested.
    let loss = EventLog.Entry.loss(cpu: 7, after: 0)
    for entries in [one.entries + other, other + one.entries] {
      let judgement = Replay(EventLog(entries + [loss], records: one.records)).judgement
      let reasons = judgement.notJudged.filter { $0.check == "l2-emulation" }
      #expect(reasons.map(\.identity?.thread) == threads)
      #expect(reasons.allSatisfy { $0.why.contains("before anything proved") })
    }
  }
}
