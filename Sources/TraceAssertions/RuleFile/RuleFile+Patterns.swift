import Yams

/// Event patterns and sequences.
extension RuleFile {
  /// One pattern or a list of them; a pattern is text, or a mapping with `event` and `optional`.
  mutating func patterns(_ node: Node, _ check: PatternCheck) -> [EventPattern] {
    let nodes = document.elements(node)
    if nodes.isEmpty { document.add(node, "an empty list", "an event pattern") }
    return nodes.compactMap { pattern($0, check) }
  }

  private mutating func pattern(_ node: Node, _ check: PatternCheck) -> EventPattern? {
    guard case .mapping = node else {
      return pattern(text: node, check)
    }
    guard let members = document.members(node, of: "a pattern", ["event", "optional"]) else {
      return nil
    }
    guard let event = members["event"]?.value else {
      document.add(node, "a pattern without an event", "a key 'event'")
      return nil
    }
    var pattern = pattern(text: event, check)
    if let optional = members["optional"]?.value {
      pattern?.isOptional = truth(optional) ?? false
    }
    return pattern
  }

  /// `true` or `false`.
  mutating func truth(_ node: Node) -> Bool? {
    switch node.scalar?.string {
    case "true": return true
    case "false": return false
    default:
      document.add(node, RuleDocument.shown(node), "true or false")
      return nil
    }
  }

  private mutating func pattern(text node: Node, _ check: PatternCheck) -> EventPattern? {
    guard let text = document.text(node, "an event pattern, such as kvm_exit: exit_reason == HLT")
    else { return nil }
    do throws(PatternMistake) {
      let pattern = try PatternParser.parse(text)
      for problem in check.problems(pattern) { add(problem, node) }
      if let filter = pattern.filter { checkSense(filter, pattern, node) }
      return pattern
    } catch {
      add(error, node)
      return nil
    }
  }

  /// Notes what is no mistake of the grammar and can never be meant: `COMM == 3`, `exit_reason / 0`.
  private mutating func checkSense(
    _ filter: FilterExpression, _ pattern: EventPattern, _ node: Node
  ) {
    switch filter {
    case .and(let a, let b), .or(let a, let b):
      checkSense(a, pattern, node)
      checkSense(b, pattern, node)
    case .not(let a), .negative(let a), .complement(let a): checkSense(a, pattern, node)
    case .comparison(_, let a, let b):
      for (side, other) in [(a, b), (b, a)] where side == .name("COMM") {
        if case .number = other {
          sayAtWord("COMM", "'COMM' beside a number", "a text in quotes", pattern, node)
        }
      }
      checkSense(a, pattern, node)
      checkSense(b, pattern, node)
    case .arithmetic(let operation, let a, let b):
      if b == .number(0), operation == .divide || operation == .remainder {
        sayAtWord(
          operation.rawValue, "'\(operation.rawValue) 0'", "a number other than 0", pattern, node)
      }
      checkSense(a, pattern, node)
      checkSense(b, pattern, node)
    case .number, .text, .name, .variable, .match: break
    }
  }

  /// Notes a mistake where a word stands first in the condition of a pattern.
  private mutating func sayAtWord(
    _ word: String, _ found: String, _ expected: String, _ pattern: EventPattern, _ node: Node
  ) {
    let text = Array(pattern.source.unicodeScalars)
    let letters = Array(word.unicodeScalars)
    // Behind the events: their names may have a stroke too.
    let begin = (text.firstIndex(of: ":") ?? -1) + 1
    let offset = (begin..<max(begin, text.count - letters.count + 1)).first { at in
      text[at..<at + letters.count].elementsEqual(letters)
    }
    document.add(node, found, expected, offset: offset ?? 0)
  }

  private mutating func add(_ mistake: PatternMistake, _ node: Node) {
    document.add(
      node, mistake.found, mistake.expected, mistake.suggestion, offset: mistake.offset)
  }

  private static let sequenceKeys = [
    "after", "then", "unless", "within", "bind", "require", "before", "never", "until", "at_end",
    "per",
  ]

  private enum AtEnd: String, CaseIterable {
    case fail, pass
  }

  /// What must follow what.
  mutating func sequence(_ node: Node) -> SequenceRule? {
    guard let members = document.members(node, of: "a sequence", Self.sequenceKeys) else {
      return nil
    }
    func value(_ name: String) -> Node? { members[name]?.value }
    var check = PatternCheck()
    check.allowsVariables = true
    guard let after = value("after") else {
      document.add(node, "a sequence without a beginning", "a key 'after'")
      return nil
    }
    var first = SequenceRule.Step(patterns: patterns(after, check))
    if let bind = value("bind") { first.bind = bindings(bind, first.patterns) }
    check.variables.formUnion(first.bind.map(\.name))
    var rule = SequenceRule(steps: [first])
    if let then = value("then") {
      for node in document.elements(then) {
        if let step = step(node, check) {
          check.variables.formUnion(step.bind.map(\.name))
          rule.steps.append(step)
        }
      }
    }
    func more(_ name: String) -> [EventPattern] { value(name).map { patterns($0, check) } ?? [] }
    rule.require = more("require")
    rule.before = more("before")
    rule.never = more("never")
    rule.until = more("until")
    if let node = value("unless") {
      document.add(node, "'unless' beside 'after'", "'unless' in a step of 'then', or 'until'")
    }
    if let within = value("within") { rule.within = time(within) }
    if let end = document.word(value("at_end"), AtEnd.self) { rule.failsAtEnd = end == .fail }
    if let key = document.word(value("per"), SequenceRule.Key.self) { rule.key = key }
    let needing = ["before", "within", "at_end"].filter { members[$0] != nil }
    if rule.require.isEmpty && rule.never.isEmpty && needing.isEmpty {
      document.add(node, "a sequence that asks for nothing", "'require', 'never' or both")
    }
    if value("require") == nil, let name = needing.first, let member = members[name] {
      let names = needing.map { "'\($0)'" }.joined(separator: ", ")
      document.add(member.key, "\(names) without 'require'", "what must come, in 'require'")
    }
    if rule.steps.count > Role.mostSteps, let then = value("then") {
      document.add(then, "\(rule.steps.count - 1) steps", "at most \(Role.mostSteps - 1)")
    }
    if rule.bindings.count > SequenceRule.mostBindings {
      document.add(
        node, "\(rule.bindings.count) names in 'bind'", "at most \(SequenceRule.mostBindings)")
    }
    return rule
  }

  private mutating func step(_ node: Node, _ check: PatternCheck) -> SequenceRule.Step? {
    guard case .mapping(let mapping) = node, mapping["event"] != nil,
      mapping["optional"] == nil
    else {
      return SequenceRule.Step(patterns: patterns(node, check))
    }
    let keys = ["event", "unless", "within", "bind"]
    guard let members = document.members(node, of: "a step", keys) else { return nil }
    guard let event = members["event"]?.value else { return nil }
    var step = SequenceRule.Step(patterns: patterns(event, check))
    if let unless = members["unless"]?.value { step.unless = patterns(unless, check) }
    if let within = members["within"]?.value { step.within = time(within) }
    if let bind = members["bind"]?.value { step.bind = bindings(bind, step.patterns) }
    return step
  }

  private mutating func time(_ node: Node) -> UInt64? {
    guard let text = document.text(node, Metric.Dimension.time.form) else { return nil }
    guard let time = Measure.nanoseconds(text) else {
      document.add(node, "'\(text)'", Metric.Dimension.time.form)
      return nil
    }
    return time
  }

  /// `{name: field}`; the field must be one of the step's events, as far as they are known.
  private mutating func bindings(_ node: Node, _ patterns: [EventPattern]) -> [SequenceRule.Binding]
  {
    guard case .mapping(let mapping) = node else {
      document.add(
        node, RuleDocument.shown(node), "a mapping from names to fields, as {rip: guest_rip}")
      return []
    }
    return mapping.compactMap { key, value in
      guard let name = document.text(key, "a name"), let field = document.text(value, "a field")
      else { return nil }
      for var pattern in patterns {
        pattern.filter = .comparison(.equal, .name(field), .number(0))
        pattern.source = field
        if ["CPU", "COMM"].contains(field) {
          document.add(value, "'\(field)'", "a field of the event, or common_pid")
        }
        // What is wrong with the pattern itself was said with it.
        for problem in PatternCheck().problems(pattern) where problem.found.contains("'\(field)'") {
          add(problem, value)
        }
      }
      return SequenceRule.Binding(name: name, field: field)
    }
  }
}
