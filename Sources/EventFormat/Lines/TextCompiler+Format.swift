/// A `print fmt`.
extension TextCompiler {
  mutating func append(_ format: PrintFormat) {
    for (index, piece) in format.pieces.enumerated() {
      switch piece {
      case .text(var text):
        if index == format.pieces.count - 1 { while text.last == 10 { text.removeLast() } }
        append(text)
      case .conversion(let conversion, let argument):
        if !append(conversion, argument) { append(evaluated: conversion, argument) }
      }
    }
  }

  private mutating func append(evaluated conversion: PrintConversion, _ argument: PrintExpression) {
    emit(.evaluated(conversion: add(conversion, argument)))
  }

  /// Keeps a conversion for the evaluator.
  private mutating func add(_ conversion: PrintConversion, _ argument: PrintExpression) -> UInt32 {
    code.conversions.append((conversion, argument))
    return UInt32(code.conversions.count - 1)
  }

  /// Appends a conversion; false when there is no instruction for it.
  private mutating func append(
    _ conversion: PrintConversion, _ argument: PrintExpression
  ) -> Bool {
    switch conversion.kind {
    case .signed, .unsigned, .hex, .capitalHex, .octal: return append(number: conversion, argument)
    case .string:
      guard conversion.width == 0, conversion.precision == nil else { return false }
      return append(string: argument)
    case .pointer:
      guard conversion.width == 0, let operand = operand(argument) else { return false }
      emit(.pointer(operand), most: 18)
    case .character:
      guard conversion.width == 0, let operand = operand(argument) else { return false }
      emit(.character(operand), most: 1)
    case .function: return false
    }
    return true
  }

  private mutating func append(
    number conversion: PrintConversion, _ argument: PrintExpression
  ) -> Bool {
    guard let operand = operand(argument) else { return false }
    let cut = UInt8(64 - conversion.size * 8)
    let isPlain = conversion.width == 0 && (conversion.precision ?? 0) <= 1
    switch conversion.kind {
    case .signed where isPlain && !conversion.hasPlus: emit(.signed(operand, cut: cut), most: 21)
    case .unsigned where isPlain: emit(.unsigned(operand, cut: cut), most: 21)
    case .hex where isPlain:
      emit(.hex(operand, cut: cut, width: 1, hasPrefix: conversion.isAlternate), most: 18)
    case .hex where conversion.zeros != nil && !conversion.isAlternate:
      let width = UInt8(conversion.zeros ?? 1)
      emit(.hex(operand, cut: cut, width: width, hasPrefix: false), most: 18)
    default: emit(.formatted(operand, conversion: add(conversion, argument)))
    }
    return true
  }

  /// The decimal digits of a number, with zeros before them.
  mutating func append(_ operand: Operand, width: Int) {
    var conversion = PrintConversion()
    conversion.kind = .unsigned
    conversion.size = 8
    conversion.width = width
    conversion.isZeroPadded = true
    emit(.formatted(operand, conversion: add(conversion, .number(.zero))))
  }

  // MARK: Text

  /// Appends the argument of `%s`; false, and nothing appended that matters, when there is no instruction for it.
  private mutating func append(string argument: PrintExpression) -> Bool {
    guard isText(argument) else { return false }
    appendText(argument)
    return true
  }

  /// Whether there are instructions for the argument of a `%s`.
  private mutating func isText(_ argument: PrintExpression) -> Bool {
    switch argument {
    case .string: return true
    case .field(let field):
      // A pointer is looked up among the kernel's format strings.
      return (field.isArray || field.isString || field.isDynamic) && range(of: field) != nil
    case .conditional(let condition, let first, let second):
      return operand(condition) != nil && isText(first) && isText(second)
    case .cast(_, _, let inner): return isText(inner)
    case .symbol(let subject, _), .flags(let subject, _, _):
      return operand(subject) != nil
    case .hex, .array: return false
    case .number, .unary, .binary, .element, .dynamicLength, .unknownConstant:
      return operand(argument) != nil
    }
  }

  private mutating func appendText(_ argument: PrintExpression) {
    switch argument {
    case .string(let text): append(text)
    case .field(let field): append(textOf: field)
    case .conditional(let condition, let first, let second):
      branch(made(condition), { $0.appendText(first) }, else: { $0.appendText(second) })
    case .cast(_, _, let inner): appendText(inner)
    case .symbol(let subject, let names): appendSymbol(made(subject), names)
    case .flags(let subject, let separator, let names):
      appendFlags(made(subject), separator, names)
    default: emit(.signed(made(argument), cut: 0), most: 21)
    }
  }

  /// A number that `isText` has seen to be possible.
  private mutating func made(_ expression: PrintExpression) -> Operand {
    operand(expression) ?? zero
  }

  private mutating func appendSymbol(_ operand: Operand, _ names: [PrintName]) {
    var known: Set<UInt64> = []
    // Of two names for a value the first one counts.
    let sorted = names.filter { known.insert($0.value).inserted }.sorted { $0.value < $1.value }
    var table = TextTable(first: UInt32(code.names.count), count: UInt32(sorted.count))
    for name in sorted { code.names.append(TextName(value: name.value, name: add(name.name))) }
    if let last = sorted.last(where: { $0.value < 256 })?.value {
      table.dense = UInt32(code.dense.count)
      table.denseCount = UInt32(last) + 1
      code.dense += repeatElement(.none, count: Int(last) + 1)
      for name in code.names.suffix(sorted.count) where name.value <= last {
        code.dense[Int(table.dense) + Int(name.value)] = name.name
      }
    }
    code.tables.append(table)
    let most = sorted.reduce(18) { max($0, $1.name.count) }
    emit(.symbol(operand, table: UInt32(code.tables.count - 1)), most: most)
  }

  private mutating func appendFlags(
    _ operand: Operand, _ separator: [UInt8], _ names: [PrintName]
  ) {
    var table = TextTable(first: UInt32(code.names.count), count: 0)
    table.separator = add(separator)
    if let zero = names.first(where: { $0.value == 0 }) { table.zero = add(zero.name) }
    for name in names where name.value != 0 {
      table.count += 1
      code.names.append(TextName(value: name.value, name: add(name.name)))
    }
    code.tables.append(table)
    let most = names.reduce(18) { $0 + $1.name.count + separator.count }
    emit(.flags(operand, table: UInt32(code.tables.count - 1)), most: most)
  }

  /// Keeps a name.
  private mutating func add(_ name: [UInt8]) -> TextPlace {
    if !name.allSatisfy(SafeText.isPlain) { noteUnsafe() }
    return code.add(name)
  }
}

extension PrintConversion {
  /// To how many hexadecimal digits zeros fill a number up; nil when blanks may be there too, or too many zeros.
  fileprivate var zeros: Int? {
    if let precision { return width <= precision && precision <= 16 ? max(1, precision) : nil }
    return isZeroPadded && !isLeft && width <= 16 ? max(1, width) : nil
  }
}
