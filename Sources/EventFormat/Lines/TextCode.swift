import KVMEvents

/// The programs of all events of a file, with what they share.
struct TextCode {
  /// Behind the bytes there are always so many more, so that whole words may be loaded.
  static let slack = 16

  var instructions: [TextInstruction] = []
  var steps: [NumberStep] = []
  /// Literals and names, one behind the other, and the slack.
  private(set) var bytes = [UInt8](repeating: 0, count: TextCode.slack)
  /// The names of all tables.
  var names: [TextName] = []
  var tables: [TextTable] = []
  /// For tables whose values are small: the names by value.
  var dense: [TextPlace] = []
  /// Those of exit reasons, by the numbers of the instruction sets from 1 on; empty until they are needed.
  var exitReasons: [TextTable] = []
  /// What only the evaluator can do.
  var conversions: [(conversion: PrintConversion, argument: PrintExpression)] = []

  /// Keeps bytes.
  mutating func add(_ text: [UInt8]) -> TextPlace {
    let begin = bytes.count - Self.slack
    bytes.removeLast(Self.slack)
    bytes.append(contentsOf: text)
    bytes.append(contentsOf: repeatElement(0, count: Self.slack))
    return TextPlace(offset: UInt32(begin), count: UInt32(text.count))
  }
}

/// A value with a name.
struct TextName: BitwiseCopyable {
  let value: UInt64
  let name: TextPlace
}

/// A table of names.
struct TextTable: BitwiseCopyable {
  /// Where its names are: of flags in the order of the format, of symbols sorted by value.
  var first: UInt32
  var count: UInt32
  /// What stands between two flags.
  var separator = TextPlace.empty
  /// What stands for no flag at all; `none` where nothing does.
  var zero = TextPlace.none
  /// Where the names of the values 0, 1 … are, in ``TextCode/dense``.
  var dense: UInt32 = 0
  var denseCount: UInt32 = 0
}
