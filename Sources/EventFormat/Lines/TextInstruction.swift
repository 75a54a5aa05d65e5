/// One step of a ``TextProgram``: a literal, and then one piece that depends on the record.
///
/// Trivial to copy: tables and literals lie in ``TextCode``, and are named by their places there.
struct TextInstruction: BitwiseCopyable {
  /// What is written first; may be empty.
  var literal: TextPlace
  var operation: Operation

  enum Operation: BitwiseCopyable {
    /// Nothing more: the event's text ends here.
    case end
    /// A number's decimal digits; `cut` bits of it are left out at the top.
    case unsigned(Operand, cut: UInt8)
    case signed(Operand, cut: UInt8)
    /// Hexadecimal digits, with zeros before them up to `width`; `prefix` stands before what is not zero.
    case hex(Operand, cut: UInt8, width: UInt8, hasPrefix: Bool)
    case pointer(Operand)
    case character(Operand)
    /// The name of a value in a table of names, by its number.
    case symbol(Operand, table: UInt32)
    case flags(Operand, table: UInt32)
    /// Text up to its first NUL; at the end of a line without its line breaks.
    case text(StoredRange, isLast: Bool)
    /// Bytes in hexadecimal, at most as many as the operand says, a blank before each.
    case bytes(StoredRange, count: Operand)
    /// The letters of a task's state.
    case states(Operand, table: UInt32)
    /// An exit reason by its number, as the tables of an instruction set name it.
    case exitReason(Operand, isa: Operand)
    /// Goes on elsewhere.
    case jump(UInt32)
    case jumpIfZero(Operand, UInt32)
    /// A number in an uncommon format.
    case formatted(Operand, conversion: UInt32)
    /// A conversion that the evaluator makes.
    case evaluated(conversion: UInt32)
    /// All of the text as the renderer writes it.
    case rendered
  }
}

/// A part of the bytes of a ``TextCode``.
struct TextPlace: BitwiseCopyable, Equatable {
  var offset: UInt32
  var count: UInt32

  static let empty = TextPlace(offset: 0, count: 0)
  /// Stands where a table has nothing.
  static let none = TextPlace(offset: .max, count: 0)
}

/// A number that an instruction takes from the record: a field, or what a ``NumberStep`` and those behind it make.
struct Operand: BitwiseCopyable {
  /// Where the field begins in the record; or the first step.
  let offset: UInt32
  /// The bits of 64 that the field does not have; 255 for steps.
  let unused: UInt8
  /// Whether the sign is extended.
  let isSigned: Bool

  static let isComputed: UInt8 = 255

  /// A field of 1, 2, 4 or 8 bytes.
  init(offset: Int, size: Int, isSigned: Bool) {
    self.offset = UInt32(offset)
    unused = UInt8(64 - size * 8)
    self.isSigned = isSigned
  }

  /// The result of steps.
  init(steps first: Int) {
    offset = UInt32(first)
    unused = Self.isComputed
    isSigned = false
  }
}

/// The bytes of an array or a text, and where a record says where they are.
struct StoredRange: BitwiseCopyable {
  let offset: UInt16
  let size: UInt16
  let isDynamic: Bool
  let isRelative: Bool
}

/// One step in the computing of a number, on a stack of values with their types in C.
enum NumberStep: BitwiseCopyable {
  case constant(PrintValue)
  /// A field; narrower than an int it becomes one.
  case field(Operand, isSigned: Bool, isWide: Bool)
  /// How many bytes a range has.
  case count(StoredRange)
  case unary(PrintOperator)
  case binary(PrintOperator)
  case cast(size: UInt8, isSigned: Bool)
  /// Takes the value, and goes on elsewhere if it is 0.
  case jumpIfZero(UInt32)
  case jump(UInt32)
  /// The value is the result.
  case end
}

/// What to write for one event.
struct TextProgram: BitwiseCopyable {
  /// Its first instruction; the literal of that is the event's name.
  var first: UInt32
  /// A shorter record lacks a field: the renderer knows what to say then.
  var minimumLength: UInt32
  /// It writes at most so many bytes, and for each byte of the record so many more.
  ///
  /// What the renderer or the evaluator makes is not counted.
  var mostBytes: UInt32
  var mostBytesPerByte: UInt32
  /// The bytes of its first literal.
  var nameLength: UInt32
  /// Whether literals hold bytes that may not be shown as they are.
  var isUnsafe: Bool
  /// Whether the event was seen before: else there is no program yet.
  var isMade: Bool

  static let missing = TextProgram(
    first: 0, minimumLength: 0, mostBytes: 0, mostBytesPerByte: 0, nameLength: 0, isUnsafe: false,
    isMade: false)
}
