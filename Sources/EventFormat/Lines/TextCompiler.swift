import KVMEvents

/// Makes the program of one event.
///
/// What it has no instruction for stays with the evaluator, conversion by conversion.
struct TextCompiler {
  /// All programs so far; whoever gave it takes it back.
  var code = TextCode()
  /// What the next instruction writes first.
  private var pending: [UInt8] = []
  private var program: TextProgram
  /// A piece has no instruction, and no conversion that could be left to the evaluator: the renderer writes it all.
  private var isBeyond = false

  /// Takes the code over, leaves none behind.
  init(taking code: inout TextCode) {
    swap(&self.code, &code)
    program = TextProgram.missing
    program.first = UInt32(self.code.instructions.count)
    program.isMade = true
  }

  /// The program of an event.
  ///
  /// - Parameters:
  ///   - name: what the line says before the event's text.
  ///   - layout: how its text is laid out.
  /// - Returns: the program, to be run by the code that holds its instructions.
  mutating func compile(name: [UInt8], _ layout: EventTextLayout) -> TextProgram {
    let first = program
    var made = compiled(name, layout)
    if isBeyond {
      program = first
      program.first = UInt32(code.instructions.count)
      pending.removeAll()
      made = compiled(name, .unknown)
    }
    return made
  }

  private mutating func compiled(_ name: [UInt8], _ layout: EventTextLayout) -> TextProgram {
    append(name)
    // The name was made safe.
    program.isUnsafe = false
    program.nameLength = UInt32(name.count)
    switch layout {
    case .unknown, .fields, .stack: emit(.rendered)
    case .words(let field): append(textOf: field)
    case .own(let own): append(own)
    case .format(let format): append(format)
    }
    // Nothing can come between such a text and the end of the line.
    let last = code.instructions.count - 1
    if pending.isEmpty, case .text(let range, _) = code.instructions[last].operation {
      code.instructions[last].operation = .text(range, isLast: true)
    }
    emit(.end)
    return program
  }

  // MARK: Pieces

  /// A literal.
  mutating func append(_ text: [UInt8]) {
    pending += text
    if !text.allSatisfy(SafeText.isPlain) { program.isUnsafe = true }
  }

  mutating func append(_ text: String) { append(Array(text.utf8)) }

  /// The text may need to be made safe, whatever the record holds.
  mutating func noteUnsafe() { program.isUnsafe = true }

  /// An instruction, after the literals before it.
  mutating func emit(_ operation: TextInstruction.Operation, most: Int = 0, perByte: Int = 0) {
    program.mostBytes += UInt32(pending.count + most)
    program.mostBytesPerByte += UInt32(perByte)
    code.instructions.append(TextInstruction(literal: code.add(pending), operation: operation))
    pending.removeAll()
  }

  /// The bytes of a field, up to the first NUL.
  mutating func append(textOf field: FieldDescription) {
    guard let range = range(of: field) else { return }
    emit(.text(range, isLast: false), perByte: 1)
  }

  /// One of two pieces, as a number says.
  mutating func branch(
    _ condition: Operand, _ first: (inout TextCompiler) -> Void,
    else second: (inout TextCompiler) -> Void
  ) {
    let condition = reserve(.jumpIfZero(condition, 0), at: { .jumpIfZero(condition, $0) })
    first(&self)
    let end = reserve(.jump(0), at: { .jump($0) })
    land(condition)
    second(&self)
    if !pending.isEmpty { emit(.jump(UInt32(code.instructions.count + 1))) }
    land(end)
  }

  private struct Jump {
    let index: Int
    let operation: (UInt32) -> TextInstruction.Operation
  }

  private mutating func reserve(
    _ operation: TextInstruction.Operation,
    at target: @escaping (UInt32) -> TextInstruction.Operation
  ) -> Jump {
    emit(operation)
    return Jump(index: code.instructions.count - 1, operation: target)
  }

  private mutating func land(_ jump: Jump) {
    code.instructions[jump.index].operation = jump.operation(UInt32(code.instructions.count))
  }

  // MARK: Fields

  /// A field as a number; one that cannot be read as such is 0, as ``RecordView/integer(at:size:)`` has it.
  mutating func operand(_ field: FieldDescription, isSigned: Bool = false) -> Operand {
    guard [1, 2, 4, 8].contains(field.size), field.offset >= 0 else { return zero }
    guard needs(field.offset, field.size) else { return zero }
    return Operand(offset: field.offset, size: field.size, isSigned: isSigned)
  }

  /// Whether the program may read there: no shorter record will come to it.
  private mutating func needs(_ offset: Int, _ size: Int) -> Bool {
    guard offset >= 0, size >= 0, offset <= Int(UInt16.max) else {
      isBeyond = true
      return false
    }
    program.minimumLength = max(program.minimumLength, UInt32(offset + size))
    return true
  }

  /// A number that is always 0.
  var zero: Operand { mutating get { operand(constant: 0) } }

  /// A number that no record changes.
  mutating func operand(constant value: UInt64) -> Operand {
    code.steps += [.constant(PrintValue(value, isSigned: false, isWide: true)), .end]
    return Operand(steps: code.steps.count - 2)
  }

  /// Where the bytes of a field are; nil when no instruction can say it.
  mutating func range(of field: FieldDescription) -> StoredRange? {
    guard let offset = UInt16(exactly: field.offset), let size = UInt16(exactly: field.size) else {
      isBeyond = true
      return nil
    }
    if field.isDynamic, !needs(field.offset, 4) { return nil }
    return StoredRange(
      offset: offset, size: size, isDynamic: field.isDynamic, isRelative: field.isRelative)
  }
}
