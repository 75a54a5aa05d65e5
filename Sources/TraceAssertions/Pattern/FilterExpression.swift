/// A condition on the fields of an event, as libtraceevent's filters have it.
///
/// A tree of values: what names mean is only known when the formats of a trace are (``PatternCompiler``).
public indirect enum FilterExpression: Sendable, Equatable {
  /// An integer.
  case number(UInt64)
  /// Text in quotes.
  case text(String)
  /// A field, `CPU`, `COMM`, or the name of a number (`EPT_VIOLATION`).
  case name(String)
  /// A value that an earlier step of a sequence has kept: `$rip`.
  case variable(String)
  /// Two numbers make one.
  case arithmetic(ArithmeticOperator, FilterExpression, FilterExpression)
  /// `-a`.
  case negative(FilterExpression)
  /// `~a`.
  case complement(FilterExpression)
  /// Two numbers, or a field and a text, compared.
  case comparison(ComparisonOperator, FilterExpression, FilterExpression)
  /// A field of text and a regular expression: `=~`, or `!~`.
  case match(String, RegularExpression, isNegated: Bool)
  /// `!a`.
  case not(FilterExpression)
  /// `a && b`.
  case and(FilterExpression, FilterExpression)
  /// `a || b`.
  case or(FilterExpression, FilterExpression)
}

/// What two numbers can be made into one with; the precedence is C's, but that comparisons bind less than all of them.
public enum ArithmeticOperator: String, Sendable, CaseIterable, BitwiseCopyable {
  /// `*`
  case multiply = "*"
  /// `/`; by zero gives zero.
  case divide = "/"
  /// `%`; by zero gives zero.
  case remainder = "%"
  /// `+`
  case add = "+"
  /// `-`
  case subtract = "-"
  /// `<<`; by 64 or more gives zero.
  case shiftLeft = "<<"
  /// `>>`; by 64 or more gives zero.
  case shiftRight = ">>"
  /// `&`
  case and = "&"
  /// `^`
  case xor = "^"
  /// `|`
  case or = "|"

  /// How tightly it binds: higher first.
  var precedence: Int {
    switch self {
    case .multiply, .divide, .remainder: 6
    case .add, .subtract: 5
    case .shiftLeft, .shiftRight: 4
    case .and: 3
    case .xor: 2
    case .or: 1
    }
  }

  /// The result; of numbers of 64 bits it is exact.
  ///
  /// Whatever is divided by 0, or shifted by less than 0 or more than 63, is 0.
  @inline(__always)
  func apply(_ a: Int128, _ b: Int128) -> Int128 {
    switch self {
    case .multiply: a &* b
    case .divide: b == 0 ? 0 : a / b
    case .remainder: b == 0 ? 0 : a % b
    case .add: a &+ b
    case .subtract: a &- b
    case .shiftLeft: b < 0 || b > 63 ? 0 : a << b
    case .shiftRight: b < 0 || b > 63 ? 0 : a >> b
    case .and: a & b
    case .xor: a ^ b
    case .or: a | b
    }
  }
}

/// How two values can be compared.
public enum ComparisonOperator: String, Sendable, CaseIterable, BitwiseCopyable {
  /// `==`
  case equal = "=="
  /// `!=`
  case notEqual = "!="
  /// `<`
  case less = "<"
  /// `<=`
  case lessOrEqual = "<="
  /// `>`
  case greater = ">"
  /// `>=`
  case greaterOrEqual = ">="

  /// The operator that says the same with the sides exchanged.
  var mirrored: ComparisonOperator {
    switch self {
    case .equal, .notEqual: self
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    }
  }

  /// Compares numbers.
  @inline(__always)
  func holds<Number: Comparable>(_ a: Number, _ b: Number) -> Bool {
    switch self {
    case .equal: a == b
    case .notEqual: a != b
    case .less: a < b
    case .lessOrEqual: a <= b
    case .greater: a > b
    case .greaterOrEqual: a >= b
    }
  }

  /// Compares integers as they are, whatever their types: a signed number below zero is less than every unsigned one.
  @inline(__always)
  func holds(_ a: UInt64, isSigned aIsSigned: Bool, _ b: UInt64, isSigned bIsSigned: Bool) -> Bool {
    let aIsNegative = aIsSigned && a >> 63 == 1
    let bIsNegative = bIsSigned && b >> 63 == 1
    if aIsNegative != bIsNegative {
      // Of the two only one is negative.
      return switch self {
      case .equal: false
      case .notEqual: true
      case .less, .lessOrEqual: aIsNegative
      case .greater, .greaterOrEqual: bIsNegative
      }
    }
    // With one sign, the order of two's complements is that of the numbers.
    return holds(a, b)
  }
}
