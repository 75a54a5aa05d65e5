import EventFormat
public import KVMTimeline
public import RingBuffer
import TraceBytes
import TraceChecks

/// Asks all rules that speak of events of every record of a trace, in order of time.
///
/// Nothing is looked up by name: a record's event number leads to the selectors that can hold for it, and these to the
/// rules.
public struct RuleWalk: RecordConsumer {
  /// An event that waits until the level of its vCPU is known.
  struct Waiting {
    var match: SequenceMatch
    var rule: Int32
    var vcpu: Int
    /// Events were lost here: it is no event.
    var isLoss = false
  }

  let set: RuleSet
  let subject: RuleSubject
  let rules: CompiledRules
  /// By event number: a place in `plans`, or -1.
  private let planOf: [Int32]
  private let plans: [EventPlan]
  /// By rule and event: selectors that matter once the rule's sequence has begun.
  private let waitingSelectors: [[Int32]]
  private let waitingEvents: [[Int]]
  /// By event number: the rules whose sequences have begun and wait for such an event.
  private var armed: [[Int32]]
  var scopes: ScopeStates
  private var threads: ThreadVCPUs
  var tallies: [Tallies]
  var machines: [SequenceMachine?]
  /// By rule: the level was never known for events that might have mattered.
  var sawUnknownLevel: [Bool]
  /// By thread: events of rules that ask for a level.
  var waiting: [Int32: [Waiting]] = [:]
  var waitingCount = 0
  /// More waited than can be kept.
  var waitedTooLong = false
  /// By rule: the event that is being looked at is one of its.
  private var touched: [Int32] = []
  private var roles: [UInt32]
  private var values: [[(role: UInt8, selector: Int32, values: InlineArray<4, UInt64>)]]
  private let progress: (Int) -> Bool
  /// The user's function stopped the walk.
  public private(set) var wasStopped = false

  /// More events than these do not wait for a level.
  private static let mostWaiting = 262_144

  /// Prepares a walk over a trace's records.
  public init(_ set: RuleSet, _ subject: RuleSubject, progress: @escaping (Int) -> Bool) {
    self.set = set
    self.subject = subject
    self.progress = progress
    let rules = CompiledRules(set, subject)
    self.rules = rules
    let events = subject.catalogue.events.count
    let count = set.rules.count
    func isDelayed(_ rule: Int32) -> Bool {
      rule >= 0 && set.scopes[set.rules[Int(rule)].scope].needsIntervals
    }
    var direct = [[Int]](repeating: [], count: events)
    var waitingSelectors = [[Int32]](repeating: [], count: count)
    var waitingEvents = [[Int]](repeating: [], count: count)
    for (number, selector) in rules.selectors.enumerated() {
      let target = selector.targets[0]
      // Before a sequence has begun its other steps are not looked at; where the level is known late that cannot be.
      if Role.isWaiting(target), !isDelayed(target.rule) {
        for target in selector.targets {
          waitingSelectors[Int(target.rule)].append(Int32(number))
          if !waitingEvents[Int(target.rule)].contains(selector.event) {
            waitingEvents[Int(target.rule)].append(selector.event)
          }
        }
      } else {
        direct[selector.event].append(number)
      }
    }
    var planOf = [Int32](repeating: -1, count: events)
    var plans: [EventPlan] = []
    for event in 0..<events {
      let isWaitedFor = waitingEvents.contains { $0.contains(event) }
      guard !direct[event].isEmpty || isWaitedFor else { continue }
      planOf[event] = Int32(plans.count)
      plans.append(EventPlan(direct[event], rules))
    }
    self.planOf = planOf
    self.plans = plans
    self.waitingSelectors = waitingSelectors
    self.waitingEvents = waitingEvents
    armed = Array(repeating: [], count: events)
    scopes = ScopeStates(set.scopes, subject)
    threads = ThreadVCPUs(subject.vcpus)
    tallies = Array(repeating: Tallies(), count: count)
    machines = set.rules.map { rule in
      if case .sequence(let sequence) = rule.statement { SequenceMachine(sequence) } else { nil }
    }
    sawUnknownLevel = Array(repeating: false, count: count)
    roles = Array(repeating: 0, count: count)
    values = Array(repeating: [], count: count)
  }

  /// The numbers of the events that rules name.
  public var events: Set<Int> { Set(rules.selectors.map(\.event)) }

  /// Whether any rule needs the events at all.
  public var needsWalk: Bool { !plans.isEmpty }

  /// Whether any rule needs the level or the exit at an event: then the walk must go along with the timeline.
  public var needsIntervals: Bool {
    zip(set.rules, rules.isIdle).contains { rule, isIdle in
      guard !isIdle, set.scopes[rule.scope].needsIntervals else { return false }
      switch rule.statement {
      case .check, .metric: return false
      case .occurrence, .sequence: return true
      }
    }
  }

  /// See ``RecordConsumer/take(_:in:stream:)``.
  public mutating func take(_ record: Record, in block: RawSpan, stream: Int) {
    guard record.length >= 8 else { return }
    let (id, thread) = subject.catalogue.header(in: block, at: record.offset)
    let number = subject.catalogue.number(of: id)
    let plan = planOf[number]
    if plan < 0 { return }
    let time = subject.conversion?.nanoseconds(record.timestamp) ?? record.timestamp
    look(Int(plan), number, record, block, stream, thread, time)
  }

  private mutating func look(
    _ plan: Int, _ number: Int, _ record: Record, _ block: RawSpan, _ stream: Int, _ thread: Int32,
    _ time: UInt64
  ) {
    let isBigEndian = subject.catalogue.isBigEndian
    let vcpu = threads.vcpu(of: thread, at: time)
    for at in 0..<plans[plan].markers.count {
      ask(Int(plans[plan].markers[at]), nil, record, block, stream, thread, vcpu, time)
    }
    scopes.turn(at: time)
    for at in 0..<plans[plan].always.count {
      ask(Int(plans[plan].always[at]), nil, record, block, stream, thread, vcpu, time)
    }
    for at in 0..<plans[plan].indices.count {
      // A record that is too short for the field holds nothing.
      let field = plans[plan].indices[at].field
      guard record.length >= Int(field.offset) + Int(field.size) else { continue }
      let part = plans[plan].indices[at].part(block, record.offset, isBigEndian)
      for place in part {
        let selector = Int(plans[plan].indices[at].selectors[place])
        ask(selector, nil, record, block, stream, thread, vcpu, time)
      }
    }
    for at in 0..<armed[number].count {
      let rule = armed[number][at]
      for place in 0..<waitingSelectors[Int(rule)].count {
        let selector = Int(waitingSelectors[Int(rule)][place])
        if rules.selectors[selector].event == number {
          ask(selector, rule, record, block, stream, thread, vcpu, time)
        }
      }
    }
    if !touched.isEmpty { answer(thread, vcpu, subject.cpus[stream], time) }
  }

  /// Asks one selector; a match is noted with its rules, or with the one rule that waits for it.
  @inline(__always)
  private mutating func ask(
    _ selector: Int, _ only: Int32?, _ record: Record, _ block: RawSpan, _ stream: Int,
    _ thread: Int32, _ vcpu: Int, _ time: UInt64
  ) {
    let scope = rules.selectors[selector].scope
    guard scopes.allows(scope, vcpu: vcpu, at: time),
      record.length >= rules.selectors[selector].minimumLength
    else { return }
    let program = rules.selectors[selector].program
    if !program.isEmpty {
      let comm = subject.comm
      guard
        rules.programs.hold(
          program, block, base: record.offset, length: record.length, cpu: subject.cpus[stream],
          comm: { comm(thread) })
      else { return }
    }
    note(selector, only, record, block, vcpu, thread, stream, time)
  }

  private mutating func note(
    _ selector: Int, _ only: Int32?, _ record: Record, _ block: RawSpan, _ vcpu: Int,
    _ thread: Int32, _ stream: Int, _ time: UInt64
  ) {
    for at in 0..<rules.selectors[selector].targets.count {
      let target = rules.selectors[selector].targets[at]
      if let only, target.rule != only { continue }
      if target.rule < 0 {
        scopes.mark(Int(-1 - target.rule), target.role)
        continue
      }
      let rule = Int(target.rule)
      if roles[rule] == 0 { touched.append(target.rule) }
      roles[rule] |= 1 << UInt32(target.role)
      if !rules.selectors[selector].loads.isEmpty {
        values[rule].append(
          (target.role, Int32(selector), loads(selector, record, block)))
      }
    }
  }

  private func loads(
    _ selector: Int, _ record: Record, _ block: RawSpan
  ) -> InlineArray<4, UInt64> {
    var result = InlineArray<4, UInt64>(repeating: 0)
    for (at, field) in rules.selectors[selector].loads.enumerated() {
      result[at] = field.read(
        in: block, at: record.offset, isBigEndian: subject.catalogue.isBigEndian)
    }
    return result
  }

  /// Gives the event that was looked at to the rules that it is something to.
  private mutating func answer(_ thread: Int32, _ vcpu: Int, _ cpu: Int, _ time: UInt64) {
    for at in 0..<touched.count {
      let rule = Int(touched[at])
      let scope = set.rules[rule].scope
      if scopes.all[scope].needsIntervals {
        wait(rule, thread, vcpu, cpu, time)
      } else if machines[rule] == nil {
        tallies[rule].add(vcpu: vcpu, thread: thread, cpu: cpu, at: time)
      } else {
        give(
          SequenceMatch(
            time: time, cpu: cpu, thread: thread, roles: roles[rule], values: values[rule]),
          to: rule, vcpu)
      }
      roles[rule] = 0
      if !values[rule].isEmpty { values[rule].removeAll(keepingCapacity: true) }
    }
    touched.removeAll(keepingCapacity: true)
  }

  private mutating func wait(_ rule: Int, _ thread: Int32, _ vcpu: Int, _ cpu: Int, _ time: UInt64)
  {
    guard waitingCount < Self.mostWaiting else {
      waitedTooLong = true
      return
    }
    waitingCount += 1
    waiting[thread, default: []].append(
      Waiting(
        match: SequenceMatch(
          time: time, cpu: cpu, thread: thread, roles: roles[rule], values: values[rule]),
        rule: Int32(rule), vcpu: vcpu))
  }

  /// Gives an event to a sequence rule.
  mutating func give(_ match: SequenceMatch, to rule: Int, _ vcpu: Int) {
    guard let sequence = machines[rule]?.rule else {
      return tallies[rule].add(vcpu: vcpu, thread: match.thread, cpu: match.cpu, at: match.time)
    }
    let key: Int32
    switch sequence.key {
    case .vcpu:
      guard vcpu >= 0 else { return }
      key = Int32(vcpu)
    case .thread: key = match.thread
    case .trace: key = 0
    }
    let wasLive = machines[rule]?.liveCount ?? 0 > 0
    machines[rule]?.take(
      match, key: key, vcpu: vcpu < 0 ? nil : vcpu, selectors: rules.selectors)
    let isLive = machines[rule]?.liveCount ?? 0 > 0
    if wasLive != isLive { arm(rule, isLive) }
  }

  /// A rule's sequences have begun, or none goes on.
  private mutating func arm(_ rule: Int, _ isLive: Bool) {
    for event in waitingEvents[rule] {
      if isLive {
        armed[event].append(Int32(rule))
      } else if let at = armed[event].firstIndex(of: Int32(rule)) {
        armed[event].remove(at: at)
      }
    }
  }

  /// See ``RecordConsumer/lost(_:stream:after:)``.
  public mutating func lost(_ loss: Loss, stream: Int, after time: UInt64?) {
    for rule in machines.indices where machines[rule] != nil {
      if scopes.all[set.rules[rule].scope].needsIntervals {
        for thread in waiting.keys {
          guard let last = waiting[thread]?.last else { continue }
          guard waitingCount < Self.mostWaiting else {
            waitedTooLong = true
            break
          }
          waiting[thread]?.append(
            Waiting(match: last.match, rule: Int32(rule), vcpu: last.vcpu, isLoss: true))
          waitingCount += 1
        }
      }
      let wasLive = machines[rule]?.liveCount ?? 0 > 0
      machines[rule]?.lose()
      if wasLive { arm(rule, false) }
    }
  }

  /// See ``RecordConsumer/damaged(_:at:stream:)``.
  public mutating func damaged(_ what: String, at offset: UInt64, stream: Int) {
    lost(.uncounted, stream: stream, after: nil)
  }

  /// See ``RecordConsumer/clockWentBack(to:from:stream:)``.
  public mutating func clockWentBack(to time: UInt64, from: UInt64, stream: Int) {}

  /// See ``RecordConsumer/progressed(bytes:)``.
  public mutating func progressed(bytes: Int) -> Bool {
    if !progress(bytes) { wasStopped = true }
    return !wasStopped
  }

  /// The trace has ended.
  public mutating func finish() {
    scopes.finish()
    let end = subject.facts.end ?? 0
    let vcpus = subject.vcpus
    for rule in machines.indices {
      machines[rule]?.finish { key in
        guard set.rules[rule].isPerVCPU else { return (end, nil) }
        let vcpu = Int(key)
        return (vcpus[vcpu].span.upperBound, vcpu)
      }
    }
  }
}

extension Rule {
  /// Whether a sequence's key is a vCPU.
  fileprivate var isPerVCPU: Bool {
    if case .sequence(let sequence) = statement { sequence.key == .vcpu } else { false }
  }
}
