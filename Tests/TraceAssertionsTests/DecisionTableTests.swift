import EventFormat
import Testing
import TraceBytes
import TraceTestSupport

@testable import TraceAssertions

/// Questions say what the steps say that they were made of.
@Suite struct DecisionTableTests {
  /// Appends a condition as the compiler lays it out.
  private func append(
    _ depth: Int, _ programs: inout PatternPrograms, _ random: inout SeededGenerator
  ) {
    if depth > 0, Int.random(in: 0..<4, using: &random) > 0 {
      append(depth - 1, &programs, &random)
      if Int.random(in: 0..<4, using: &random) == 0 {
        programs.steps.append(.init(code: .invert))
        return
      }
      let jump = programs.steps.count
      programs.steps.append(.init(code: Bool.random(using: &random) ? .jumpIfFalse : .jumpIfTrue))
      append(depth - 1, &programs, &random)
      programs.steps[jump].target = Int32(programs.steps.count)
      return
    }
    let isSigned = Bool.random(using: &random)
    let size: UInt8 = [1, 2, 4, 8][Int.random(in: 0..<4, using: &random)]
    let field = FieldLayout(
      offset: UInt16.random(in: 0...8, using: &random), size: size, isSigned: isSigned)
    var step = PatternPrograms.Step(code: .testField)
    step.code =
      [.testField, .testField, .testReason, .testMask][
        Int.random(in: 0..<4, using: &random)]
    step.comparison =
      ComparisonOperator.allCases[
        Int.random(in: 0..<(step.code == .testReason ? 2 : 6), using: &random)]
    step.field = field
    step.isSigned = isSigned
    // Values that occur, and the ends of what a number can be.
    let edges: [UInt64] = [0, 1, 2, 127, 128, 255, 1 << 63, (1 << 63) - 1, .max, .max - 1]
    step.a = edges[Int.random(in: 0..<edges.count, using: &random)]
    step.b = edges[Int.random(in: 0..<edges.count, using: &random)]
    if step.code == .testReason, Bool.random(using: &random) {
      step.isa = FieldLayout(offset: 9, size: 1, isSigned: false)
      let isa = UInt64.random(in: 0...2, using: &random)
      step.a = PatternPrograms.reason(step.a, isa: isa)
      step.b = PatternPrograms.reason(step.b, isa: isa)
    }
    programs.steps.append(step)
  }

  @Test(arguments: [false, true])
  func sayWhatTheStepsSay(isBigEndian: Bool) throws {
    var random = SeededGenerator(seed: 5)
    var programs = PatternPrograms(isBigEndian: isBigEndian)
    var table = DecisionTable(isBigEndian: isBigEndian)
    var held = 0
    for _ in 0..<500 {
      let start = programs.steps.count
      append(4, &programs, &random)
      let range = start..<programs.steps.count
      let added = table.add(range, of: programs)
      let first = try #require(added)
      for _ in 0..<50 {
        let bytes = (0..<16).map { _ in
          [0, 0, 1, 2, 127, 128, 255, 255][Int.random(in: 0..<8, using: &random)] as UInt8
        }
        let expected = programs.hold(
          range, bytes.rawBytes, base: 0, length: 16, cpu: 0, comm: { nil })
        #expect(table.hold(first, bytes.rawBytes, base: 0) == expected)
        held += expected ? 1 : 0
      }
    }
    #expect(held > 5000 && held < 20_000)
  }

  /// What is known of a field's value is not asked, and changes no answer.
  @Test func whatIsKnownIsNotAsked() throws {
    var random = SeededGenerator(seed: 6)
    var programs = PatternPrograms(isBigEndian: false)
    var table = DecisionTable(isBigEndian: false)
    var (answered, narrowed) = (0, 0)
    for _ in 0..<500 {
      let start = programs.steps.count
      append(3, &programs, &random)
      let added = table.add(start..<programs.steps.count, of: programs)
      let first = try #require(added)
      guard first >= 0 else { continue }
      let (field, isa) = (
        table.questions[Int(first)].field.layout, table.questions[Int(first)].isa.layout
      )
      for _ in 0..<50 {
        let bytes = (0..<16).map { _ in
          [0, 0, 1, 2, 127, 128, 255, 255][Int.random(in: 0..<8, using: &random)] as UInt8
        }
        var value = field.read(in: bytes.rawBytes, at: 0, isBigEndian: false)
        if isa.isPresent {
          value = PatternPrograms.reason(
            value, isa: isa.read(in: bytes.rawBytes, at: 0, isBigEndian: false))
        }
        let below = [0, 1, 200, value][Int.random(in: 0..<4, using: &random)]
        let above = [0, 1, 200, .max - value][Int.random(in: 0..<4, using: &random)]
        let range = value - min(value, below)...value + min(.max - value, above)
        let left = table.narrow(first, to: range, of: field, isa)
        answered += left < 0 ? 1 : 0
        narrowed += left != first ? 1 : 0
        #expect(
          table.hold(left, bytes.rawBytes, base: 0) == table.hold(first, bytes.rawBytes, base: 0))
      }
    }
    #expect(answered > 1000 && narrowed > answered + 1000)
  }

  @Test func whatComputesIsNoQuestion() {
    var programs = PatternPrograms(isBigEndian: false)
    programs.steps = [.init(code: .pushConstant, a: 1), .init(code: .testTruth)]
    var table = DecisionTable(isBigEndian: false)
    let computed = table.add(0..<2, of: programs)
    let nothing = table.add(0..<0, of: programs)
    #expect(computed == nil && nothing == DecisionTable.holds)
  }
}
