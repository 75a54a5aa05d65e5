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
  /// By event id: a plan, or -1.
  private let planOf: [Int32]
  let plans: PlanTable
  let selectors: SelectorTable
  let isBigEndian: Bool
  var scopes: ScopeStates
  private var threads: ThreadVCPUs
  var tallies: TallyTable
  /// Sequences of rules that know the level of an event as it comes.
  var sequences: SequenceTable
  /// Those of the others.
  var machines: [SequenceMachine?]
  /// By rule: the level was never known for events that might have mattered.
  var sawUnknownLevel: [Bool]
  /// By thread: events of rules that ask for a level.
  var waiting: [Int32: [Waiting]] = [:]
  var waitingCount = 0
  /// More waited than can be kept.
  var waitedTooLong = false
  /// Rules that ask for a level, and that the event that is being looked at is something to.
  private var touched: [Int32] = []
  private var roles: [UInt32]
  private var plainRoles: [UInt32]
  private var values: [[(role: UInt8, selector: Int32, values: InlineArray<4, UInt64>)]]
  /// The selector that alone makes the event something to sequences; -1: none does so far; -2: there are several, or
  /// something is overdue, and what they say is noted in the table.
  var sole: Int32 = -1
  /// The number of the event that is being looked at.
  private var serial: UInt64 = 0
  /// By rule: the event that it counted last.
  private var counted: [UInt64]
  /// Of conditions that several selectors have: the event at which they were asked, and the answer.
  private var memos: [(serial: UInt64, holds: Bool)]
  let progress: (Int) -> Bool
  /// The user's function stopped the walk.
  public internal(set) var wasStopped = false

  /// More events than these do not wait for a level.
  static let mostWaiting = 262_144

  /// Prepares a walk over a trace's records.
  public init(_ set: RuleSet, _ subject: RuleSubject, progress: @escaping (Int) -> Bool) {
    self.set = set
    self.subject = subject
    self.progress = progress
    let rules = CompiledRules(set, subject)
    self.rules = rules
    isBigEndian = subject.catalogue.isBigEndian
    let events = subject.catalogue.events.count
    let count = set.rules.count
    var own = [[Int]](repeating: [], count: events)
    for (number, selector) in rules.selectors.enumerated() { own[selector.event].append(number) }
    let sequences = SequenceTable(set, rules, vcpus: subject.vcpus.count)
    self.sequences = sequences
    var selectors = SelectorTable(set, rules, sequences)
    var planOf = [Int32](repeating: -1, count: events)
    var plans = PlanTable()
    for event in 0..<events where !own[event].isEmpty {
      planOf[event] = plans.add(EventPlan(own[event], rules), &selectors, isBigEndian: isBigEndian)
    }
    self.selectors = selectors
    self.planOf = (0...Int(UInt16.max)).map { id in
      planOf[subject.catalogue.number(of: UInt16(id))]
    }
    self.plans = plans
    scopes = ScopeStates(set.scopes, subject)
    threads = ThreadVCPUs(subject.vcpus, streams: subject.cpus.count)
    tallies = TallyTable(rules: count, streams: subject.cpus.count)
    machines = set.rules.map { rule in
      guard set.scopes[rule.scope].needsIntervals, case .sequence(let sequence) = rule.statement
      else { return nil }
      return SequenceMachine(sequence)
    }
    sawUnknownLevel = Array(repeating: false, count: count)
    roles = Array(repeating: 0, count: count)
    plainRoles = roles
    values = Array(repeating: [], count: count)
    counted = Array(repeating: 0, count: count)
    memos = Array(repeating: (0, false), count: selectors.memoCount)
  }

  /// The numbers of the events that rules name.
  public var events: Set<Int> { Set(rules.selectors.map(\.event)) }

  /// Whether any rule needs the events at all.
  public var needsWalk: Bool { !plans.plans.isEmpty }

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

  /// How often the events of an occurrence rule happened.
  func tallies(of rule: Int) -> Tallies { tallies.tallies(of: rule) }

  /// Where a sequence rule did not hold.
  func violations(of rule: Int) -> Violations {
    let column = sequences.columnOf[rule]
    if column >= 0 { return sequences.violations[Int(column)] }
    return machines[rule]?.violations ?? Violations()
  }

  /// See ``RecordConsumer/take(_:in:stream:)``.
  public mutating func take(_ record: Record, in block: RawSpan, stream: Int) {
    guard record.length >= 8 else { return }
    let (id, thread) = subject.catalogue.header(in: block, at: record.offset)
    let plan = planOf[Int(id)]
    if plan >= 0 { look(Int(plan), record, block, stream, thread) }
  }

  /// See ``RecordConsumer/follow(_:until:stream:)``.
  ///
  /// It is compiled for the records of a trace.dat: a record that no rule speaks of costs a few instructions.
  @specialized(where Run == SubBufferRun)
  public mutating func follow<Run: RecordRun & ~Escapable>(
    _ run: inout Run, until due: UInt64, stream: Int
  ) throws(PageFault) -> Bool {
    let plans = planOf
    let hasUsualHeader = subject.catalogue.hasUsualHeader
    repeat {
      if run.place.length >= 8, hasUsualHeader {
        let header = run.payload(at: run.place).u64(at: 0)
        let plan = plans[Int(UInt16(truncatingIfNeeded: header))]
        if plan >= 0 {
          look(
            Int(plan), run.record, run.bytes, stream, Int32(truncatingIfNeeded: header &>> 32))
        }
      } else {
        take(run.record, in: run.bytes, stream: stream)
      }
      guard try run.advance() else { return false }
    } while run.place.timestamp <= due
    return true
  }

  private mutating func look(
    _ plan: Int, _ record: Record, _ block: RawSpan, _ stream: Int, _ thread: Int32
  ) {
    let time = subject.conversion?.nanoseconds(record.timestamp) ?? record.timestamp
    serial &+= 1
    let plan = plans.plans[plan]
    let moment = Moment(
      time: time, serial: serial, cpu: subject.cpus[stream],
      vcpu: threads.vcpu(of: thread, at: time, stream: stream), thread: thread,
      base: record.offset, length: record.length)
    sequences.find(moment)
    sole = -1
    if !plan.markers.isEmpty {
      for at in plan.markers.range { ask(plans.markers[at], false, moment, block, stream) }
      scopes.turn(at: time)
    }
    // What is asked always lies with the first index, where there is one that the record is long enough for.
    var asks = plan.always
    for at in plan.indices.range {
      let part = plans.part(at, block, moment, isBigEndian)
      if let part {
        if at == Int(plan.indices.start) { asks = Stretch() }
        if !part.isEmpty { ask(part, moment, block, stream) }
      }
    }
    if !asks.isEmpty { ask(asks, moment, block, stream) }
    if sole >= 0 {
      let head = selectors.heads[Int(sole)]
      sequences.answer(
        moment, head.plainTouches, selectors.touches, begins: head.begins, selectors.begins)
    } else if sole == -2 {
      sequences.answer(moment)
    }
    if !touched.isEmpty { answer(moment) }
  }

  private mutating func ask(
    _ stretch: Stretch, _ moment: Moment, _ block: RawSpan, _ stream: Int
  ) {
    for at in stretch.range {
      let item = plans.asks[at]
      if item.rule == PlanTable.masks {
        askMasks(item, moment, block, stream)
      } else if item.rule < 0 {
        ask(item.selector, item.question == DecisionTable.holds, moment, block, stream)
      } else if moment.length >= Int(item.minimumLength),
        selectors.decisions.hold(item.question, block, base: moment.base)
      {
        tallies.add(Int(item.rule), moment, stream: stream)
      }
    }
  }

  /// Asks one selector; a match is noted with its rules.
  private mutating func ask(
    _ selector: Int32, _ isCertain: Bool, _ moment: Moment, _ block: RawSpan, _ stream: Int
  ) {
    let head = selectors.heads[Int(selector)]
    if head.scope != 0, !scopes.allows(Int(head.scope), vcpu: moment.vcpu, at: moment.time) {
      return
    }
    guard moment.length >= Int(head.minimumLength) else {
      // Of those that it stands for some may be satisfied with a shorter record.
      for at in selectors.tails[Int(selector)].members.range {
        ask(selectors.members[at], true, moment, block, stream)
      }
      return
    }
    // A condition, or values, are looked at only where somebody waits for them.
    if head.onlyTouches, !isCertain || !head.loads.isEmpty,
      !sequences.isWaitedFor(head.touches, selectors.touches)
    {
      return
    }
    if !isCertain, head.question != DecisionTable.holds, !holds(selector, head, moment, block) {
      return
    }
    for at in head.occurrences.range {
      let item = selectors.occurrences[at]
      let rule = Int(item.rule)
      if !item.isAlone {
        if counted[rule] == moment.serial { continue }
        counted[rule] = moment.serial
      }
      tallies.add(rule, moment, stream: stream)
    }
    if !head.loads.isEmpty { load(head.loads, moment, block) }
    if head.isOfSequences { touch(selector, head, moment) }
    if head.isNoted { note(selector) }
  }

  /// Whether a selector's condition holds.
  @inline(__always)
  private mutating func holds(
    _ selector: Int32, _ head: SelectorTable.Head, _ moment: Moment, _ block: RawSpan
  ) -> Bool {
    if head.memo < 0 {
      return head.question == SelectorTable.run
        ? run(selector, moment, block)
        : selectors.decisions.hold(head.question, block, base: moment.base)
    }
    let memo = Int(head.memo)
    if memos[memo].serial == moment.serial { return memos[memo].holds }
    let holds =
      head.question == SelectorTable.run
      ? run(selector, moment, block)
      : selectors.decisions.hold(head.question, block, base: moment.base)
    memos[memo] = (moment.serial, holds)
    return holds
  }

  @inline(never)
  private func run(_ selector: Int32, _ moment: Moment, _ block: RawSpan) -> Bool {
    let comm = subject.comm
    return rules.programs.hold(
      selectors.tails[Int(selector)].steps.range, block, base: moment.base, length: moment.length,
      cpu: moment.cpu,
      comm: { comm(moment.thread) })
  }

  /// Keeps the values of a record that sequences compare.
  @inline(__always)
  private mutating func load(_ stretch: Stretch, _ moment: Moment, _ block: RawSpan) {
    Self.load(
      stretch, selectors.loads, moment, block, isBigEndian, &sequences.values, &sequences.heldAt)
  }

  /// The lists by themselves: see ``SequenceTable``.
  @inline(__always)
  private static func load(
    _ stretch: Stretch, _ loads: [SelectorTable.Load], _ moment: Moment, _ block: RawSpan,
    _ isBigEndian: Bool, _ valueList: inout [UInt64], _ heldList: inout [UInt64]
  ) {
    var values = valueList.mutableSpan
    var heldAt = heldList.mutableSpan
    for index in stretch.range {
      let load = loads[index]
      let place = Int(load.place)
      values[place] = load.field.read(in: block, at: moment.base, isBigEndian: isBigEndian)
      heldAt[place &>> 2] = moment.serial
    }
  }

  /// Notes a match for scopes, and for rules that ask for a level.
  @inline(never)
  private mutating func note(_ selector: Int32) {
    let tail = selectors.tails[Int(selector)]
    for at in tail.marks.range {
      let target = selectors.targets[at]
      scopes.mark(Int(-1 - target.rule), target.role)
    }
    for at in tail.delayed.range {
      let target = selectors.targets[at]
      let rule = Int(target.rule)
      if roles[rule] == 0 { touched.append(target.rule) }
      roles[rule] |= 1 << UInt32(target.role)
      if selectors.heads[Int(selector)].loads.isEmpty {
        plainRoles[rule] |= 1 << UInt32(target.role)
      } else {
        let place = Int(selector) * 4
        values[rule].append(
          (target.role, selector, InlineArray { sequences.values[place + $0] }))
      }
    }
  }

  /// Keeps the event that was looked at for the rules that must wait for its level.
  private mutating func answer(_ moment: Moment) {
    for at in 0..<touched.count {
      let rule = Int(touched[at])
      wait(rule, moment.thread, moment.vcpu, moment.cpu, moment.time)
      roles[rule] = 0
      plainRoles[rule] = 0
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
          time: time, cpu: cpu, thread: thread, roles: roles[rule],
          plainRoles: plainRoles[rule], values: values[rule]),
        rule: Int32(rule), vcpu: vcpu))
  }

  /// Gives an event whose level is known to its rule.
  mutating func give(_ match: SequenceMatch, to rule: Int, _ vcpu: Int) {
    guard let sequence = machines[rule]?.rule else {
      let moment = Moment(
        time: match.time, serial: 0, cpu: match.cpu, vcpu: vcpu, thread: match.thread, base: 0,
        length: 0)
      return tallies.add(rule, moment, stream: 0)
    }
    let key: Int32
    switch sequence.key {
    case .vcpu:
      guard vcpu >= 0 else { return }
      key = Int32(vcpu)
    case .thread: key = match.thread
    case .trace: key = 0
    }
    machines[rule]?.take(
      match, key: key, vcpu: vcpu < 0 ? nil : vcpu, selectors: rules.selectors)
  }
}
