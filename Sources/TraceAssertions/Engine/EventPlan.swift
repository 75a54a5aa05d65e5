import EventFormat

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
    let selectors: [Ask]
  }

  /// A selector that is looked at.
  struct Ask: BitwiseCopyable {
    let selector: Int32
    /// That it was found says that its condition holds.
    let isCertain: Bool
  }

  /// Those of scopes: looked at for every record, before the others.
  var markers: [Int32] = []
  /// Looked at for every record.
  var always: [Int32] = []
  var indices: [Index] = []

  private static let smallValues = 2048

  private struct Member {
    let ask: Ask
    let range: ClosedRange<UInt64>
  }

  /// Sorts the selectors of one event.
  init(_ selectors: [Int], _ rules: CompiledRules) {
    struct Key: Hashable {
      let offset: UInt16
      let size: UInt8
      let isaOffset: UInt16
    }
    var groups: [Key: [Member]] = [:]
    var fields: [Key: (FieldLayout, FieldLayout)] = [:]
    for selector in selectors {
      if rules.selectors[selector].isMarker {
        markers.append(Int32(selector))
        continue
      }
      guard let (found, isCertain) = Self.key(rules.selectors[selector].program, rules.programs)
      else {
        always.append(Int32(selector))
        continue
      }
      let step = found.step
      let key = Key(
        offset: step.field.offset, size: step.field.size,
        isaOffset: step.isa.isPresent ? step.isa.offset : 0)
      fields[key] = (step.field, step.isa)
      for range in found.ranges {
        groups[key, default: []].append(
          Member(
            ask: Ask(selector: Int32(selector), isCertain: isCertain), range: range))
      }
    }
    for (key, members) in groups {
      guard let (field, isa) = fields[key] else { continue }
      // An index that one selector alone is in costs more than to ask it.
      if Set(members.map(\.ask.selector)).count == 1 {
        always.append(members[0].ask.selector)
      } else {
        indices.append(Self.index(members, field, isa))
      }
    }
    always.sort()
    indices.sort { ($0.field.offset, $0.field.size) < ($1.field.offset, $1.field.size) }
  }

  /// A field by whose value a selector can be found.
  private struct Found {
    let step: PatternPrograms.Step
    /// Every record for which it holds has one of these values.
    var ranges: [ClosedRange<UInt64>]
    /// How much it leaves: an equality, two bounds, one.
    ///
    /// One bound, all values but some, and a mask leave most of them.
    var rank: Int
  }

  /// A condition that every record must meet for a selector to hold, as ranges of a field's values.
  ///
  /// Of several it is the one that leaves least. It is certain where it says all that the selector asks.
  private static func key(
    _ program: Range<Int>, _ programs: PatternPrograms
  ) -> (found: Found, isCertain: Bool)? {
    var all: [Found] = []
    var isWhole = true
    var at = program.lowerBound
    // Conditions joined by && stand one behind the other, each followed by a jump to the end.
    while at < program.upperBound {
      let step = programs.steps[at]
      let isInverse = at + 1 < program.upperBound && programs.steps[at + 1].code == .invert
      let next = isInverse ? at + 2 : at + 1
      guard end(of: next, program, programs) == program.upperBound else {
        isWhole = false
        break
      }
      at = next + 1
      guard let found = ranges(step) else {
        isWhole = false
        continue
      }
      if step.code == .testMask { isWhole = false }
      // A mask's ranges hold more than the mask itself: what they leave out says nothing of its contrary.
      if isInverse && step.code == .testMask { continue }
      let ranges = isInverse ? others(found) : found
      let isEqual = step.code != .testMask && !isInverse && step.comparison == .equal
      let rank = isEqual ? 0 : step.code == .testMask ? 4 : ranges.count > 1 ? 3 : 2
      let same = all.firstIndex { $0.step.field == step.field && $0.step.isa == step.isa }
      if let same {
        // What lies in both: of two bounds of one field the stretch between them.
        all[same].ranges = all[same].ranges.flatMap { a in
          ranges.filter { a.overlaps($0) }.map { a.clamped(to: $0) }
        }
        all[same].rank = isEqual ? 0 : min(1, all[same].rank)
      } else {
        all.append(Found(step: step, ranges: ranges, rank: rank))
      }
    }
    guard let rank = all.map(\.rank).min(), let best = all.first(where: { $0.rank == rank }) else {
      return nil
    }
    return (best, isWhole && all.count == 1)
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

  /// All values that are in none of some ranges.
  private static func others(_ ranges: [ClosedRange<UInt64>]) -> [ClosedRange<UInt64>] {
    var left: [ClosedRange<UInt64>] = []
    var start: UInt64? = 0
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let begin = start, begin < range.lowerBound { left.append(begin...range.lowerBound - 1) }
      if let begin = start, range.upperBound >= begin {
        start = range.upperBound == .max ? nil : range.upperBound + 1
      }
    }
    if let start { left.append(start ... .max) }
    return left
  }

  private static func ranges(_ step: PatternPrograms.Step) -> [ClosedRange<UInt64>]? {
    switch step.code {
    case .testReason:
      let own = step.a == step.b ? [step.a...step.a] : [step.a...step.a, step.b...step.b]
      return step.comparison == .equal ? own : others(own)
    case .testField where !step.isSigned || step.comparison == .equal:
      // A constant of a signed field that looks negative is none that it can have.
      if step.isSigned && step.a >> 63 == 1 { return nil }
      switch step.comparison {
      case .equal: return [step.a...step.a]
      case .notEqual: return others([step.a...step.a])
      case .less: return step.a == 0 ? nil : [0...step.a - 1]
      case .lessOrEqual: return [0...step.a]
      case .greater: return step.a == .max ? nil : [step.a + 1 ... .max]
      case .greaterOrEqual: return [step.a ... .max]
      }
    case .testMask:
      // A number less than the mask's lowest bit has none of its bits.
      return step.a == 0 ? nil : [step.a & (0 &- step.a) ... .max]
    default: return nil
    }
  }

  private static func index(
    _ members: [Member], _ field: FieldLayout, _ isa: FieldLayout
  ) -> Index {
    var cuts: Set<UInt64> = [0]
    for member in members {
      cuts.insert(member.range.lowerBound)
      if member.range.upperBound < .max { cuts.insert(member.range.upperBound + 1) }
    }
    let bounds = cuts.sorted()
    var selectors: [Ask] = []
    var parts: [Range<Int>] = []
    for bound in bounds {
      let start = selectors.count
      for member in members where member.range.contains(bound) {
        selectors.append(member.ask)
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
