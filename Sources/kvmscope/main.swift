import KVMScope
import KVMTimeline
import KVMEvents
import TraceChecks
for path in CommandLine.arguments.dropFirst() {
  do {
    let r = try Analysis.summarize([path])
    print(path, r.checks.verdict, r.checks.traces[0].events, "lost", r.checks.traces[0].lostGaps, r.checks.traces[0].lostEvents as Any, r.checks.traces[0].damage.count)
    for f in r.checks.findings { print("   ", f.check, f.severity, f.identity?.thread as Any, f.count, f.begin ?? 0, f.end ?? 0, f.message) }
    for f in r.checks.notJudged { print("    NJ", f.check, f.identity?.thread as Any, f.why, f.isDecisive) }
    for v in r.vcpus { print("   vcpu", v.identity.thread, v.identity.vcpu as Any, v.identity.incarnation, v.isa as Any, "entries", v.entries, v.entriesFailed, "exits", v.exits, "l2", v.l2Exits, v.l2ExitsReflected, v.l2ExitsSynthesized, "nested", v.nestedEntries, v.exitMultiplication ?? 0, v.states.map { "\($0.state) \($0.level) \($0.count) \($0.total)" }.joined(separator: ", "))
      let sum = v.states.reduce(0) { $0 + $1.total }
      if sum != v.end - v.begin { print("   !!! sum", sum, "span", v.end - v.begin) }
      let ex = v.exitReasons.reduce(0) { $0 + $1.count }
      if ex != v.exits { print("   !!! exits", ex, v.exits) }
    }
  } catch { print(path, error) }
}
