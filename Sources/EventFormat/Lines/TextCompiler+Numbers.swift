/// Numbers of a `print fmt`.
extension TextCompiler {
  /// The most values that a computation keeps at once; larger ones stay with the evaluator.
  static let mostValues = 8

  /// What makes a number; nil when it is left to the evaluator.
  mutating func operand(_ expression: PrintExpression) -> Operand? {
    if case .field(let field) = expression, !field.isArray, !field.isDynamic {
      return operand(field, isSigned: field.isSigned)
    }
    let first = code.steps.count
    guard let depth = append(expression), depth <= Self.mostValues else {
      code.steps.removeSubrange(first...)
      return nil
    }
    code.steps.append(.end)
    return Operand(steps: first)
  }

  /// Appends the steps of an expression.
  ///
  /// - Returns: how many values it keeps at most; nil when there are no steps for it.
  private mutating func append(_ expression: PrintExpression) -> Int? {
    switch expression {
    case .number(let value): return append(.constant(value))
    case .string, .symbol, .flags, .hex, .array, .unknownConstant: return append(.constant(.zero))
    case .field(let field):
      guard !field.isArray, !field.isDynamic else { return append(.constant(.zero)) }
      let operand = operand(field, isSigned: field.isSigned)
      if operand.unused == Operand.isComputed {
        // It steps aside for what stands there already: the two steps of a zero.
        code.steps.removeLast(2)
        return append(.constant(.zero))
      }
      let isInt = field.size < 4
      return append(
        .field(operand, isSigned: isInt || field.isSigned, isWide: field.size == 8))
    case .dynamicLength(let field):
      guard let range = range(of: field) else { return nil }
      return append(.count(range))
    case .element: return nil
    case .unary(let operation, let operand):
      guard let depth = append(operand) else { return nil }
      code.steps.append(.unary(operation))
      return depth
    case .cast(let size, let isSigned, let inner):
      guard let depth = append(inner) else { return nil }
      code.steps.append(.cast(size: UInt8(truncatingIfNeeded: size), isSigned: isSigned))
      return depth
    case .binary(let operation, let left, let right):
      switch operation {
      case .logicalAnd, .logicalOr: return append(operation, left, right)
      default: break
      }
      guard let a = append(left), let b = append(right) else { return nil }
      code.steps.append(.binary(operation))
      return max(a, b + 1)
    case .conditional(let condition, let first, let second):
      return append(condition, first, else: second)
    }
  }

  private mutating func append(_ step: NumberStep) -> Int {
    code.steps.append(step)
    return 1
  }

  private mutating func append(
    _ operation: PrintOperator, _ left: PrintExpression, _ right: PrintExpression
  ) -> Int? {
    let truth = PrintExpression.number(PrintValue(true))
    let isTrue = PrintExpression.unary(.not, .unary(.not, right))
    return operation == .logicalAnd
      ? append(left, isTrue, else: .number(.zero)) : append(left, truth, else: isTrue)
  }

  private mutating func append(
    _ condition: PrintExpression, _ first: PrintExpression, else second: PrintExpression
  ) -> Int? {
    guard let a = append(condition) else { return nil }
    let test = code.steps.count
    code.steps.append(.jumpIfZero(0))
    guard let b = append(first) else { return nil }
    let end = code.steps.count
    code.steps.append(.jump(0))
    code.steps[test] = .jumpIfZero(UInt32(code.steps.count))
    guard let c = append(second) else { return nil }
    code.steps[end] = .jump(UInt32(code.steps.count))
    return max(a, b, c)
  }
}
