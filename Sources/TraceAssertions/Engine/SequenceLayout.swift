/// Sorts the rules of a set into the columns of a ``SequenceTable``.
struct SequenceLayout {
  private let set: RuleSet
  private let rules: CompiledRules
  private(set) var columns: [SequenceTable.Column] = []
  private(set) var columnOf: [Int32]
  private(set) var groups: [SequenceTable.Group] = []
  private(set) var groupMasks: [SequenceTable.Mask] = []
  private(set) var groupSelectors: [Int32] = []
  private(set) var tests: [CompiledRules.VariableTest] = []
  private(set) var bindings: [SequenceTable.Binding] = []
  private(set) var valueSelectors: [SequenceTable.ValueSelector] = []

  /// Rules that begin as one.
  private struct Beginning: Hashable {
    var key: UInt8
    var isValued: Bool
    /// Of rules with values all of them, for they stay together: of the others whether there is more than one.
    var steps: Int
    var selectors: [Int]
  }

  init(_ set: RuleSet, _ rules: CompiledRules) {
    self.set = set
    self.rules = rules
    columnOf = Array(repeating: -1, count: set.rules.count)
  }

  /// A kind of key as a number: that of its row in ``Moment``.
  static func kind(_ key: SequenceRule.Key) -> UInt8 {
    switch key {
    case .trace: 0
    case .vcpu: 1
    case .thread: 2
    }
  }

  mutating func addColumns() {
    var begins: [[Int]] = Array(repeating: [], count: set.rules.count)
    for (number, selector) in rules.selectors.enumerated() {
      let tests = Stretch.append(selector.tests, to: &tests)
      let bindings = Stretch.append(
        selector.bindings.map { SequenceTable.Binding(load: $0.load, variable: $0.variable) },
        to: &bindings)
      valueSelectors.append(.init(tests: tests, bindings: bindings))
      for target in selector.targets where target.rule >= 0 && target.role == Role.step(0) {
        begins[Int(target.rule)].append(number)
      }
    }
    var members: [Beginning: [Int]] = [:]
    var order: [Beginning] = []
    for (number, rule) in set.rules.enumerated() where !rules.isIdle[number] {
      guard case .sequence(let sequence) = rule.statement, !set.scopes[rule.scope].needsIntervals
      else { continue }
      let isValued = !sequence.bindings.isEmpty
      let steps = isValued ? sequence.steps.count : min(2, sequence.steps.count)
      let beginning = Beginning(
        key: Self.kind(sequence.key), isValued: isValued, steps: steps, selectors: begins[number])
      if members[beginning] == nil { order.append(beginning) }
      members[beginning, default: []].append(number)
    }
    // A word is of one kind of key, and of rules that keep values or of others.
    for key in 0..<UInt8(3) {
      for isValued in [false, true] {
        while columns.count % 64 != 0 { columns.append(SequenceTable.Column()) }
        for beginning in order where beginning.key == key && beginning.isValued == isValued {
          add(beginning, members[beginning] ?? [])
        }
      }
    }
    while columns.count % 64 != 0 { columns.append(SequenceTable.Column()) }
  }

  private mutating func add(_ beginning: Beginning, _ members: [Int]) {
    var masks: [SequenceTable.Mask] = []
    for number in members {
      guard case .sequence(let sequence) = set.rules[number].statement else { continue }
      let at = columns.count
      columnOf[number] = Int32(at)
      var column = SequenceTable.Column()
      column.rule = Int32(number)
      column.key = beginning.key
      column.isValued = beginning.isValued
      column.stepCount = Int32(sequence.steps.count)
      for (step, item) in sequence.steps.enumerated() { column.withins[step] = item.within ?? .max }
      column.withins[sequence.steps.count] = sequence.within ?? .max
      column.isTimed = sequence.within != nil || sequence.steps.contains { $0.within != nil }
      column.isRequired = !sequence.require.isEmpty
      column.failsAtEnd = sequence.failsAtEnd
      columns.append(column)
      if masks.last?.word != Int32(at / 64) {
        masks.append(SequenceTable.Mask(word: Int32(at / 64), bits: 0, within: .max))
      }
      masks[masks.count - 1].bits |= 1 << UInt64(at % 64)
      masks[masks.count - 1].within = min(masks[masks.count - 1].within, column.withins[1])
    }
    let selectors =
      beginning.isValued
      ? beginning.selectors.filter { !rules.selectors[$0].loads.isEmpty }.map { Int32($0) } : []
    groups.append(
      SequenceTable.Group(
        key: beginning.key, isWay: beginning.steps > 1, isValued: beginning.isValued,
        masks: Stretch.append(masks, to: &groupMasks),
        selectors: Stretch.append(selectors, to: &groupSelectors)))
  }
}

extension SequenceTable {
  /// What a selector is to the rules that have a column, and the groups that begin with it.
  func uses(_ number: Int, _ selector: CompiledRules.Selector) -> (
    touches: [Touch], begins: [Begin]
  ) {
    var touches: [Touch] = []
    var begins: [Begin] = []
    for target in selector.targets where target.rule >= 0 && columnOf[Int(target.rule)] >= 0 {
      let place = Int(columnOf[Int(target.rule)])
      let column = columns[place]
      let (word, bit) = (Int32(place / 64), UInt64(1) << UInt64(place % 64))
      if target.role == Role.step(0) {
        let begin =
          column.isValued
          ? Begin(group: group(word, bit))
          : Begin(
            bits: bit, within: column.withins[1], word: word, isWay: column.stepCount > 1)
        if let same = begins.firstIndex(where: { $0.isSame(begin) }) {
          begins[same].add(begin)
        } else {
          begins.append(begin)
        }
      }
      guard let plane = plane(target.role, column) else { continue }
      if let same = touches.firstIndex(where: { $0.word == word && $0.role == target.role }),
        touches[same].plane == plane
      {
        touches[same].mask |= bit
      } else {
        touches.append(
          Touch(
            mask: bit, word: word, selector: selector.loads.isEmpty ? -1 : Int32(number),
            plane: plane, role: target.role, key: column.key, isValued: column.isValued,
            place: Int32(plane == Self.noPlane ? 0 : Int(plane) * words) + word))
      }
    }
    return (touches.sorted { $0.comes(before: $1) }, begins)
  }

  private func group(_ word: Int32, _ bit: UInt64) -> Int32 {
    let place = groups.firstIndex { group in
      group.masks.range.contains { groupMasks[$0].word == word && groupMasks[$0].bits & bit != 0 }
    }
    return Int32(place ?? -1)
  }

  /// The plane with the rules that a part of a rule matters to; nil: it matters to none.
  private func plane(_ role: UInt8, _ column: Column) -> UInt8? {
    if role == Role.step(0) || role == Role.unless(0) {
      // Whatever comes shows that the time of what goes on is over.
      if !column.isTimed { return nil }
      return column.isValued ? 0 : SequenceTable.noPlane
    }
    if column.isValued { return 0 }
    if role >= Role.require { return UInt8(Self.required) }
    return role < 8 ? role : role - 8
  }
}
