/// One expression of a `print fmt`.
indirect enum PrintExpression: Sendable {
  case number(PrintValue)
  case string([UInt8])
  /// The name of a constant whose value only the kernel's sources tell.
  case unknownConstant
  case field(FieldDescription)
  case unary(PrintOperator, PrintExpression)
  case binary(PrintOperator, PrintExpression, PrintExpression)
  case conditional(PrintExpression, PrintExpression, PrintExpression)
  /// A conversion to an integer type of so many bytes; 0 for a type that changes nothing.
  case cast(size: Int, isSigned: Bool, PrintExpression)
  /// One element of an array field.
  case element(FieldDescription, PrintExpression)
  /// `__print_symbolic`.
  case symbol(PrintExpression, [PrintName])
  /// `__print_flags`, with what stands between two flags.
  case flags(PrintExpression, separator: [UInt8], [PrintName])
  /// `__print_hex` and `__print_hex_str`.
  case hex(FieldDescription, PrintExpression, separated: Bool)
  /// `__print_array`.
  case array(FieldDescription, count: PrintExpression, elementSize: PrintExpression)
  /// `__get_dynamic_array_len`.
  case dynamicLength(FieldDescription)
}

/// A value with a name in `__print_symbolic` or `__print_flags`.
struct PrintName: Sendable {
  let value: UInt64
  let name: [UInt8]
}

/// The operators of C that a `print fmt` may use.
enum PrintOperator: String, Sendable {
  case not = "!"
  case complement = "~"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
  case add = "+"
  case subtract = "-"
  case shiftLeft = "<<"
  case shiftRight = ">>"
  case less = "<"
  case greater = ">"
  case lessOrEqual = "<="
  case greaterOrEqual = ">="
  case equal = "=="
  case unequal = "!="
  case and = "&"
  case exclusiveOr = "^"
  case or = "|"
  case logicalAnd = "&&"
  case logicalOr = "||"

  /// How strongly it binds as an operator between two operands; nil when it never stands there.
  var precedence: Int? {
    switch self {
    case .not, .complement: nil
    case .multiply, .divide, .remainder: 10
    case .add, .subtract: 9
    case .shiftLeft, .shiftRight: 8
    case .less, .greater, .lessOrEqual, .greaterOrEqual: 7
    case .equal, .unequal: 6
    case .and: 5
    case .exclusiveOr: 4
    case .or: 3
    case .logicalAnd: 2
    case .logicalOr: 1
    }
  }
}
