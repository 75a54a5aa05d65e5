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

/// The plans of all events, in lists without owners: to find what to ask touches nothing that is counted.
struct PlanTable {
  struct Plan: BitwiseCopyable {
    var markers = Stretch()
    /// Asked where there is no index, or the record is too short for the first one: what that leads to holds these too.
    var always = Stretch()
    var indices = Stretch()
  }

  struct Index: BitwiseCopyable {
    let field: QuickField
    let isa: QuickField
    /// In `bounds`, and one for one in `parts`.
    let bounds: Stretch
    let small: Stretch
    /// A record that is shorter does not have the field.
    let end: Int32
    let isReason: Bool
    /// What values lead to that no selector of the index names.
    let other: Stretch
  }

  private(set) var plans: [Plan] = []
  private(set) var markers: [Int32] = []
  private(set) var indices: [Index] = []
  private(set) var bounds: [UInt64] = []
  private(set) var parts: [Stretch] = []
  private(set) var small: [UInt16] = []
  /// By index, four words: where single values alone lead to selectors, bits at their hashes, so that most others are
  /// told at once.
  private(set) var filters: [UInt64] = []
  private(set) var asks: [Ask] = []

  /// A selector that is looked at, and what must be known of the usual one: to count an event for one rule.
  struct Ask: BitwiseCopyable {
    let selector: Int32
    /// The rule that counts it; -1: there is more to it.
    let rule: Int32
    /// The condition's first question, as in ``SelectorTable``.
    var question: Int32
    let minimumLength: Int32

    init(_ ask: EventPlan.Ask, _ selectors: SelectorTable) {
      let head = selectors.heads[Int(ask.selector)]
      selector = ask.selector
      question = ask.isCertain ? DecisionTable.holds : head.question
      minimumLength = head.minimumLength
      rule =
        selectors.tails[Int(ask.selector)].onlyCounts && question != SelectorTable.run
        ? selectors.occurrences[head.occurrences.range.lowerBound].rule : -1
    }
  }

  /// Adds a plan; gives its number.
  mutating func add(
    _ plan: EventPlan, _ selectors: inout SelectorTable, isBigEndian: Bool
  ) -> Int32 {
    let start = indices.count
    let always = plan.always.map { EventPlan.Ask(selector: $0, isCertain: false) }
    let alwaysAsks = add(always, &selectors) { question, _ in question }
    for (number, index) in plan.indices.enumerated() {
      for (at, part) in index.parts.enumerated() {
        // What is asked always is asked with what the first value leads to: one thing and not two.
        let own = (number == 0 ? always : []) + index.selectors[part]
        let isLast = at + 1 == index.bounds.count
        let range = index.bounds[at]...(isLast ? .max : index.bounds[at + 1] - 1)
        parts.append(
          add(own, &selectors) { question, selectors in
            selectors.narrow(question, to: range, of: index.field, index.isa)
          })
      }
      indices.append(
        Index(
          field: QuickField(index.field, isBigEndian: isBigEndian),
          isa: QuickField(index.isa, isBigEndian: isBigEndian),
          bounds: Stretch.append(index.bounds, to: &bounds),
          small: Stretch.append(index.small, to: &small),
          end: Int32(index.field.offset) + Int32(index.field.size), isReason: index.isa.isPresent,
          other: number == 0 ? alwaysAsks : Stretch()))
      filters += Self.filter(index)
    }
    plans.append(
      Plan(
        markers: Stretch.append(plan.markers, to: &markers),
        always: alwaysAsks,
        indices: Stretch(start: Int32(start), end: Int32(indices.count))))
    return Int32(plans.count - 1)
  }

  /// Adds what is asked of the same records; those that are all certain to hold as one.
  private mutating func add(
    _ own: [EventPlan.Ask], _ selectors: inout SelectorTable,
    narrow: (Int32, inout SelectorTable) -> Int32
  ) -> Stretch {
    var new: [Ask] = []
    var certain: [(scope: Int32, members: [Int32])] = []
    for one in own {
      var ask = Ask(one, selectors)
      ask.question = narrow(ask.question, &selectors)
      if ask.question == DecisionTable.fails { continue }
      guard ask.question == DecisionTable.holds, !selectors.heads[Int(one.selector)].isNoted
      else {
        new.append(ask)
        continue
      }
      let scope = selectors.heads[Int(one.selector)].scope
      if let same = certain.firstIndex(where: { $0.scope == scope }) {
        certain[same].members.append(one.selector)
      } else {
        certain.append((scope, [one.selector]))
      }
    }
    for (_, members) in certain {
      let selector = members.count == 1 ? members[0] : selectors.join(members)
      new.append(Ask(.init(selector: selector, isCertain: true), selectors))
    }
    return Stretch.append(new, to: &asks)
  }

  private static func filter(_ index: EventPlan.Index) -> [UInt64] {
    var filter = [UInt64](repeating: 0, count: 4)
    for (at, part) in index.parts.enumerated() where !part.isEmpty {
      let isSingle = at + 1 < index.bounds.count && index.bounds[at + 1] == index.bounds[at] + 1
      guard isSingle else { return Array(repeating: .max, count: 4) }
      let hash = hash(index.bounds[at])
      filter[hash >> 6] |= 1 << UInt64(hash & 63)
    }
    return filter
  }

  /// From 0 to 255.
  @inline(__always)
  private static func hash(_ value: UInt64) -> Int {
    Int(truncatingIfNeeded: (value &* 0x9e37_79b9_7f4a_7c15) &>> 56)
  }

  /// Where the selectors are that a record's value can make hold; nil: it does not have the field.
  @inline(__always)
  func part(_ index: Int, _ block: RawSpan, _ moment: Moment, _ isBigEndian: Bool) -> Stretch? {
    // A record that is too short for the field holds nothing.
    let own = indices[index]
    guard moment.length >= Int(own.end) else { return nil }
    var value = own.field.read(in: block, at: moment.base, isBigEndian: isBigEndian)
    if own.isReason {
      value = PatternPrograms.reason(
        value, isa: own.isa.read(in: block, at: moment.base, isBigEndian: isBigEndian))
    }
    let start = Int(own.bounds.start)
    if value < UInt64(own.small.range.count) {
      return parts[start &+ Int(small[Int(own.small.start) &+ Int(value)])]
    }
    let hash = Self.hash(value)
    if filters[index &* 4 &+ hash &>> 6] &>> UInt64(hash & 63) & 1 == 0 { return own.other }
    return parts[find(value, start, own.bounds.range.count)]
  }

  /// The last bound that is not above a value.
  private func find(_ value: UInt64, _ start: Int, _ count: Int) -> Int {
    var low = start
    var count = count
    while count > 1 {
      let half = count / 2
      // Without a branch: which half it is nobody can guess.
      low &+= bounds[low &+ half] <= value ? half : 0
      count &-= half
    }
    return low
  }
}
