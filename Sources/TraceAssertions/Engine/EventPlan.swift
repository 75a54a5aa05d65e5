import EventFormat
import TraceBytes

/// What must be asked of the records of one event: selectors by the value of a field, so that of many rules only those
/// are looked at that can hold.
///
///     exit_reason   …12 │ 12 │ 13…29 │ 30 │ 31… 47│ 48 │ 49…
///     selectors      7  │ 7 1│   7   │7 2 │  7    │7 3 │  7
struct EventPlan {
  /// A field by whose value selectors are found.
  struct Index {
    /// The field, or that of a reason.
    let field: FieldLayout
    /// Present where the value is an exit reason.
    let isa: FieldLayout
    /// The lowest value of each part, ascending; the first is 0.
    let bounds: [UInt64]
    /// By part: where its selectors are in `selectors`.
    let parts: [Range<Int>]
    /// The part of each small value.
    let small: [UInt16]
    let selectors: [Int32]
  }

  /// Those of scopes: looked at for every record, before the others.
  var markers: [Int32] = []
  /// Looked at for every record.
  var always: [Int32] = []
  var indices: [Index] = []

  private static let smallValues = 2048

  /// Sorts the selectors of one event.
  init(_ selectors: [Int], _ rules: CompiledRules) {
    struct Key: Hashable {
      let offset: UInt16
      let size: UInt8
      let isaOffset: UInt16
    }
    var groups: [Key: [(selector: Int, range: ClosedRange<UInt64>)]] = [:]
    var fields: [Key: (FieldLayout, FieldLayout)] = [:]
    for selector in selectors {
      if rules.selectors[selector].isMarker {
        markers.append(Int32(selector))
        continue
      }
      guard let (step, ranges) = Self.key(rules.selectors[selector].program, rules.programs) else {
        always.append(Int32(selector))
        continue
      }
      let key = Key(
        offset: step.field.offset, size: step.field.size,
        isaOffset: step.isa.isPresent ? step.isa.offset : 0)
      fields[key] = (step.field, step.isa)
      for range in ranges { groups[key, default: []].append((selector, range)) }
    }
    for (key, members) in groups {
      guard let (field, isa) = fields[key] else { continue }
      // An index that one selector alone is in costs more than to ask it.
      if Set(members.map(\.selector)).count == 1 {
        always.append(Int32(members[0].selector))
      } else {
        indices.append(Self.index(members, field, isa))
      }
    }
    always.sort()
    indices.sort { ($0.field.offset, $0.field.size) < ($1.field.offset, $1.field.size) }
  }

  /// The condition that every record must meet for a selector to hold, as ranges of a field's values; an equality, if
  /// there is one.
  private static func key(
    _ program: Range<Int>, _ programs: PatternPrograms
  ) -> (PatternPrograms.Step, [ClosedRange<UInt64>])? {
    var best: (PatternPrograms.Step, [ClosedRange<UInt64>])?
    var at = program.lowerBound
    // Conditions joined by && stand one behind the other, each followed by a jump to the end.
    while at < program.upperBound {
      let step = programs.steps[at]
      let next = at + 1
      guard end(of: next, program, programs) == program.upperBound else { return best }
      if let ranges = ranges(step) {
        if step.comparison == .equal { return (step, ranges) }
        best = best ?? (step, ranges)
      }
      at = next + 1
    }
    return best
  }

  /// Where a false condition before a step leads to.
  private static func end(
    of step: Int, _ program: Range<Int>, _ programs: PatternPrograms
  ) -> Int? {
    var at = step
    while at < program.upperBound {
      guard programs.steps[at].code == .jumpIfFalse else { return nil }
      at = Int(programs.steps[at].target)
    }
    return at
  }

  private static func ranges(_ step: PatternPrograms.Step) -> [ClosedRange<UInt64>]? {
    switch step.code {
    case .testReason where step.comparison == .equal:
      return step.a == step.b ? [step.a...step.a] : [step.a...step.a, step.b...step.b]
    case .testField where !step.isSigned || step.comparison == .equal:
      // A constant of a signed field that looks negative is none that it can have.
      if step.isSigned && step.a >> 63 == 1 { return nil }
      switch step.comparison {
      case .equal: return [step.a...step.a]
      case .notEqual: return nil
      case .less: return step.a == 0 ? nil : [0...step.a - 1]
      case .lessOrEqual: return [0...step.a]
      case .greater: return step.a == .max ? nil : [step.a + 1 ... .max]
      case .greaterOrEqual: return [step.a ... .max]
      }
    default: return nil
    }
  }

  private static func index(
    _ members: [(selector: Int, range: ClosedRange<UInt64>)], _ field: FieldLayout,
    _ isa: FieldLayout
  ) -> Index {
    var cuts: Set<UInt64> = [0]
    for member in members {
      cuts.insert(member.range.lowerBound)
      if member.range.upperBound < .max { cuts.insert(member.range.upperBound + 1) }
    }
    let bounds = cuts.sorted()
    var selectors: [Int32] = []
    var parts: [Range<Int>] = []
    for bound in bounds {
      let start = selectors.count
      for member in members where member.range.contains(bound) {
        selectors.append(Int32(member.selector))
      }
      parts.append(start..<selectors.count)
    }
    var small: [UInt16] = []
    var part = 0
    for value in 0..<UInt64(smallValues) {
      while part + 1 < bounds.count, bounds[part + 1] <= value { part += 1 }
      small.append(UInt16(clamping: part))
    }
    return Index(
      field: field, isa: isa, bounds: bounds, parts: parts,
      small: bounds.count < Int(UInt16.max) ? small : [], selectors: selectors)
  }
}

extension EventPlan.Index {
  /// Where the selectors are that a record's value can make hold.
  @inline(__always)
  func part(_ block: RawSpan, _ base: Int, _ isBigEndian: Bool) -> Range<Int> {
    let value =
      isa.isPresent
      ? PatternPrograms.reason(field, isa, block, base, isBigEndian)
      : field.read(in: block, at: base, isBigEndian: isBigEndian)
    if value < UInt64(small.count) { return parts[Int(small[Int(value)])] }
    var low = 0
    var high = bounds.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if bounds[middle] <= value { low = middle } else { high = middle }
    }
    return parts[low]
  }
}
