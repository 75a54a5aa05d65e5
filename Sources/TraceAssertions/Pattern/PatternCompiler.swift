import EventFormat
import KVMEvents
import TraceChecks

/// Makes steps of a filter for one event of a trace.
struct PatternCompiler {
  /// Why a pattern cannot be judged in a trace.
  struct Problem: Error, Equatable {
    let what: String
  }

  private let event: EventDescription
  private(set) var programs: PatternPrograms
  /// Records shorter than this do not have all fields.
  private(set) var minimumLength = 8
  private var depth = 0

  /// Begins behind the steps of others.
  init(_ event: EventDescription, appendingTo programs: PatternPrograms) {
    self.event = event
    self.programs = programs
  }

  /// Appends the steps of a filter; gives their range.
  mutating func compile(_ filter: FilterExpression?) throws(Problem) -> Range<Int> {
    let start = programs.steps.count
    if let filter { try condition(filter) }
    return start..<programs.steps.count
  }

  /// The layout of a field that can be read as a number.
  mutating func layout(_ name: String) throws(Problem) -> FieldLayout {
    if name == "common_pid" { return FieldLayout(offset: 4, size: 4, isSigned: true) }
    guard let field = event.fields.first(where: { $0.name == name }) else {
      let known = event.fields.map(\.name)
      throw Problem(
        what: "\(event.name) has no field '\(name)' in this trace."
          + Spelling.question(for: name, among: known))
    }
    guard [1, 2, 4, 8].contains(field.size), field.offset >= 0, field.offset < 65000,
      !field.isDynamic, !field.isArray
    else { throw Problem(what: "\(event.name).\(name) is no number in this trace") }
    minimumLength = max(minimumLength, field.offset + field.size)
    return FieldLayout(
      offset: UInt16(field.offset), size: UInt8(field.size), isSigned: field.isSigned)
  }

  private func has(_ name: String) -> Bool {
    name == "common_pid" || event.fields.contains { $0.name == name }
  }

  private mutating func add(_ step: PatternPrograms.Step) { programs.steps.append(step) }

  /// Appends steps that leave the flag.
  private mutating func condition(_ filter: FilterExpression) throws(Problem) {
    switch filter {
    case .and(let a, let b): try join(a, b, .jumpIfFalse)
    case .or(let a, let b): try join(a, b, .jumpIfTrue)
    case .not(let a):
      try condition(a)
      add(.init(code: .invert))
    case .match(let name, let expression, let isNegated):
      try text(name, .init(expression: expression), isEqual: !isNegated)
    case .comparison(let operation, let a, let b): try comparison(operation, a, b)
    case .arithmetic(.and, .name(let name), .number(let mask)) where has(name):
      add(.init(code: .testMask, field: try layout(name), a: mask))
    default:
      try number(filter)
      depth -= 1
      add(.init(code: .testTruth))
    }
  }

  private mutating func join(
    _ a: FilterExpression, _ b: FilterExpression, _ code: PatternPrograms.Code
  ) throws(Problem) {
    try condition(a)
    let jump = programs.steps.count
    add(.init(code: code))
    try condition(b)
    programs.steps[jump].target = Int32(programs.steps.count)
  }

  private mutating func comparison(
    _ operation: ComparisonOperator, _ a: FilterExpression, _ b: FilterExpression
  ) throws(Problem) {
    if try reason(operation, a, b) { return }
    if try reason(operation, b, a) { return }
    switch (a, b) {
    case (.name(let name), .text(let text)), (.text(let text), .name(let name)):
      return try self.text(
        name, .init(literal: Array(text.utf8)), isEqual: operation == .equal)
    case (.name(let name), .number(let value)) where has(name):
      return try fused(name, operation, value)
    case (.number(let value), .name(let name)) where has(name):
      return try fused(name, operation.mirrored, value)
    default:
      try number(a)
      try number(b)
      depth -= 2
      add(.init(code: .compare, comparison: operation))
    }
  }

  private mutating func fused(
    _ name: String, _ operation: ComparisonOperator, _ value: UInt64
  ) throws(Problem) {
    let field = try layout(name)
    add(
      .init(
        code: .testField, comparison: operation, isSigned: field.isSigned, field: field, a: value))
  }

  /// A field of reasons and the name of one; false when it is something else.
  private mutating func reason(
    _ operation: ComparisonOperator, _ a: FilterExpression, _ b: FilterExpression
  ) throws(Problem) -> Bool {
    guard case .name(let name) = a, let kind = ReasonField(name, of: event.name) else {
      return false
    }
    let word: String
    switch b {
    case .name(let name) where !has(name): word = name
    case .text(let text): word = text
    default: return false
    }
    guard let values = kind.values(of: word) else {
      throw Problem(what: "'\(word)' is no \(kind.expected.drop { $0 != " " }.dropFirst())")
    }
    let field = try layout(name)
    if kind == .userspace {
      add(
        .init(
          code: .testField, comparison: operation, isSigned: field.isSigned, field: field,
          a: values.vmx ?? 0))
      return true
    }
    let isa = has("isa") ? try layout("isa") : .absent
    // An event that does not say which table it means has the bare number of either.
    func key(_ code: UInt64, _ isa: ISA) -> UInt64 {
      event.fields.contains { $0.name == "isa" }
        ? PatternPrograms.key(code, isa) : PatternPrograms.reason(code, isa: 0)
    }
    let keys = [values.vmx.map { key($0, .vmx) }, values.svm.map { key($0, .svm) }]
      .compactMap(\.self)
    add(
      .init(
        code: .testReason, comparison: operation, field: field, isa: isa, a: keys[0],
        b: keys[keys.count - 1]))
    return true
  }

  private mutating func text(
    _ name: String, _ test: PatternPrograms.TextTest, isEqual: Bool
  ) throws(Problem) {
    var step = PatternPrograms.Step(code: .testText, comparison: isEqual ? .equal : .notEqual)
    step.target = Int32(programs.texts.count)
    var test = test
    if !has(name), ["COMM", "COMMON_COMM"].contains(name) {
      step.code = .testComm
    } else {
      guard let field = event.fields.first(where: { $0.name == name }) else {
        throw Problem(
          what: "\(event.name) has no field '\(name)' in this trace."
            + Spelling.question(for: name, among: event.fields.map(\.name)))
      }
      guard field.isString || field.isArray, field.type.contains("char") else {
        throw Problem(what: "\(event.name).\(name) is no text in this trace")
      }
      test.offset = max(0, field.offset)
      test.size = field.size == 0 ? 1 << 16 : field.size
      test.isDynamic = field.isDynamic
      test.isRelative = field.isRelative
    }
    programs.texts.append(test)
    add(step)
  }

  /// Appends steps that push a number.
  private mutating func number(_ value: FilterExpression) throws(Problem) {
    switch value {
    case .number(let number):
      try push(.init(code: .pushConstant, a: number))
    case .name(let name) where !has(name) && ["CPU", "COMMON_CPU"].contains(name):
      try push(.init(code: .pushCPU))
    case .name(let name):
      let field = try layout(name)
      try push(.init(code: .pushField, isSigned: field.isSigned, field: field))
    case .arithmetic(let operation, let a, let b):
      try number(a)
      try number(b)
      depth -= 1
      add(.init(code: .arithmetic, operation: operation))
    case .negative(let a):
      try number(a)
      add(.init(code: .negate))
    case .complement(let a):
      try number(a)
      add(.init(code: .complement))
    default: throw Problem(what: "a condition stands where a number is expected")
    }
  }

  private mutating func push(_ step: PatternPrograms.Step) throws(Problem) {
    depth += 1
    guard depth <= PatternPrograms.deepestStack else {
      throw Problem(what: "the condition is nested too deeply")
    }
    add(step)
  }
}
