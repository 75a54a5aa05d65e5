import EventFormat
import KVMEvents
import TraceBytes

/// A condition on one event of one trace, as steps that are run one after the other: nothing in it is a name.
///
/// The steps of all conditions lie in one list, so that running them touches nothing that is counted.
struct PatternPrograms: Sendable {
  /// What a step does with the flag, the stack and the record.
  enum Code: UInt8, Sendable {
    /// flag = field ⋚ constant
    case testField
    /// flag = the exit reason is one of two codes
    case testReason
    /// flag = a text is equal, or matches
    case testText
    /// flag = the thread's name is equal, or matches
    case testComm
    /// flag = (field & constant) ≠ 0
    case testMask
    /// flag = pop ⋚ pop
    case compare
    /// flag = pop ≠ 0
    case testTruth
    case invert
    case jumpIfFalse
    case jumpIfTrue
    case pushField
    case pushConstant
    case pushCPU
    case arithmetic
    case negate
    case complement
  }

  /// One step.
  struct Step: Sendable, BitwiseCopyable {
    var code: Code
    var comparison: ComparisonOperator = .equal
    var operation: ArithmeticOperator = .add
    var isSigned = false
    var field: FieldLayout = .absent
    var isa: FieldLayout = .absent
    var a: UInt64 = 0
    var b: UInt64 = 0
    /// A step to go on with, or the number of a text.
    var target: Int32 = 0
  }

  /// A text to look for.
  struct TextTest: Sendable, Equatable {
    var offset = 0
    var size = 0
    var isDynamic = false
    var isRelative = false
    var literal: [UInt8] = []
    var expression: RegularExpression?

    func holds(_ text: some Sequence<UInt8>) -> Bool {
      if let expression { return expression.matches(text) }
      return text.elementsEqual(literal)
    }
  }

  static let deepestStack = 16

  var steps: [Step] = []
  var texts: [TextTest] = []
  let isBigEndian: Bool

  init(isBigEndian: Bool) { self.isBigEndian = isBigEndian }

  /// Runs the steps of a range over a record that is long enough for its fields.
  ///
  /// - Parameters:
  ///   - range: the steps; none: true.
  ///   - block: the bytes that the record lies in.
  ///   - base: where its payload begins in them.
  ///   - length: its bytes.
  ///   - cpu: the number of the CPU.
  ///   - comm: the thread's name, asked for only where a condition needs it.
  /// - Returns: whether the condition holds.
  func hold(
    _ range: Range<Int>, _ block: borrowing RawSpan, base: Int, length: Int, cpu: Int,
    comm: () -> String?
  ) -> Bool {
    var flag = true
    // Wide enough for every number that a field may hold, with a sign: nothing wraps.
    var stack = InlineArray<16, Int128>(repeating: 0)
    var top = 0
    var at = range.lowerBound
    while at < range.upperBound {
      let step = steps[at]
      at += 1
      switch step.code {
      case .testField:
        let value = step.field.read(in: copy block, at: base, isBigEndian: isBigEndian)
        flag = step.comparison.holds(
          value, isSigned: step.isSigned, step.a, isSigned: false)
      case .testReason:
        let code = Self.reason(step.field, step.isa, copy block, base, isBigEndian)
        flag = (code == step.a || code == step.b) == (step.comparison == .equal)
      case .testMask:
        flag = step.field.read(in: copy block, at: base, isBigEndian: isBigEndian) & step.a != 0
      case .testText:
        flag =
          holds(texts[Int(step.target)], copy block, base, length) == (step.comparison == .equal)
      case .testComm:
        flag = texts[Int(step.target)].holds((comm() ?? "").utf8) == (step.comparison == .equal)
      case .compare:
        top -= 2
        flag = step.comparison.holds(stack[top], stack[top + 1])
      case .testTruth:
        top -= 1
        flag = stack[top] != 0
      case .invert: flag = !flag
      case .jumpIfFalse: if !flag { at = Int(step.target) }
      case .jumpIfTrue: if flag { at = Int(step.target) }
      case .pushField:
        let value = step.field.read(in: copy block, at: base, isBigEndian: isBigEndian)
        stack[top] = step.isSigned ? Int128(Int64(bitPattern: value)) : Int128(value)
        top += 1
      case .pushConstant:
        stack[top] = Int128(step.a)
        top += 1
      case .pushCPU:
        stack[top] = Int128(cpu)
        top += 1
      case .arithmetic:
        top -= 1
        stack[top - 1] = step.operation.apply(stack[top - 1], stack[top])
      case .negate: stack[top - 1] = 0 &- stack[top - 1]
      case .complement: stack[top - 1] = ~stack[top - 1]
      }
    }
    return flag
  }

  /// An exit reason with its instruction set in the upper bits: no two reasons share a number.
  @inline(__always)
  static func reason(
    _ field: FieldLayout, _ isa: FieldLayout, _ block: RawSpan, _ base: Int, _ isBigEndian: Bool
  ) -> UInt64 {
    let raw = field.read(in: block, at: base, isBigEndian: isBigEndian)
    let set = isa.isPresent ? isa.read(in: block, at: base, isBigEndian: isBigEndian) : 0
    return reason(raw, isa: set)
  }

  /// The same of numbers.
  @inline(__always)
  static func reason(_ raw: UInt64, isa: UInt64) -> UInt64 {
    switch isa {
    // Bit 31 is the flag of a refused entry.
    case 1: raw & 0xffff | 1 << 62
    // SVM's -1 may have 32 or 64 bits.
    case 2: (raw == .max ? 0xffff_ffff : raw & 0x3fff_ffff_ffff_ffff) | 1 << 63
    default: raw & 0x3fff_ffff_ffff_ffff
    }
  }

  /// What a reason's code is as `reason` gives it.
  static func key(_ code: UInt64, _ isa: ISA) -> UInt64 {
    switch isa {
    case .vmx: reason(code, isa: 1)
    case .svm: reason(code, isa: 2)
    }
  }

  private func holds(_ test: TextTest, _ block: RawSpan, _ base: Int, _ length: Int) -> Bool {
    var start = test.offset
    var size = test.size
    if test.isDynamic {
      guard test.offset + 4 <= length else { return false }
      let word = block.integer(
        at: base + test.offset, size: 4, order: isBigEndian ? .big : .little)
      start = Int(word & 0xffff) + (test.isRelative ? test.offset + 4 : 0)
      size = Int(word >> 16)
    }
    guard start <= length else { return false }
    var bytes: [UInt8] = []
    for at in start..<start + min(size, length - start) {
      let byte = block.u8(at: base + at)
      if byte == 0 { break }
      bytes.append(byte)
    }
    return test.holds(bytes)
  }
}
