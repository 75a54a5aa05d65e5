import EventFormat
import TraceBytes

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
  /// Masks of one field each, and in them what is asked.
  private(set) var maskRuns: [Stretch] = []
  private(set) var maskTests: [MaskTest] = []

  /// In place of an ask's rule: it stands for a run of masks, whose number is that of its selector.
  static let masks: Int32 = -2

  /// A rule that counts the events of which a field has any bit of a mask.
  struct MaskTest: BitwiseCopyable {
    let mask: UInt64
    let rule: Int32
  }

  /// A selector that is looked at, and what must be known of the usual one: to count an event for one rule.
  struct Ask: BitwiseCopyable {
    var selector: Int32
    /// The rule that counts it; -1: there is more to it.
    var rule: Int32
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
    return Stretch.append(joinMasks(new, selectors.decisions), to: &asks)
  }

  /// Adds a run of masks; gives its number.
  mutating func addMasks(_ tests: [MaskTest]) -> Int32 {
    maskRuns.append(Stretch.append(tests, to: &maskTests))
    return Int32(maskRuns.count - 1)
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
