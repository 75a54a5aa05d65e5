import KVMEvents
public import KVMTimeline
public import RingBuffer
import TraceBytes

/// The walk of rules that ask for the level or the exit at an event: it goes along with the timeline, and what matched waits
/// until the interval that it lies in is certain.
///
/// An event at which the level changes (an entry, an inject) belongs to both levels.
public struct LevelledRuleWalk: RecordConsumer {
  /// Takes intervals from the timeline until they are looked at.
  public final class Inbox: IntervalReceiver {
    /// See ``IntervalReceiver``.
    public let wantsDetails = false
    fileprivate var intervals: [(interval: Interval, identity: VCPUIdentity)] = []

    /// An empty one.
    public init() {}

    /// See ``IntervalReceiver``.
    public func receive(_ interval: Interval, of vcpu: VCPUIdentity) {
      intervals.append((interval, vcpu))
    }
  }

  /// What was the case before the interval that comes next.
  private struct Before {
    var level: GuestLevel
    var exit: ExitCode?
    var knewLevel: Bool
  }

  /// The rules.
  public private(set) var rules: RuleWalk
  private var timeline: TimelineConsumer
  private let inbox: Inbox
  private var before: [Int32: Before] = [:]

  /// Joins both; `timeline` must hand its intervals to `inbox`.
  public init(_ rules: RuleWalk, _ timeline: TimelineConsumer, _ inbox: Inbox) {
    self.rules = rules
    self.timeline = timeline
    self.inbox = inbox
  }

  /// See ``RecordConsumer/take(_:in:stream:)``.
  public mutating func take(_ record: Record, in block: RawSpan, stream: Int) {
    rules.take(record, in: block, stream: stream)
    timeline.turn(to: stream)
    timeline.take(record, in: block, stream: stream)
    if !inbox.intervals.isEmpty { resolve() }
  }

  /// See ``RecordConsumer/lost(_:stream:after:)``.
  public mutating func lost(_ loss: Loss, stream: Int, after time: UInt64?) {
    rules.lost(loss, stream: stream, after: time)
    timeline.lost(loss, stream: stream, after: time)
    if !inbox.intervals.isEmpty { resolve() }
  }

  /// See ``RecordConsumer/endedEarly(stream:after:)``.
  public mutating func endedEarly(stream: Int, after time: UInt64?) {
    rules.lost(.uncounted, stream: stream, after: time)
    timeline.endedEarly(stream: stream, after: time)
    if !inbox.intervals.isEmpty { resolve() }
  }

  /// See ``RecordConsumer/damaged(_:at:stream:)``.
  public mutating func damaged(_ what: String, at offset: UInt64, stream: Int) {
    rules.damaged(what, at: offset, stream: stream)
    timeline.damaged(what, at: offset, stream: stream)
  }

  /// See ``RecordConsumer/clockWentBack(to:from:stream:)``.
  public mutating func clockWentBack(to time: UInt64, from: UInt64, stream: Int) {
    timeline.clockWentBack(to: time, from: from, stream: stream)
  }

  /// See ``RecordConsumer/progressed(bytes:)``.
  public mutating func progressed(bytes: Int) -> Bool { rules.progressed(bytes: bytes) }

  /// The trace has ended.
  public mutating func finish() {
    timeline.finish()
    resolve()
    // What happened at the very last moment of a vCPU has the level of what was last.
    for thread in rules.waiting.keys.sorted() {
      guard let before = before[thread] else { continue }
      settle(thread, until: .max, begin: .max, before.level, before.exit)
    }
    rules.finish()
  }

  private mutating func resolve() {
    for (interval, identity) in inbox.intervals {
      let thread = identity.thread
      settle(thread, until: interval.end, begin: interval.begin, interval.level, interval.exit)
      let knew = before[thread]?.knewLevel == true
      before[thread] = Before(
        level: interval.level, exit: interval.exit, knewLevel: knew || interval.level != .unknown)
    }
    inbox.intervals.removeAll(keepingCapacity: true)
  }

  /// Gives the events of a thread before a time to their rules.
  private mutating func settle(
    _ thread: Int32, until end: UInt64, begin: UInt64, _ level: GuestLevel, _ exit: ExitCode?
  ) {
    guard let first = rules.waiting[thread]?.first, first.match.time < end else { return }
    var items = rules.waiting.removeValue(forKey: thread) ?? []
    let before = before[thread]
    var done = 0
    while done < items.count, items[done].match.time < end {
      let item = items[done]
      done += 1
      let rule = Int(item.rule)
      if item.isLoss {
        rules.machines[rule]?.lose()
        continue
      }
      let scope = rules.scopes.all[rules.set.rules[rule].scope]
      let isAtBegin = item.match.time <= begin
      guard
        scope.reasons.map({ reasons in
          Self.selects(reasons, exit) || isAtBegin && Self.selects(reasons, before?.exit)
        }) ?? true
      else { continue }
      guard let wanted = scope.level else {
        rules.give(item.match, to: rule, item.vcpu)
        continue
      }
      if level == wanted || isAtBegin && before?.level == wanted {
        rules.give(item.match, to: rule, item.vcpu)
      } else if level == .unknown, before?.knewLevel == true, item.match.roles & Self.grave != 0 {
        // It may have been the level that the rule speaks of.
        rules.sawUnknownLevel[rule] = true
      }
    }
    rules.waitingCount -= done
    items.removeFirst(done)
    if !items.isEmpty { rules.waiting[thread] = items }
  }

  /// Roles whose events can break a rule, or lead there: all but what ends a matter.
  private static let grave: UInt32 =
    1 << UInt32(Role.never) | 1 << UInt32(Role.before) | 0b111_1110

  private static func selects(_ reasons: Set<UInt64>, _ exit: ExitCode?) -> Bool {
    guard let exit, let isa = exit.isa else { return false }
    return reasons.contains(PatternPrograms.key(exit.code, isa))
  }
}
