import EventFormat

/// The event patterns of all rules, made ready for one trace: what is asked of a record is found by its event's number.
struct CompiledRules {
  /// What a match of a selector means.
  struct Target: BitwiseCopyable {
    /// The rule's number; of a marker, -1 - the scope's.
    let rule: Int32
    /// A part of the rule (``Role``), or 0 and 1 for the begin and the end of a scope.
    let role: UInt8
  }

  /// A value of the record and what it must compare with.
  struct VariableTest: BitwiseCopyable, Equatable {
    let comparison: ComparisonOperator
    /// A place among the values of the match.
    let load: UInt8
    /// A place among the values that the sequence keeps.
    let variable: UInt8
    let isSigned: Bool
  }

  /// One pattern's condition on one event.
  struct Selector {
    let event: Int
    var program: Range<Int>
    let minimumLength: Int
    let scope: Int
    /// Fields whose values a match carries.
    var loads: [FieldLayout] = []
    /// Conditions on them that only the sequence can judge.
    var tests: [VariableTest] = []
    /// Values to keep: a place among the loads, and one among the sequence's.
    var bindings: [(load: UInt8, variable: UInt8)] = []
    var targets: [Target]

    /// It begins or ends the stretches of a scope, and nothing else.
    var isMarker: Bool { targets[0].rule < 0 }
  }

  var programs: PatternPrograms
  var selectors: [Selector] = []
  /// By event: its selectors.
  private var selectorsOf: [Int: [Int]] = [:]
  /// By rule: why it cannot be judged; the first reason.
  var problems: [Int: String] = [:]
  /// By rule: it speaks of no vCPU of this trace.
  var isIdle: [Bool]

  /// Takes selectors as they are.
  init(_ selectors: [Selector], rules: Int, isBigEndian: Bool = false) {
    programs = PatternPrograms(isBigEndian: isBigEndian)
    self.selectors = selectors
    isIdle = Array(repeating: false, count: rules)
  }

  /// Makes the rules ready.
  init(_ set: RuleSet, _ subject: RuleSubject) {
    programs = PatternPrograms(isBigEndian: subject.catalogue.isBigEndian)
    isIdle = Array(repeating: false, count: set.rules.count)
    for (number, scope) in set.scopes.enumerated() where !scope.between.isEmpty {
      for (role, pattern) in scope.between.enumerated() {
        let problem = add(
          [pattern], Target(rule: Int32(-1 - number), role: UInt8(role)), 0, [], [], subject)
        for (rule, item) in set.rules.enumerated() where item.scope == number {
          if let problem { problems[rule] = problems[rule] ?? problem }
        }
      }
    }
    for (number, rule) in set.rules.enumerated() {
      let scope = set.scopes[rule.scope]
      let isEmpty = !subject.vcpus.contains { scope.selects($0.identity, isa: $0.isa) }
      isIdle[number] = scope.limitsVCPUs && isEmpty
      if isIdle[number] { continue }
      switch rule.statement {
      case .check, .metric: break
      case .occurrence(let patterns, _):
        add(patterns, number, Role.occurrence, rule.scope, [], [], subject)
      case .sequence(let sequence): add(sequence, number, rule.scope, subject)
      }
    }
  }

  private mutating func add(
    _ sequence: SequenceRule, _ rule: Int, _ scope: Int, _ subject: RuleSubject
  ) {
    let names = sequence.bindings
    for (number, step) in sequence.steps.enumerated() {
      add(step.patterns, rule, Role.step(number), scope, names, step.bind, subject)
      add(step.unless, rule, Role.unless(number), scope, names, [], subject)
    }
    add(sequence.require, rule, Role.require, scope, names, [], subject)
    add(sequence.before, rule, Role.before, scope, names, [], subject)
    add(sequence.never, rule, Role.never, scope, names, [], subject)
    add(sequence.until, rule, Role.until, scope, names, [], subject)
  }

  private mutating func add(
    _ patterns: [EventPattern], _ rule: Int, _ role: UInt8, _ scope: Int, _ names: [String],
    _ bind: [SequenceRule.Binding], _ subject: RuleSubject
  ) {
    let target = Target(rule: Int32(rule), role: role)
    if let problem = add(patterns, target, scope, names, bind, subject) {
      problems[rule] = problems[rule] ?? problem
    }
  }

  /// Adds the selectors of patterns; says why they cannot be judged.
  private mutating func add(
    _ patterns: [EventPattern], _ target: Target, _ scope: Int, _ names: [String],
    _ bind: [SequenceRule.Binding], _ subject: RuleSubject
  ) -> String? {
    var problem: String?
    for pattern in patterns {
      var isThere = false
      for (number, event) in subject.events.enumerated()
      where event.id >= 0
        && pattern.names.contains(where: { $0.matches(system: event.system, event: event.name) })
      {
        guard subject.isRecorded[number] else { continue }
        isThere = true
        do throws(PatternCompiler.Problem) {
          try add(pattern, number, event, target, scope, names, bind)
        } catch {
          problem = problem ?? error.what
        }
      }
      if !isThere && !pattern.isOptional {
        problem = problem ?? EventNames.missing(pattern, subject)
      }
    }
    return problem
  }

  private mutating func add(
    _ pattern: EventPattern, _ number: Int, _ event: EventDescription, _ target: Target,
    _ scope: Int, _ names: [String], _ bind: [SequenceRule.Binding]
  ) throws(PatternCompiler.Problem) {
    var compiler = PatternCompiler(event, appendingTo: programs)
    var variables: [(ComparisonOperator, String, String)] = []
    let filter = pattern.filter?.withoutVariables(&variables) ?? nil
    let program = try compiler.compile(filter)
    var loads: [FieldLayout] = []
    func load(_ field: String) throws(PatternCompiler.Problem) -> UInt8 {
      let layout = try compiler.layout(field)
      loads.append(layout)
      guard loads.count <= SequenceMatch.mostValues else {
        throw PatternCompiler.Problem(
          what: "more than \(SequenceMatch.mostValues) values in one step")
      }
      return UInt8(loads.count - 1)
    }
    var tests: [VariableTest] = []
    for (comparison, field, name) in variables {
      let at = try load(field)
      tests.append(
        VariableTest(
          comparison: comparison, load: at, variable: UInt8(names.firstIndex(of: name) ?? 0),
          isSigned: loads[Int(at)].isSigned))
    }
    var bindings: [(load: UInt8, variable: UInt8)] = []
    for item in bind {
      bindings.append((try load(item.field), UInt8(names.firstIndex(of: item.name) ?? 0)))
    }
    var selector = Selector(
      event: number, program: program, minimumLength: compiler.minimumLength, scope: scope,
      loads: loads, tests: tests, bindings: bindings, targets: [target])
    let alternatives = filter?.alternatives ?? []
    guard loads.isEmpty, 2...Self.mostAlternatives ~= alternatives.count else {
      return add(selector, compiler.programs)
    }
    // Each side of an || by itself can be found by the value of its field.
    for alternative in alternatives {
      var compiler = PatternCompiler(event, appendingTo: programs)
      selector.program = try compiler.compile(alternative)
      add(selector, compiler.programs)
    }
  }

  /// A condition of more alternatives is asked as a whole.
  private static let mostAlternatives = 64

  /// Adds a selector whose condition lies in a list that goes on where that of all rules ends.
  private mutating func add(_ new: Selector, _ compiled: PatternPrograms) {
    var new = new
    var isKnown = false
    for number in selectorsOf[new.event] ?? []
    where programs.isSame(selectors[number].program, in: compiled, new.program) {
      // What several rules ask in the same words is asked once.
      if selectors[number].asksTheSame(as: new) {
        selectors[number].targets += new.targets
        return
      }
      if !isKnown { new.program = selectors[number].program }
      isKnown = true
    }
    if !isKnown { programs = compiled }
    selectorsOf[new.event, default: []].append(selectors.count)
    selectors.append(new)
  }
}

extension CompiledRules.Selector {
  /// Whether a selector with the same condition differs in nothing but whom a match is for.
  func asksTheSame(as other: Self) -> Bool {
    scope == other.scope && isMarker == other.isMarker && minimumLength == other.minimumLength
      && loads.elementsEqual(other.loads, by: ==) && tests == other.tests
      && bindings.elementsEqual(other.bindings, by: ==)
  }
}

/// The parts that a pattern can have in a rule.
enum Role {
  /// Most steps of a sequence.
  static let mostSteps = 6
  /// What an occurrence rule counts.
  static let occurrence: UInt8 = 0
  static let require: UInt8 = 16
  static let before: UInt8 = 17
  static let never: UInt8 = 18
  static let until: UInt8 = 19

  /// A step of the way.
  static func step(_ number: Int) -> UInt8 { UInt8(number) }
  /// What breaks the way before a step.
  static func unless(_ number: Int) -> UInt8 { UInt8(8 + number) }
}

extension PatternPrograms {
  /// Whether two ranges of steps do the same.
  func isSame(_ range: Range<Int>, in other: PatternPrograms, _ otherRange: Range<Int>) -> Bool {
    guard range.count == otherRange.count else { return false }
    for (a, b) in zip(range, otherRange) {
      let (x, y) = (steps[a], other.steps[b])
      let jumps = x.code == .jumpIfFalse || x.code == .jumpIfTrue
      let isText = x.code == .testText || x.code == .testComm
      guard x.code == y.code, x.comparison == y.comparison, x.operation == y.operation,
        x.isSigned == y.isSigned, x.field == y.field,
        x.isa == y.isa, x.a == y.a, x.b == y.b,
        jumps
          ? Int(x.target) - range.lowerBound == Int(y.target) - otherRange.lowerBound
          : !isText || texts[Int(x.target)] == other.texts[Int(y.target)]
      else { return false }
    }
    return true
  }
}

extension FieldLayout {
  static func == (a: FieldLayout, b: FieldLayout) -> Bool {
    a.offset == b.offset && a.size == b.size && a.isSigned == b.isSigned
  }
}

extension FilterExpression {
  /// What is joined by || at the top; itself, where nothing is.
  var alternatives: [FilterExpression] {
    if case .or(let a, let b) = self { return a.alternatives + b.alternatives }
    return [self]
  }

  /// The condition without its comparisons with kept values, which are put into a list; nil: nothing is left.
  func withoutVariables(
    _ variables: inout [(ComparisonOperator, String, String)]
  ) -> FilterExpression? {
    switch self {
    case .and(let a, let b):
      let left = a.withoutVariables(&variables)
      let right = b.withoutVariables(&variables)
      guard let left else { return right }
      guard let right else { return left }
      return .and(left, right)
    case .comparison(let comparison, .name(let field), .variable(let name)):
      variables.append((comparison, field, name))
      return nil
    case .comparison(let comparison, .variable(let name), .name(let field)):
      variables.append((comparison.mirrored, field, name))
      return nil
    default: return self
    }
  }
}
