import TraceBytes

/// Writes one record as its `print fmt` says.
struct PrintEvaluator: ~Escapable {
  let record: RecordView
  let longSize: Int
  /// What the pointers of the record mean.
  let symbols: KernelSymbols

  @_lifetime(copy record)
  init(_ record: borrowing RecordView, longSize: Int, symbols: KernelSymbols) {
    self.record = copy record
    self.longSize = longSize
    self.symbols = symbols
  }

  /// The most elements of an array that are written: no record has more bytes.
  private static let maximumElements: UInt64 = 65536

  func append(_ format: PrintFormat, to bytes: inout [UInt8]) {
    for piece in format.pieces {
      switch piece {
      case .text(let text): bytes.append(contentsOf: text)
      case .conversion(let conversion, let argument):
        append(conversion, argument, to: &bytes)
      }
    }
  }

  func append(
    _ conversion: PrintConversion, _ argument: PrintExpression, to bytes: inout [UInt8]
  ) {
    let start = bytes.count
    switch conversion.kind {
    case .signed, .unsigned, .hex, .capitalHex, .octal:
      conversion.append(value(argument), to: &bytes)
      return
    case .character: bytes.append(UInt8(truncatingIfNeeded: value(argument).bits))
    case .pointer:
      let address = value(argument).bits
      if address == 0 {
        bytes.append(text: "(nil)")
      } else {
        bytes.append(text: "0x")
        bytes.append(hex: address)
      }
    case .function(let distance):
      symbols.append(functionAt: value(argument).bits, distance: distance, to: &bytes)
    case .string:
      append(string: argument, to: &bytes)
      if let precision = conversion.precision, bytes.count - start > precision {
        bytes.removeLast(bytes.count - start - precision)
      }
    }
    conversion.pad(&bytes, from: start)
  }

  // MARK: Text

  private func append(string argument: PrintExpression, to bytes: inout [UInt8]) {
    switch argument {
    case .string(let text): bytes.append(contentsOf: text)
    case .field(let field): append(field, to: &bytes)
    case .conditional(let condition, let first, let second):
      append(string: value(condition).isTrue ? first : second, to: &bytes)
    case .cast(_, _, let inner): append(string: inner, to: &bytes)
    case .symbol(let subject, let names):
      let wanted = value(subject).bits
      if let found = names.first(where: { $0.value == wanted }) {
        bytes.append(contentsOf: found.name)
      } else {
        bytes.append(text: "0x")
        bytes.append(hex: wanted)
      }
    case .flags(let subject, let separator, let names):
      append(flags: value(subject).bits, separator, names, to: &bytes)
    case .hex(let field, let count, let separated):
      let range = record.range(field)
      let wanted = Int(min(value(count).bits, UInt64(range.count)))
      for index in 0..<wanted {
        if separated && index > 0 { bytes.append(32) }
        bytes.append(hex: UInt64(record.block.u8(at: range.lowerBound + index)), width: 2)
      }
    case .array(let field, let count, let elementSize):
      append(array: field, value(count).bits, value(elementSize).bits, to: &bytes)
    case .number, .unary, .binary, .element, .dynamicLength, .unknownConstant:
      let number = value(argument)
      bytes.append(signed: number.signed)
    }
  }

  /// A text field; a pointer is looked up among the kernel's format strings.
  private func append(_ field: FieldDescription, to bytes: inout [UInt8]) {
    if field.isArray || field.isString || field.isDynamic {
      bytes.append(record.block, record.text(record.range(field)))
      return
    }
    let address = record.integer(field) ?? 0
    if let text = symbols.formatString(at: address) {
      bytes.append(contentsOf: text)
    } else {
      bytes.append(hex: address)
    }
  }

  private func append(
    flags value: UInt64, _ separator: [UInt8], _ names: [PrintName], to bytes: inout [UInt8]
  ) {
    var rest = value
    var isFirst = true
    if rest == 0, let none = names.first(where: { $0.value == 0 }) {
      bytes.append(contentsOf: none.name)
      return
    }
    for name in names where name.value != 0 && rest & name.value == name.value {
      if !isFirst { bytes.append(contentsOf: separator) }
      isFirst = false
      bytes.append(contentsOf: name.name)
      rest &= ~name.value
    }
    guard rest != 0 else { return }
    if !isFirst { bytes.append(contentsOf: separator) }
    bytes.append(text: "0x")
    bytes.append(hex: rest)
  }

  private func append(
    array field: FieldDescription, _ count: UInt64, _ elementSize: UInt64, to bytes: inout [UInt8]
  ) {
    let range = record.range(field)
    bytes.append(UInt8(ascii: "{"))
    defer { bytes.append(UInt8(ascii: "}")) }
    guard [1, 2, 4, 8].contains(elementSize) else { return }
    let size = Int(elementSize)
    for index in 0..<min(Int(min(count, Self.maximumElements)), range.count / size) {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(text: "0x")
      let offset = range.lowerBound - record.base + index * size
      bytes.append(hex: record.integer(at: offset, size: size))
    }
  }

  // MARK: Numbers

  func value(_ expression: PrintExpression) -> PrintValue {
    switch expression {
    case .number(let value): return value
    case .field(let field):
      guard !field.isArray && !field.isDynamic else { return .zero }
      let bits = record.integer(field) ?? 0
      // Smaller types become int before anything is done with them.
      if field.size < 4 { return PrintValue(bits, isSigned: true, isWide: false) }
      return PrintValue(bits, isSigned: field.isSigned, isWide: field.size == 8)
    case .unary(let operation, let operand): return value(operand).applying(operation)
    case .binary(.logicalAnd, let left, let right):
      return PrintValue(value(left).isTrue && value(right).isTrue)
    case .binary(.logicalOr, let left, let right):
      return PrintValue(value(left).isTrue || value(right).isTrue)
    case .binary(let operation, let left, let right):
      return value(left).applying(operation, value(right))
    case .conditional(let condition, let first, let second):
      return value(value(condition).isTrue ? first : second)
    case .cast(let size, let isSigned, let inner):
      return Self.cast(value(inner), size: size, isSigned: isSigned)
    case .element(let field, let index):
      return element(field, value(index).bits)
    case .dynamicLength(let field):
      let range = record.range(field)
      return PrintValue(UInt64(range.count), isSigned: true, isWide: false)
    case .string, .symbol, .flags, .hex, .array, .unknownConstant: return .zero
    }
  }

  static func cast(_ value: PrintValue, size: Int, isSigned: Bool) -> PrintValue {
    switch size {
    case 8: return PrintValue(value.bits, isSigned: isSigned, isWide: true)
    case 4: return PrintValue(value.bits, isSigned: isSigned, isWide: false)
    case 1, 2:
      let unused = UInt64(64 - size * 8)
      let high = value.bits << unused
      let bits =
        isSigned ? UInt64(bitPattern: Int64(bitPattern: high) >> Int64(unused)) : high >> unused
      return PrintValue(bits, isSigned: true, isWide: false)
    default: return value
    }
  }

  private func element(_ field: FieldDescription, _ index: UInt64) -> PrintValue {
    let range = record.range(field)
    let size = field.elementSize > 0 ? field.elementSize : longSize
    guard [1, 2, 4, 8].contains(size), index < UInt64(range.count / size) else { return .zero }
    let bits = record.integer(at: range.lowerBound - record.base + Int(index) * size, size: size)
    if field.isSigned {
      let unused = Int64(64 - size * 8)
      let extended = UInt64(bitPattern: Int64(bitPattern: bits << UInt64(unused)) >> unused)
      return PrintValue(extended, isSigned: true, isWide: size == 8)
    }
    return PrintValue(bits, isSigned: size < 4, isWide: size == 8)
  }
}

extension PrintExpression {
  /// The value of an expression that needs no record; nil for any other.
  var constant: PrintValue? {
    switch self {
    case .number(let value): value
    case .unary(let operation, let operand): operand.constant.map { $0.applying(operation) }
    case .binary(let operation, let left, let right):
      if let left = left.constant, let right = right.constant {
        left.applying(operation, right)
      } else {
        nil
      }
    case .cast(_, _, let inner): inner.constant
    default: nil
    }
  }
}
