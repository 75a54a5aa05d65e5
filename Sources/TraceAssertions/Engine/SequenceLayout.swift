/// Sorts the rules of a set into the columns of a ``SequenceTable``.
struct SequenceLayout {
  private let set: RuleSet
  private let rules: CompiledRules
  private(set) var columns: [SequenceTable.Column] = []
  private(set) var columnOf: [Int32]
  private(set) var groups: [SequenceTable.Group] = []
  private(set) var groupMasks: [SequenceTable.Mask] = []
  private(set) var places = 0
  private(set) var valuedCount = 0
  private(set) var valueUses: [SequenceTable.ValueUse] = []
  private(set) var tests: [CompiledRules.VariableTest] = []
  private(set) var bindings: [SequenceTable.Binding] = []
  private(set) var valueSelectors: [SequenceTable.ValueSelector] = []

  /// Rules that begin as one.
  private struct Beginning: Hashable {
    var key: UInt8
    var isWay: Bool
    var isTimed: Bool
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
    var uses: [[(selector: Int, role: UInt8)]] = Array(repeating: [], count: set.rules.count)
    for (number, selector) in rules.selectors.enumerated() {
      let tests = Stretch.append(selector.tests, to: &tests)
      let bindings = Stretch.append(
        selector.bindings.map { SequenceTable.Binding(load: $0.load, variable: $0.variable) },
        to: &bindings)
      valueSelectors.append(.init(tests: tests, bindings: bindings))
      for target in selector.targets where target.rule >= 0 {
        uses[Int(target.rule)].append((number, target.role))
      }
    }
    var members: [Beginning: [Int]] = [:]
    var order: [Beginning] = []
    for (number, rule) in set.rules.enumerated() where !rules.isIdle[number] {
      guard case .sequence(let sequence) = rule.statement, !set.scopes[rule.scope].needsIntervals
      else { continue }
      let column = columns.count
      columnOf[number] = Int32(column)
      let isValued = !sequence.bindings.isEmpty
      let key = Self.kind(sequence.key)
      let values = Stretch.append(
        uses[number].filter { isValued && !rules.selectors[$0.selector].loads.isEmpty }.map {
          SequenceTable.ValueUse(role: $0.role, selector: Int32($0.selector))
        }, to: &valueUses)
      var withins = InlineArray<6, UInt64>(repeating: .max)
      for (at, step) in sequence.steps.enumerated() { withins[at] = step.within ?? .max }
      columns.append(
        SequenceTable.Column(
          rule: Int32(number), key: key, stepCount: Int32(sequence.steps.count),
          within: sequence.within ?? .max, stepWithins: withins,
          isTimed: sequence.within != nil || sequence.steps.contains { $0.within != nil },
          isRequired: !sequence.require.isEmpty, failsAtEnd: sequence.failsAtEnd,
          place: Int32(places), group: -1, valued: isValued ? Int32(valuedCount) : -1,
          valueUses: values))
      if isValued {
        valuedCount += 1
        continue
      }
      places += max(1, sequence.steps.count - 1)
      let beginning = Beginning(
        key: key, isWay: sequence.steps.count > 1, isTimed: columns[column].isTimed,
        selectors: uses[number].filter { $0.role == Role.step(0) }.map(\.selector))
      if members[beginning] == nil { order.append(beginning) }
      members[beginning, default: []].append(column)
    }
    for beginning in order {
      let own = members[beginning] ?? []
      for column in own { columns[column].group = Int32(groups.count) }
      var masks: [Int: UInt64] = [:]
      for column in own { masks[column / 64, default: 0] |= 1 << UInt64(column % 64) }
      let stretch = Stretch.append(
        masks.sorted { $0.key < $1.key }.map {
          SequenceTable.Mask(word: Int32($0.key), bits: $0.value)
        }, to: &groupMasks)
      groups.append(
        .init(
          key: beginning.key, isWay: beginning.isWay, isTimed: beginning.isTimed, masks: stretch))
    }
  }
}

extension SequenceTable {
  /// What a selector is to the rules that have a column, and the groups that begin with it.
  func uses(_ selector: CompiledRules.Selector) -> (touches: [Touch], begins: [Int32]) {
    var touches: [Touch] = []
    var begins: [Int32] = []
    for target in selector.targets where target.rule >= 0 && columnOf[Int(target.rule)] >= 0 {
      let number = Int(columnOf[Int(target.rule)])
      let column = columns[number]
      let isBegin = target.role == Role.step(0)
      if isBegin, column.group >= 0, !begins.contains(column.group) { begins.append(column.group) }
      guard let plane = plane(target.role, column) else { continue }
      let (word, bit) = (Int32(number / 64), UInt64(1) << UInt64(number % 64))
      if let same = touches.firstIndex(where: {
        $0.word == word && $0.plane == plane && $0.role == target.role && $0.key == column.key
      }) {
        touches[same].mask |= bit
      } else {
        touches.append(
          Touch(mask: bit, word: word, plane: plane, role: target.role, key: column.key))
      }
    }
    return (touches, begins)
  }

  /// The plane with the rules that a part of a rule matters to; nil: it matters to none.
  private func plane(_ role: UInt8, _ column: Column) -> UInt8? {
    let isBegin = role == Role.step(0)
    if column.valued >= 0 { return isBegin ? Self.always : 0 }
    // Whatever comes shows that the time of what goes on is over.
    if column.isTimed { return 0 }
    if isBegin || role == Role.unless(0) { return nil }
    if role == Role.require { return SequenceTable.discharges }
    if role > Role.require { return UInt8(Self.required) }
    return role < 8 ? role : role - 8
  }
}
