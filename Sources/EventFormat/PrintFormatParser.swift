/// Why a `print fmt` cannot be used: its event is shown field by field instead.
enum PrintFormatError: Error {
  /// There is none.
  case missing
  /// Not what was expected, at this byte.
  case syntax(at: Int)
  /// C that is beyond this parser, or a name that it does not know.
  case unsupported(at: Int)
  /// Larger or deeper than any kernel's.
  case tooLarge
}

/// Reads the `print fmt` of a format text.
///
/// What is understood is what kernels write: the fields of `REC`, numbers, the operators of C, casts, and the helpers
/// of `include/trace/stages/stage3_trace_output.h`. The time is linear in the text, and depth and size are bounded.
struct PrintFormatParser: ~Copyable {
  let text: [UInt8]
  let fields: [FieldDescription]
  let longSize: Int
  var at: Int
  /// How much of the limits is used up.
  private var depth = 0
  private var nodes = 0
  /// Whether what is read is a value in a table of names.
  private var isInTable = false

  static let maximumDepth = 64
  static let maximumNodes = 2048

  /// Takes a whole format text, of which the part behind `print fmt:` is read, and the fields that it may name.
  init(_ text: [UInt8], fields: [FieldDescription], longSize: Int) {
    self.text = text
    self.fields = fields
    self.longSize = longSize
    at = 0
  }

  mutating func parse() throws(PrintFormatError) -> PrintFormat {
    guard text.count < 1 << 18 else { throw .tooLarge }
    guard let begin = Self.begin(in: text) else { throw .missing }
    at = begin
    let format = try literal()
    var arguments: [PrintExpression] = []
    while accept(",") { arguments.append(try expression()) }
    skipBlanks()
    guard at >= text.count || text[at] == 10 else { throw .syntax(at: at) }
    return try conversions(format, arguments)
  }

  /// Where the text behind `print fmt:` begins.
  private static func begin(in text: [UInt8]) -> Int? {
    let wanted = Array("print fmt:".utf8)
    var line = 0
    while line < text.count {
      if text[line...].starts(with: wanted) { return line + wanted.count }
      guard let end = text[line...].firstIndex(of: 10) else { return nil }
      line = end + 1
    }
    return nil
  }

  // MARK: Expressions

  mutating func expression() throws(PrintFormatError) -> PrintExpression {
    depth += 1
    guard depth <= Self.maximumDepth else { throw .tooLarge }
    defer { depth -= 1 }
    let condition = try operation(above: 0)
    guard accept("?") else { return condition }
    let first = try expression()
    guard accept(":") else { throw .syntax(at: at) }
    return try node(.conditional(condition, first, try expression()))
  }

  private mutating func node(_ made: PrintExpression) throws(PrintFormatError) -> PrintExpression {
    nodes += 1
    guard nodes <= Self.maximumNodes else { throw .tooLarge }
    return made
  }

  private mutating func operation(above least: Int) throws(PrintFormatError) -> PrintExpression {
    var left = try operand()
    while true {
      let before = at
      guard let found = binaryOperator(), let precedence = found.precedence, precedence > least
      else {
        at = before
        return left
      }
      let right = try operation(above: precedence)
      left = try node(.binary(found, left, right))
    }
  }

  private mutating func binaryOperator() -> PrintOperator? {
    skipBlanks()
    for length in [2, 1] where at + length <= text.count {
      let spelling = String(decoding: text[at..<at + length], as: UTF8.self)
      if let found = PrintOperator(rawValue: spelling), found.precedence != nil {
        at += length
        return found
      }
    }
    return nil
  }

  private mutating func operand() throws(PrintFormatError) -> PrintExpression {
    depth += 1
    guard depth <= Self.maximumDepth else { throw .tooLarge }
    defer { depth -= 1 }
    skipBlanks()
    guard at < text.count else { throw .syntax(at: at) }
    switch text[at] {
    case UInt8(ascii: "!"):
      at += 1
      return try node(.unary(.not, try operand()))
    case UInt8(ascii: "~"):
      at += 1
      return try node(.unary(.complement, try operand()))
    case UInt8(ascii: "-"):
      at += 1
      return try node(.unary(.subtract, try operand()))
    case UInt8(ascii: "+"):
      at += 1
      return try operand()
    case UInt8(ascii: "("):
      return try parenthesis()
    case UInt8(ascii: "\""):
      return try node(.string(try literal()))
    case UInt8(ascii: "'"):
      return try character()
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      return try node(.number(try number()))
    default:
      return try named()
    }
  }

  /// A cast, or an expression in parentheses, with an index behind it.
  private mutating func parenthesis() throws(PrintFormatError) -> PrintExpression {
    at += 1
    if let (size, isSigned) = castType() {
      return try node(.cast(size: size, isSigned: isSigned, try operand()))
    }
    let inner = try expression()
    guard accept(")") else { throw .syntax(at: at) }
    return try indexed(inner)
  }

  private mutating func indexed(_ base: PrintExpression) throws(PrintFormatError) -> PrintExpression
  {
    guard accept("[") else { return base }
    let index = try expression()
    guard accept("]") else { throw .syntax(at: at) }
    guard case .field(let field) = base, field.isArray else { throw .unsupported(at: at) }
    return try node(.element(field, index))
  }

  private mutating func character() throws(PrintFormatError) -> PrintExpression {
    guard at + 2 < text.count, text[at + 1] != UInt8(ascii: "\\"), text[at + 2] == UInt8(ascii: "'")
    else {
      throw .unsupported(at: at)
    }
    let value = PrintValue(UInt64(text[at + 1]), isSigned: true, isWide: false)
    at += 3
    return .number(value)
  }

  /// `REC->name`, or one of the helpers.
  private mutating func named() throws(PrintFormatError) -> PrintExpression {
    let begin = at
    let name = identifier()
    switch name {
    case "REC":
      guard accept("->") else { throw .unsupported(at: at) }
      return try indexed(try node(.field(try field(identifier()))))
    case "__print_symbolic", "__print_symbolic_u64", "__print_flags", "__print_flags_u64":
      return try names(isFlags: name.hasPrefix("__print_flags"))
    case "__print_hex", "__print_hex_str":
      return try call { (parser) throws(PrintFormatError) in
        let data = try parser.arrayArgument()
        guard parser.accept(",") else { throw .syntax(at: parser.at) }
        return .hex(data, try parser.expression(), separated: name == "__print_hex")
      }
    case "__print_array":
      return try call { (parser) throws(PrintFormatError) in
        let data = try parser.arrayArgument()
        guard parser.accept(",") else { throw .syntax(at: parser.at) }
        let count = try parser.expression()
        guard parser.accept(",") else { throw .syntax(at: parser.at) }
        return .array(data, count: count, elementSize: try parser.expression())
      }
    case "__get_str", "__get_rel_str", "__get_dynamic_array", "__get_rel_dynamic_array":
      let found = try call { (parser) throws(PrintFormatError) in
        .field(try parser.field(parser.identifier()))
      }
      return try indexed(found)
    case "__get_dynamic_array_len", "__get_rel_dynamic_array_len":
      return try call { (parser) throws(PrintFormatError) in
        .dynamicLength(try parser.field(parser.identifier()))
      }
    default:
      if let value = Self.constants[name] {
        return try node(.number(PrintValue(value, isSigned: true, isWide: false)))
      }
      guard isInTable && !name.isEmpty else { throw .unsupported(at: begin) }
      return try node(.unknownConstant)
    }
  }

  /// Constants that kernels leave unresolved in their format texts, and that no kernel can change.
  ///
  /// VMXERR_*: the VM-instruction errors of Intel's manual, volume 3, chapter 31.4. VDSO_CLOCKMODE_*: known to the
  /// programs of every user (`include/vdso/clocksource.h`, `arch/x86/include/asm/vdso/clocksource.h`).
  private static let constants: [String: UInt64] = [
    "VMXERR_VMLAUNCH_NONCLEAR_VMCS": 4, "VMXERR_VMRESUME_NONLAUNCHED_VMCS": 5,
    "VMXERR_VMRESUME_AFTER_VMXOFF": 6, "VMXERR_ENTRY_INVALID_CONTROL_FIELD": 7,
    "VMXERR_ENTRY_INVALID_HOST_STATE_FIELD": 8, "VMXERR_ENTRY_EVENTS_BLOCKED_BY_MOV_SS": 26,
    "VDSO_CLOCKMODE_NONE": 0, "VDSO_CLOCKMODE_TSC": 1, "VDSO_CLOCKMODE_PVCLOCK": 2,
    "VDSO_CLOCKMODE_HVCLOCK": 3,
  ]

  private mutating func call(
    _ arguments: (inout PrintFormatParser) throws(PrintFormatError) -> PrintExpression
  ) throws(PrintFormatError) -> PrintExpression {
    guard accept("(") else { throw .syntax(at: at) }
    let made = try arguments(&self)
    guard accept(")") else { throw .syntax(at: at) }
    return try node(made)
  }

  private mutating func arrayArgument() throws(PrintFormatError) -> FieldDescription {
    var found = try expression()
    while case .cast(_, _, let inner) = found { found = inner }
    guard case .field(let field) = found else { throw .unsupported(at: at) }
    return field
  }

  private func field(_ name: String) throws(PrintFormatError) -> FieldDescription {
    guard let field = fields.first(where: { $0.name == name }) else { throw .unsupported(at: at) }
    return field
  }

  private mutating func names(isFlags: Bool) throws(PrintFormatError) -> PrintExpression {
    guard accept("(") else { throw .syntax(at: at) }
    let value = try expression()
    var separator: [UInt8] = []
    if isFlags {
      guard accept(",") else { throw .syntax(at: at) }
      skipBlanks()
      separator = try literal()
    }
    var entries: [PrintName] = []
    while accept(",") {
      guard accept("{") else { throw .syntax(at: at) }
      if accept("}") { continue }
      isInTable = true
      let value = try expression()
      isInTable = false
      guard accept(",") else { throw .syntax(at: at) }
      skipBlanks()
      let name = try literal()
      // A value that is not known has no name: the number is shown.
      if let constant = value.constant {
        entries.append(PrintName(value: constant.bits, name: name))
      }
      guard accept("}") else { throw .syntax(at: at) }
    }
    guard accept(")") else { throw .syntax(at: at) }
    return isFlags ? .flags(value, separator: separator, entries) : .symbol(value, entries)
  }
}
