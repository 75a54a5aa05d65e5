import Testing

@testable import TraceAssertions

/// Sequences, event by event.
@Suite struct SequenceMachineTests {
  /// Runs a rule over events that are named by their roles at times 10, 20, 30 and so on.
  private func violations(
    _ rule: SequenceRule, _ events: [[UInt8]], end: UInt64 = 1000
  ) -> [Violation] {
    var machine = SequenceMachine(rule)
    for (number, roles) in events.enumerated() {
      let mask = roles.reduce(UInt32(0)) { $0 | 1 << UInt32($1) }
      let match = SequenceMatch(
        time: UInt64(number + 1) * 10, cpu: 0, thread: 1, roles: mask)
      machine.take(match, key: 0, vcpu: 0, selectors: [])
    }
    machine.finish { _ in (end, 0) }
    #expect(machine.liveCount == 0)
    return machine.violations.all
  }

  private static let pattern = [
    EventPattern(names: [], filter: nil, source: "x")
  ]
  private let a: [UInt8] = [Role.step(0)]
  private let then: [UInt8] = [Role.step(1)]
  private let unless: [UInt8] = [Role.unless(1)]
  private let require: [UInt8] = [Role.require]
  private let before: [UInt8] = [Role.before]
  private let never: [UInt8] = [Role.never]
  private let until: [UInt8] = [Role.until]

  private func rule(steps: Int = 1, _ change: (inout SequenceRule) -> Void = { _ in })
    -> SequenceRule
  {
    var rule = SequenceRule(
      steps: (0..<steps).map { _ in SequenceRule.Step(patterns: Self.pattern) })
    rule.require = Self.pattern
    change(&rule)
    return rule
  }

  @Test func whatIsRequiredMustComeFirst() {
    #expect(violations(rule(), [a, require]).isEmpty)
    #expect(violations(rule(), [before, a, require, before]).isEmpty)
    let broken = violations(rule(), [a, before, require])
    #expect(broken.map(\.kind) == [.overtaken])
    #expect(broken.map(\.begin) == [10] && broken.map(\.end) == [20])
    #expect(violations(rule(), [a, until, before]).isEmpty)
    #expect(violations(rule(), [a, never]).map(\.kind) == [.forbidden])
    #expect(
      violations(rule(), [a, [Role.require, Role.before]]).isEmpty, "both at once is in time")
  }

  @Test func timeRunsFromTheFirst() {
    let timed = rule { $0.within = 15 }
    #expect(violations(timed, [a, require]).isEmpty)
    #expect(violations(timed, [a, a, require]).map(\.kind) == [.late])
    #expect(violations(timed, [a], end: 30).map(\.kind) == [.late])
    #expect(violations(timed, [a], end: 20).isEmpty, "the trace ended before the time did")
  }

  @Test func theEndOfTheTrace() {
    #expect(violations(rule(), [a]).isEmpty)
    #expect(violations(rule { $0.failsAtEnd = true }, [a]).map(\.kind) == [.neverCame])
    let never = rule {
      $0.require = []
      $0.never = Self.pattern
      $0.failsAtEnd = true
    }
    #expect(violations(never, [a]).isEmpty, "nothing was required")
  }

  @Test func aWayOfSteps() {
    let way = rule(steps: 2)
    #expect(violations(way, [a, before]).isEmpty)
    #expect(violations(way, [then, before]).isEmpty)
    #expect(violations(way, [a, then, before]).map(\.kind) == [.overtaken])
    #expect(violations(way, [a, unless, then, before]).isEmpty)
    let timed = rule(steps: 2) { $0.steps[1].within = 15 }
    #expect(violations(timed, [a, [], then, before]).isEmpty)
    #expect(violations(timed, [a, then, before]).count == 1)
    #expect(violations(timed, [a, a, then, before]).count == 1, "it begins anew")
  }

  @Test func oneViolationRightBehindTheOtherIsOne() {
    let chain = rule {
      $0.require = []
      $0.never = Self.pattern
    }
    let step: [UInt8] = [Role.never, Role.step(0)]
    let broken = violations(chain, [a, step, step, step, until, [], a, step])
    #expect(broken.map(\.count) == [3, 1])
    #expect(broken.map(\.begin) == [10, 70] && broken.map(\.end) == [40, 80])
  }

  @Test func waysThatMeetAreOne() {
    let way = rule(steps: 2) { $0.failsAtEnd = true }
    let step: [UInt8] = [Role.step(0), Role.step(1)]
    #expect(violations(way, [a, step, step, step]).count == 1)
  }

  @Test func keptValuesTellSequencesApart() {
    var rule = rule { $0.failsAtEnd = true }
    rule.steps[0].bind = [SequenceRule.Binding(name: "rip", field: "rip")]
    // Selector 0 keeps its only value; selector 1 asks for the same one.
    let selectors = [
      CompiledRules.Selector(
        event: 0, program: 0..<0, minimumLength: 8, scope: 0, bindings: [(0, 0)], targets: []),
      CompiledRules.Selector(
        event: 1, program: 0..<0, minimumLength: 8, scope: 0,
        tests: [.init(comparison: .equal, load: 0, variable: 0, isSigned: false)], targets: []),
    ]
    var machine = SequenceMachine(rule)
    var time: UInt64 = 0
    func take(_ role: UInt8, _ selector: Int32, _ value: UInt64) {
      time += 10
      var values = InlineArray<4, UInt64>(repeating: 0)
      values[0] = value
      machine.take(
        SequenceMatch(
          time: time, cpu: 0, thread: 1, roles: 1 << UInt32(role),
          values: [(role, selector, values)]), key: 0, vcpu: 0, selectors: selectors)
    }
    take(Role.step(0), 0, 7)
    take(Role.step(0), 0, 8)
    take(Role.require, 1, 8)
    #expect(machine.liveCount == 1)
    take(Role.require, 1, 9)
    #expect(machine.liveCount == 1)
    machine.finish { _ in (100, 0) }
    #expect(machine.violations.all.map(\.begin) == [10])
  }

  @Test func lossProvesNothing() {
    var machine = SequenceMachine(rule())
    machine.take(
      SequenceMatch(time: 10, cpu: 0, thread: 1, roles: 1), key: 0, vcpu: 0, selectors: [])
    machine.lose()
    machine.take(
      SequenceMatch(time: 20, cpu: 0, thread: 1, roles: 1 << UInt32(Role.before)), key: 0, vcpu: 0,
      selectors: [])
    #expect(machine.violations.all.isEmpty && machine.violations.droppedForLoss)
  }

  @Test func whatGoesOnAtOnceIsBounded() {
    var rule = rule()
    rule.steps[0].bind = [SequenceRule.Binding(name: "rip", field: "rip")]
    let selector = CompiledRules.Selector(
      event: 0, program: 0..<0, minimumLength: 8, scope: 0, bindings: [(0, 0)], targets: [])
    var machine = SequenceMachine(rule)
    for number in 0..<10_000 {
      var values = InlineArray<4, UInt64>(repeating: 0)
      values[0] = UInt64(number)
      machine.take(
        SequenceMatch(time: 10, cpu: 0, thread: 1, roles: 1, values: [(0, 0, values)]), key: 0,
        vcpu: 0, selectors: [selector])
    }
    #expect(machine.liveCount == 64 && machine.violations.droppedForRoom)
  }
}
