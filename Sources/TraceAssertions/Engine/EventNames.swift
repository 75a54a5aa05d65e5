import EventFormat
import KVMEvents
import KVMTimeline
import TraceChecks

/// Names of events across kernels.
enum EventNames {
  /// Why events of a pattern cannot be looked for in a trace; nil: the kernel has them under another name, or had them.
  static func missing(_ pattern: EventPattern, _ subject: RuleSubject) -> String? {
    // An event that this kernel calls otherwise does not exist here under the name of the rule.
    for name in pattern.names {
      guard let plain = name.plain,
        let schema = EventSchema.all.first(where: { $0.names.contains(plain) })
      else { continue }
      let isThere = zip(subject.events, subject.isRecorded).contains { event, recorded in
        recorded && event.system == schema.system && schema.names.contains(event.name)
      }
      if isThere { return nil }
    }
    let names = pattern.names.map(\.event.source).joined(separator: ", ")
    let known = zip(subject.events, subject.isRecorded).filter(\.1).map(\.0.name)
    let guess =
      pattern.names.count == 1 ? Spelling.question(for: names, among: known) : ""
    return "\(names) was not recorded in this trace.\(guess)"
  }
}
