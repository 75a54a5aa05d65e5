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
    facts.damage =
      inputDamage + recording.damage.map { damage(at: $0.offset.rawValue, $0.what) }
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
    for found in walk.damages {
      let damage = damage(at: found.offset, found.what)
      if !facts.damage.contains(damage) { facts.damage.append(damage) }
    }
    return facts
  }

  /// Whether some of the trace lies in the window of the options; true where no window was asked for.
  func isIn(_ facts: TraceFacts, _ options: AnalysisOptions) -> Bool {
    guard options.begin != nil || options.end != nil else { return true }
    guard let begin = facts.begin, let end = facts.end else { return false }
    let window = window(options)
    return end >= window.lowerBound && begin < window.upperBound
  }

  /// Damage at a place of the recording: in a directory, that of the file which it is in.
  private func damage(at offset: UInt64, _ what: String) -> TraceChecks.Damage {
    guard case .traceDat(let file) = recording, let part = file.part(at: FileOffset(offset)) else {
      return TraceChecks.Damage(offset: offset, what: what)
    }
    return TraceChecks.Damage(offset: part.offset.rawValue, what: "\(part.name): \(what)")
  }
}
