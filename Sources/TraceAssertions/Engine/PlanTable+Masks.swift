extension PlanTable {
  /// Makes one of those that ask nothing but for masks of one field: it is read once for all of them.
  mutating func joinMasks(_ asks: [Ask], _ decisions: DecisionTable) -> [Ask] {
    func question(_ ask: Ask) -> DecisionTable.Question? {
      guard ask.rule >= 0, ask.question >= 0 else { return nil }
      let question = decisions.questions[Int(ask.question)]
      let isAlone = question.yes == DecisionTable.holds && question.no == DecisionTable.fails
      return question.kind == .mask && isAlone ? question : nil
    }
    var runs: [(first: Ask, tests: [MaskTest])] = []
    var left: [Ask] = []
    for ask in asks {
      guard let own = question(ask) else {
        left.append(ask)
        continue
      }
      let test = MaskTest(mask: own.low, rule: ask.rule)
      let same = runs.firstIndex {
        $0.first.minimumLength == ask.minimumLength
          && question($0.first).map { $0.field.layout == own.field.layout } == true
      }
      if let same {
        runs[same].tests.append(test)
      } else {
        runs.append((ask, [test]))
      }
    }
    for (first, tests) in runs {
      var ask = first
      if tests.count > 1 {
        ask.rule = Self.masks
        ask.selector = addMasks(tests)
      }
      left.append(ask)
    }
    return left
  }
}
