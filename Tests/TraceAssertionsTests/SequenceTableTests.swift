import EventFormat
import Testing
import TraceChecks
import TraceTestSupport

@testable import TraceAssertions

/// Many rules at once say what each says by itself.
@Suite struct SequenceTableTests {
  private struct Part {
    var rule: Int
    var role: UInt8
  }

  /// Sequences of all shapes: with times, steps, values; more of them than a word has bits.
  private func rules(_ count: Int, _ random: inout SeededGenerator) -> [SequenceRule] {
    let pattern = [EventPattern(names: [], filter: nil, source: "x")]
    return (0..<count).map { number in
      func maybe(_ chance: Int) -> Bool { Int.random(in: 0..<100, using: &random) < chance }
      func time() -> UInt64? { maybe(30) ? UInt64.random(in: 1...60, using: &random) : nil }
      let isTimed = maybe(50)
      var rule = SequenceRule(
        steps: (0..<[1, 1, 2, 3, 6][Int.random(in: 0..<5, using: &random)]).map { step in
          SequenceRule.Step(
            patterns: pattern, unless: step > 0 && maybe(40) ? pattern : [],
            within: isTimed && step > 0 ? time() : nil)
        })
      if maybe(80) { rule.require = pattern }
      if rule.require.isEmpty || maybe(30) { rule.never = pattern }
      if maybe(50) { rule.before = pattern }
      if maybe(30) { rule.until = pattern }
      if isTimed, !rule.require.isEmpty { rule.within = time() }
      rule.failsAtEnd = maybe(50)
      rule.key = SequenceRule.Key.allCases[Int.random(in: 0..<3, using: &random)]
      if maybe(40) { rule.steps[0].bind = [.init(name: "v", field: "f")] }
      return rule
    }
  }

  private func roles(_ rule: SequenceRule) -> [UInt8] {
    var roles: [UInt8] = []
    for (number, step) in rule.steps.enumerated() {
      roles.append(Role.step(number))
      if !step.unless.isEmpty { roles.append(Role.unless(number)) }
    }
    if !rule.require.isEmpty { roles.append(Role.require) }
    if !rule.before.isEmpty { roles.append(Role.before) }
    if !rule.never.isEmpty { roles.append(Role.never) }
    if !rule.until.isEmpty { roles.append(Role.until) }
    return roles
  }

  /// Gives an event to a table as a walk does.
  private func give(
    _ uses: [(touches: [SequenceTable.Touch], begins: [SequenceTable.Begin])], _ moment: Moment,
    to table: inout SequenceTable
  ) {
    let isSole = uses.count == 1 && !table.isOverdue
    for (touches, begins) in uses {
      let (start, end) = (Int32(0), Int32(touches.count))
      let valued = touches.firstIndex(where: \.isValued).map { Int32($0) } ?? end
      let plain = Stretch(start: start, end: valued)
      table.touchValued(Stretch(start: valued, end: end), touches)
      if isSole {
        let all = Stretch(start: 0, end: Int32(begins.count))
        return table.answer(moment, plain, touches, begins: all, begins)
      }
      table.touch(plain, touches)
      for begin in begins { table.begin(begin, moment.serial) }
    }
    table.answer(moment)
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func sayWhatEachSays(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let sequences = rules(150, &random)
    var set = RuleSet(path: "", rules: [], scopes: [RuleScope()], checks: .init())
    // Some patterns are those of several rules.
    var selectors: [CompiledRules.Selector] = []
    for (number, sequence) in sequences.enumerated() {
      set.rules.append(
        Rule(
          name: "\(number)", description: "", severity: .error, isExpectedToFail: false,
          onInconclusive: .report, scope: 0, statement: .sequence(sequence), line: 1, nameLine: 1,
          nameColumn: 1))
      // Now and then a part of a rule has two patterns.
      let parts = roles(sequence)
      for role in parts + parts.filter({ _ in Int.random(in: 0..<4, using: &random) == 0 }) {
        let target = CompiledRules.Target(rule: Int32(number), role: role)
        let isValued = !sequence.bindings.isEmpty
        // Of rules with values all begin with a value, and some patterns keep another one, compare with it or do neither.
        let isBinding =
          isValued
          && (role == Role.step(0) || role < 6 && Int.random(in: 0..<5, using: &random) == 0)
        let isPlain = !isValued || !isBinding && Int.random(in: 0..<4, using: &random) == 0
        if !selectors.isEmpty, Bool.random(using: &random) {
          let at = Int.random(in: 0..<selectors.count, using: &random)
          if selectors[at].loads.isEmpty == isPlain,
            selectors[at].bindings.isEmpty != isBinding
          {
            selectors[at].targets.append(target)
            continue
          }
        }
        var selector = CompiledRules.Selector(
          event: 0, program: 0..<0, minimumLength: 8, scope: 0, targets: [target])
        if !isPlain {
          selector.loads = [.absent]
          if isBinding {
            selector.bindings = [(0, 0)]
          } else if Bool.random(using: &random) {
            selector.tests = [.init(comparison: .equal, load: 0, variable: 0, isSigned: false)]
          }
        }
        selectors.append(selector)
      }
    }
    let compiled = CompiledRules(selectors, rules: sequences.count)
    var table = SequenceTable(set, compiled, vcpus: 3)
    var machines = sequences.map { SequenceMachine($0) }
    let uses = selectors.enumerated().map { table.uses($0, $1) }
    var time: UInt64 = 0
    for serial in 1...1000 as ClosedRange<UInt64> {
      // Now and then the clock runs backwards.
      time = max(1, time &+ UInt64.random(in: 0...12, using: &random) &- (time > 2 ? 2 : 0))
      if Int.random(in: 0..<500, using: &random) == 0 {
        table.lose()
        for at in machines.indices { machines[at].lose() }
      }
      let vcpu = Int.random(in: -1..<3, using: &random)
      let thread = vcpu < 0 ? Int32.random(in: 10..<2000, using: &random) : Int32(vcpu)
      let value = UInt64.random(in: 0..<80, using: &random)
      let moment = Moment(
        time: time, serial: serial, cpu: 1, vcpu: vcpu, thread: thread, base: 0, length: 8)
      var matches: [Int: SequenceMatch] = [:]
      table.find(moment)
      var chosen: [Int] = []
      // One pattern alone holds for every other event.
      let only =
        Bool.random(using: &random) ? Int.random(in: selectors.indices, using: &random) : nil
      for (number, selector) in selectors.enumerated()
      where only.map({ $0 == number }) ?? (Int.random(in: 0..<8, using: &random) == 0) {
        for target in selector.targets {
          let rule = Int(target.rule)
          var match =
            matches[rule] ?? SequenceMatch(time: time, cpu: 1, thread: thread, roles: 0)
          match.roles |= 1 << UInt32(target.role)
          if selector.loads.isEmpty {
            match.plainRoles |= 1 << UInt32(target.role)
          } else {
            var values = InlineArray<4, UInt64>(repeating: 0)
            values[0] = value
            match.values.append((target.role, Int32(number), values))
          }
          matches[rule] = match
        }
        table.heldAt[number] = serial
        table.values[4 * number] = value
        chosen.append(number)
      }
      give(chosen.map { uses[$0] }, moment, to: &table)
      for (rule, match) in matches {
        let key: Int32
        switch sequences[rule].key {
        case .vcpu:
          if vcpu < 0 { continue }
          key = Int32(vcpu)
        case .thread: key = thread
        case .trace: key = 0
        }
        machines[rule].take(match, key: key, vcpu: vcpu < 0 ? nil : vcpu, selectors: selectors)
      }
    }
    table.finish { _ in time + 5 }
    var broken = 0
    for (number, sequence) in sequences.enumerated() {
      machines[number].finish { key in
        (time + 5, sequence.key == .vcpu ? Int(key) : nil)
      }
      let own = table.violations[Int(table.columnOf[number])]
      #expect(own == machines[number].violations, "rule \(number) of seed \(seed)")
      broken += own.count > 0 ? 1 : 0
    }
    #expect(broken > 30)
  }
  /// Many sequences of one rule at once: what is too many is the same for rules that go on together.
  @Test func notMoreThanCanBeFollowed() {
    let pattern = [EventPattern(names: [], filter: nil, source: "x")]
    var set = RuleSet(path: "", rules: [], scopes: [RuleScope()], checks: .init())
    for number in 0..<2 {
      var sequence = SequenceRule(steps: [.init(patterns: pattern, unless: [], within: nil)])
      sequence.steps[0].bind = [.init(name: "v", field: "f")]
      sequence.never = pattern
      set.rules.append(
        Rule(
          name: "\(number)", description: "", severity: .error, isExpectedToFail: false,
          onInconclusive: .report, scope: 0, statement: .sequence(sequence), line: 1, nameLine: 1,
          nameColumn: 1))
    }
    func selector(_ role: UInt8, _ rules: [Int32]) -> CompiledRules.Selector {
      var selector = CompiledRules.Selector(
        event: 0, program: 0..<0, minimumLength: 8, scope: 0,
        targets: rules.map { .init(rule: $0, role: role) })
      selector.loads = [.absent]
      return selector
    }
    var begin = selector(Role.step(0), [0, 1])
    begin.bindings = [(0, 0)]
    // One rule's sequences end with the value that they began with.
    var end = selector(Role.never, [1])
    end.tests = [.init(comparison: .equal, load: 0, variable: 0, isSigned: false)]
    let selectors = [begin, end]
    var table = SequenceTable(set, CompiledRules(selectors, rules: 2), vcpus: 1)
    let uses = selectors.enumerated().map { table.uses($0, $1) }
    func take(_ number: Int, _ value: UInt64, _ serial: UInt64) {
      let moment = Moment(
        time: serial, serial: serial, cpu: 0, vcpu: 0, thread: 1, base: 0, length: 8)
      table.find(moment)
      table.heldAt[number] = serial
      table.values[4 * number] = value
      give([uses[number]], moment, to: &table)
    }
    for value in 1...64 as ClosedRange<UInt64> { take(0, value, value) }
    #expect(!table.violations.contains { $0.droppedForRoom })
    take(1, 5, 65)
    take(0, 66, 66)
    let dropped = set.rules.indices.map {
      table.violations[Int(table.columnOf[$0])].droppedForRoom
    }
    #expect(dropped == [true, false])
    #expect(table.violations[Int(table.columnOf[1])].count == 1)
  }
}
