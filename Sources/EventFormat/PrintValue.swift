/// A number with the type that C would give it: `int`, `unsigned`, `long long` or `unsigned long long`.
struct PrintValue: Sendable {
  /// Extended to 64 bits according to the type.
  let bits: UInt64
  let isSigned: Bool
  /// Whether it has 64 bits rather than 32.
  let isWide: Bool

  init(_ bits: UInt64, isSigned: Bool, isWide: Bool) {
    self.isSigned = isSigned
    self.isWide = isWide
    if isWide {
      self.bits = bits
    } else {
      let low = UInt32(truncatingIfNeeded: bits)
      self.bits = isSigned ? UInt64(bitPattern: Int64(Int32(bitPattern: low))) : UInt64(low)
    }
  }

  init(_ truth: Bool) { self.init(truth ? 1 : 0, isSigned: true, isWide: false) }

  static let zero = PrintValue(false)

  var isTrue: Bool { bits != 0 }
  var signed: Int64 { Int64(bitPattern: bits) }

  /// `!`, `~` or `-`.
  func applying(_ operation: PrintOperator) -> PrintValue {
    switch operation {
    case .not: PrintValue(!isTrue)
    case .complement: PrintValue(~bits, isSigned: isSigned, isWide: isWide)
    // Wraps as the kernel's own arithmetic does.
    case .subtract: PrintValue(0 &- bits, isSigned: isSigned, isWide: isWide)
    default: self
    }
  }

  /// An operator between two operands, after the usual arithmetic conversions.
  ///
  /// What C leaves undefined is 0.
  func applying(_ operation: PrintOperator, _ right: PrintValue) -> PrintValue {
    if operation == .shiftLeft || operation == .shiftRight { return shifted(operation, right) }
    let wide = isWide || right.isWide
    // A narrower unsigned operand fits into a wider signed type.
    let signs = (isSigned || (wide && !isWide)) && (right.isSigned || (wide && !right.isWide))
    let a = PrintValue(bits, isSigned: signs, isWide: wide)
    let b = PrintValue(right.bits, isSigned: signs, isWide: wide)
    func made(_ bits: UInt64) -> PrintValue { PrintValue(bits, isSigned: signs, isWide: wide) }
    let isLess = signs ? a.signed < b.signed : a.bits < b.bits
    // Sums and products wrap as the kernel's own arithmetic does.
    switch operation {
    case .multiply: return made(a.bits &* b.bits)
    case .add: return made(a.bits &+ b.bits)
    case .subtract: return made(a.bits &- b.bits)
    case .and: return made(a.bits & b.bits)
    case .or: return made(a.bits | b.bits)
    case .exclusiveOr: return made(a.bits ^ b.bits)
    case .divide, .remainder: return made(Self.divided(operation, a, b, signs))
    case .less: return PrintValue(isLess)
    case .greaterOrEqual: return PrintValue(!isLess)
    case .greater: return PrintValue(!isLess && a.bits != b.bits)
    case .lessOrEqual: return PrintValue(isLess || a.bits == b.bits)
    case .equal: return PrintValue(a.bits == b.bits)
    case .unequal: return PrintValue(a.bits != b.bits)
    case .logicalAnd: return PrintValue(isTrue && right.isTrue)
    case .logicalOr: return PrintValue(isTrue || right.isTrue)
    case .not, .complement, .shiftLeft, .shiftRight: return .zero
    }
  }

  private static func divided(
    _ operation: PrintOperator, _ a: PrintValue, _ b: PrintValue, _ isSigned: Bool
  ) -> UInt64 {
    guard b.bits != 0 else { return 0 }
    if isSigned {
      let (result, overflow) =
        operation == .divide
        ? a.signed.dividedReportingOverflow(by: b.signed)
        : a.signed.remainderReportingOverflow(dividingBy: b.signed)
      return overflow ? 0 : UInt64(bitPattern: result)
    }
    return operation == .divide ? a.bits / b.bits : a.bits % b.bits
  }

  private func shifted(_ operation: PrintOperator, _ right: PrintValue) -> PrintValue {
    guard right.bits < (isWide ? 64 : 32) else {
      return PrintValue(0, isSigned: isSigned, isWide: isWide)
    }
    if operation == .shiftLeft {
      return PrintValue(bits << right.bits, isSigned: isSigned, isWide: isWide)
    }
    let result = isSigned ? UInt64(bitPattern: signed >> Int64(right.bits)) : bits >> right.bits
    return PrintValue(result, isSigned: isSigned, isWide: isWide)
  }
}
