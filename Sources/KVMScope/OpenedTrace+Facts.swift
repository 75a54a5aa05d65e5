import EventFormat
import KVMTimeline
import TraceBytes
import TraceChecks
import TraceContainer

extension OpenedTrace {
  /// Facts that need no walk.
  var facts: TraceFacts {
    var facts = TraceFacts(path: path, container: recording.container)
    facts.clock = recording.clock
    facts.timeUnit = timeUnit
    facts.kernel = recording.uname
    facts.cpus = max(recording.cpuCount, cpuNumbers.count)
    facts.damage = recording.damage.map { Damage(offset: $0.offset.rawValue, what: $0.what) }
    // The container does not say where a text began: the file's beginning stands for it.
    for problem in catalogue.problems where problem.costsEvents {
      facts.damage.append(
        Damage(
          offset: 0,
          what: "format text of \(problem.event): \(problem.what); its events are not read"))
    }
    return facts
  }

  /// Facts after a walk.
  func facts(after walk: WalkStatistics) -> TraceFacts {
    var facts = facts
    facts.events = walk.events
    facts.lostGaps = walk.lostGaps
    facts.lostEvents = walk.lostUncounted ? nil : walk.lostEvents
    facts.begin = walk.span?.lowerBound
    facts.end = walk.span?.upperBound
    for damage in walk.damages
    where !facts.damage.contains(where: { $0.offset == damage.offset && $0.what == damage.what }) {
      facts.damage.append(Damage(offset: damage.offset, what: damage.what))
    }
    return facts
  }
}
