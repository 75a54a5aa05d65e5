import KVMTimeline

/// What one event is to one sequence rule.
struct SequenceMatch {
  /// The most values that one step may look at or keep.
  static let mostValues = 4

  /// Time of the event, trace clock.
  var time: UInt64
  /// The CPU's number.
  var cpu: Int
  /// The thread.
  var thread: Int32
  /// Its roles, as bits.
  var roles: UInt32
  /// Those of them that a pattern holds for that looks at no values.
  var plainRoles: UInt32 = 0
  /// By role, for those that look at values: the selector that matched and the values.
  var values: [(role: UInt8, selector: Int32, values: InlineArray<4, UInt64>)] = []

  func has(_ role: UInt8) -> Bool { roles >> UInt32(role) & 1 == 1 }
}

/// Follows one sequence rule on all vCPUs, one event after the other.
///
/// Rules that ask for a level or an exit are followed so, whose events come late and are few; all others in a
/// ``SequenceTable``, which must say the same.
struct SequenceMachine {
  /// A sequence that has begun.
  struct Instance {
    /// Steps done; all: what is required is waited for.
    var done: Int
    var begin: UInt64
    var last: UInt64
    var cpu: Int
    var thread: Int32
    var values: InlineArray<4, UInt64>
  }

  /// So many at once on one vCPU, told apart by what they keep.
  static let mostInstances = 64

  let rule: SequenceRule
  private let hasValues: Bool
  private(set) var violations = Violations()
  /// Those that have begun, by key.
  private var live: [Int32: [Instance]] = [:]
  private(set) var liveCount = 0

  init(_ rule: SequenceRule) {
    self.rule = rule
    hasValues = !rule.bindings.isEmpty
  }

  /// One event of a key.
  mutating func take(
    _ match: SequenceMatch, key: Int32, vcpu: Int?, selectors: [CompiledRules.Selector]
  ) {
    let isBegin = match.has(Role.step(0))
    if live[key] == nil {
      if isBegin { begin(match, key, selectors) }
      return
    }
    // The instances are taken out so that they can be changed without a look at the table for each.
    guard var instances = live.removeValue(forKey: key) else { return }
    let before = instances.count
    var kept = 0
    for at in 0..<instances.count {
      let done = instances[at].done
      guard advance(&instances[at], match, key, vcpu, selectors) else { continue }
      if instances[at].done > done,
        let same = instances[..<kept].firstIndex(where: { isTwin($0, instances[at]) })
      {
        // Two ways that meet here are one from now on: the newer, or the obligation that is older.
        if instances[at].done < rule.steps.count { instances[same] = instances[at] }
        continue
      }
      if kept != at { instances[kept] = instances[at] }
      kept += 1
    }
    instances.removeLast(instances.count - kept)
    liveCount += kept - before
    if !instances.isEmpty { live[key] = instances }
    if isBegin { begin(match, key, selectors) }
  }

  /// Whether a role's condition holds for an instance too.
  private func holds(
    _ role: UInt8, _ match: SequenceMatch, _ instance: Instance,
    _ selectors: [CompiledRules.Selector]
  ) -> Bool {
    guard match.has(role) else { return false }
    if !hasValues || match.plainRoles >> UInt32(role) & 1 == 1 { return true }
    for item in match.values where item.role == role {
      let tests = selectors[Int(item.selector)].tests
      if tests.allSatisfy({ test in
        test.comparison.holds(
          item.values[Int(test.load)], isSigned: test.isSigned,
          instance.values[Int(test.variable)], isSigned: test.isSigned)
      }) {
        return true
      }
    }
    return false
  }

  /// From the last step to an event; none where the clock ran backwards.
  private func elapsed(_ match: SequenceMatch, _ instance: Instance) -> UInt64 {
    match.time > instance.last ? match.time - instance.last : 0
  }

  /// Takes an event into account.
  ///
  /// - Returns: whether the instance goes on.
  private mutating func advance(
    _ instance: inout Instance, _ match: SequenceMatch, _ key: Int32, _ vcpu: Int?,
    _ selectors: [CompiledRules.Selector]
  ) -> Bool {
    if instance.done < rule.steps.count {
      let next = instance.done
      if let within = rule.steps[next].within, elapsed(match, instance) > within { return false }
      if holds(Role.unless(next), match, instance, selectors) { return false }
      if holds(Role.step(next), match, instance, selectors) {
        instance.done += 1
        instance.last = match.time
        keep(Role.step(next), match, &instance, selectors)
      }
      return true
    }
    if let within = rule.within, elapsed(match, instance) > within {
      add(instance, instance.last &+ within, .late, key, vcpu)
      return false
    }
    if holds(Role.require, match, instance, selectors) { return false }
    if holds(Role.never, match, instance, selectors) {
      add(instance, match.time, .forbidden, key, vcpu)
      return false
    }
    if holds(Role.before, match, instance, selectors) {
      add(instance, match.time, .overtaken, key, vcpu)
      return false
    }
    return !holds(Role.until, match, instance, selectors)
  }

  private mutating func begin(
    _ match: SequenceMatch, _ key: Int32, _ selectors: [CompiledRules.Selector]
  ) {
    var instance = Instance(
      done: 1, begin: match.time, last: match.time, cpu: match.cpu, thread: match.thread,
      values: InlineArray(repeating: 0))
    keep(Role.step(0), match, &instance, selectors)
    var instances = live.removeValue(forKey: key) ?? []
    defer { live[key] = instances }
    // The same beginning again: a way that is still going on begins anew, an obligation stays as old as it is.
    if let same = instances.firstIndex(where: { isTwin($0, instance) }) {
      if rule.steps.count > 1 { instances[same] = instance }
      return
    }
    guard instances.count < Self.mostInstances else {
      violations.droppedForRoom = true
      return
    }
    instances.append(instance)
    liveCount += 1
  }

  /// Whether two sequences are at the same point, with the same values.
  private func isTwin(_ a: Instance, _ b: Instance) -> Bool {
    if a.done != b.done { return false }
    if !hasValues { return true }
    for at in 0..<4 where a.values[at] != b.values[at] { return false }
    return true
  }

  private func keep(
    _ role: UInt8, _ match: SequenceMatch, _ instance: inout Instance,
    _ selectors: [CompiledRules.Selector]
  ) {
    for item in match.values where item.role == role {
      for binding in selectors[Int(item.selector)].bindings {
        instance.values[Int(binding.variable)] = item.values[Int(binding.load)]
      }
      return
    }
  }

  private mutating func add(
    _ instance: Instance, _ end: UInt64, _ kind: Violation.Kind, _ key: Int32, _ vcpu: Int?
  ) {
    violations.add(
      Violation(
        begin: instance.begin, end: end, cpu: instance.cpu, thread: instance.thread, vcpu: vcpu,
        count: 1, kind: kind), key: key)
  }

  /// Events were lost: nobody knows what became of what had begun.
  mutating func lose() {
    if liveCount > 0 { violations.droppedForLoss = true }
    live = [:]
    liveCount = 0
  }

  /// The trace has ended: `end` gives the last moment of a key, and its vCPU.
  mutating func finish(_ end: (Int32) -> (time: UInt64, vcpu: Int?)) {
    for (key, instances) in live.sorted(by: { $0.key < $1.key }) {
      let (time, vcpu) = end(key)
      for instance in instances where instance.done == rule.steps.count && !rule.require.isEmpty {
        if let within = rule.within, time > instance.last, time - instance.last > within {
          add(instance, instance.last &+ within, .late, key, vcpu)
        } else if rule.failsAtEnd {
          add(instance, max(time, instance.last), .neverCame, key, vcpu)
        }
      }
    }
    live = [:]
    liveCount = 0
  }
}
