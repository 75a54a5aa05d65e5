import EventFormat
import TraceBytes

/// Conditions that compare fields with constants, as questions that lead to one another.
///
///     info1 & 4 && !(exit_reason == 48)
///
///     0  info1 & 4          yes: 1     no: false
///     1  exit_reason = 48   yes: false no: true
///
/// The steps of ``PatternPrograms`` say the same with a flag, jumps and a stack; these need none of them.
struct DecisionTable {
  struct Question: BitwiseCopyable {
    enum Kind: UInt8, BitwiseCopyable {
      /// Whether the value lies in a range.
      case range
      /// Whether it has any bit of `low`.
      case mask
      /// Whether the exit reason is `low` or `other`.
      case reason
    }

    var kind: Kind
    var field: QuickField
    var isa: QuickField
    /// XORed with the value, so that the order of signed numbers is that of unsigned ones.
    var bias: UInt64 = 0
    var low: UInt64 = 0
    /// The range's length less one; or the other reason.
    var other: UInt64 = 0
    var yes: Int32 = 0
    var no: Int32 = 0
  }

  /// Where an answer leads to when no further question is asked.
  static let holds: Int32 = -1
  static let fails: Int32 = -2

  private(set) var questions: [Question] = []
  /// What ``narrow(_:to:of:_:)`` has made: of a question, with what its answers lead to.
  private var narrowed: [[Int32]: Int32] = [:]
  private let isBigEndian: Bool

  init(isBigEndian: Bool) { self.isBigEndian = isBigEndian }

  /// Adds a condition; gives its first question, or nil where it does more than to compare fields with constants.
  mutating func add(_ range: Range<Int>, of programs: PatternPrograms) -> Int32? {
    let steps = programs.steps[range]
    var places: [Int: Int32] = [:]
    for at in range {
      switch steps[at].code {
      case .testField, .testReason, .testMask:
        places[at] = Int32(questions.count + places.count)
      case .invert, .jumpIfFalse, .jumpIfTrue: break
      default: return nil
      }
    }
    /// The next question behind an answer.
    func next(_ start: Int, _ answer: Bool) -> Int32 {
      var (at, flag) = (start, answer)
      while at < range.upperBound {
        if let place = places[at] { return place }
        let step = steps[at]
        switch step.code {
        case .jumpIfFalse: at = flag ? at + 1 : Int(step.target)
        case .jumpIfTrue: at = flag ? Int(step.target) : at + 1
        default:
          flag.toggle()
          at += 1
        }
      }
      return flag ? Self.holds : Self.fails
    }
    var new: [Question] = []
    for at in range where places[at] != nil {
      var (question, isInverse) = question(steps[at])
      question.yes = next(at + 1, !isInverse)
      question.no = next(at + 1, isInverse)
      new.append(question)
    }
    let first = next(range.lowerBound, true)
    questions += new
    return first
  }

  /// What a step asks, and whether `no` is what makes it true.
  private func question(_ step: PatternPrograms.Step) -> (Question, isInverse: Bool) {
    let field = QuickField(step.field, isBigEndian: isBigEndian)
    let isa = QuickField(step.isa, isBigEndian: isBigEndian)
    switch step.code {
    case .testMask: return (Question(kind: .mask, field: field, isa: isa, low: step.a), false)
    case .testReason:
      return (
        Question(kind: .reason, field: field, isa: isa, low: step.a, other: step.b),
        step.comparison != .equal
      )
    default: break
    }
    var question = Question(kind: .range, field: field, isa: isa, other: .max)
    let sign: UInt64 = 1 << 63
    if step.isSigned && step.a >= sign {
      // No signed number is so large: all are less.
      switch step.comparison {
      case .equal, .greater, .greaterOrEqual: return (question, true)
      case .notEqual, .less, .lessOrEqual: return (question, false)
      }
    }
    question.bias = step.isSigned ? sign : 0
    let value = step.a ^ question.bias
    switch step.comparison {
    case .equal, .notEqual:
      question.low = value
      question.other = 0
      return (question, step.comparison == .notEqual)
    case .lessOrEqual, .greater:
      question.other = value
      return (question, step.comparison == .greater)
    case .less, .greaterOrEqual:
      question.low = value
      question.other = .max - value
      return (question, step.comparison == .less)
    }
  }

  /// A condition for records of which it is known in what range a field lies: what that answers is not asked.
  ///
  /// - Returns: the first question that is left, or what the condition always comes to.
  mutating func narrow(
    _ first: Int32, to range: ClosedRange<UInt64>, of field: FieldLayout, _ isa: FieldLayout
  ) -> Int32 {
    guard first >= 0 else { return first }
    var question = questions[Int(first)]
    // With an instruction set the values are reasons, which alone are compared so.
    if question.field.layout == field, question.isa.layout == isa,
      (question.kind == .reason) == isa.isPresent,
      let isYes = question.answer(range)
    {
      return narrow(isYes ? question.yes : question.no, to: range, of: field, isa)
    }
    let yes = narrow(question.yes, to: range, of: field, isa)
    let no = narrow(question.no, to: range, of: field, isa)
    if yes == no { return yes }
    if yes == question.yes && no == question.no { return first }
    if let known = narrowed[[first, yes, no]] { return known }
    question.yes = yes
    question.no = no
    questions.append(question)
    let new = Int32(questions.count - 1)
    narrowed[[first, yes, no]] = new
    return new
  }

  /// Whether a condition holds for a record that is long enough for its fields.
  @inline(__always)
  func hold(_ first: Int32, _ block: RawSpan, base: Int) -> Bool {
    var at = first
    while at >= 0 {
      let question = questions[Int(at)]
      let isYes: Bool
      switch question.kind {
      case .range:
        let value = question.field.read(in: block, at: base, isBigEndian: isBigEndian)
        isYes = (value ^ question.bias) &- question.low <= question.other
      case .mask:
        let value = question.field.read(in: block, at: base, isBigEndian: isBigEndian)
        isYes = value & question.low != 0
      case .reason:
        let code = PatternPrograms.reason(
          question.field.read(in: block, at: base, isBigEndian: isBigEndian),
          isa: question.isa.read(in: block, at: base, isBigEndian: isBigEndian))
        isYes = code == question.low || code == question.other
      }
      at = isYes ? question.yes : question.no
    }
    return at == Self.holds
  }
}

extension DecisionTable.Question {
  /// The answer that all values of a range have; nil: not all have the same.
  func answer(_ range: ClosedRange<UInt64>) -> Bool? {
    switch kind {
    case .range:
      // The order of signed numbers is another one.
      guard bias == 0 else { return nil }
      let own = low...low + other
      if !own.overlaps(range) { return false }
      return own.clamped(to: range) == range ? true : nil
    case .mask:
      if range.upperBound < low & (0 &- low) || low == 0 { return false }
      return range.lowerBound == range.upperBound ? range.lowerBound & low != 0 : nil
    case .reason:
      if !range.contains(low) && !range.contains(other) { return false }
      return range.lowerBound == range.upperBound ? true : nil
    }
  }
}
