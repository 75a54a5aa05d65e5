import EventFormat

/// The selectors of all rules as the walk looks at them: numbers alone, so that nothing is counted on the way.
struct SelectorTable {
  /// What is looked at for every match.
  struct Head: BitwiseCopyable {
    var scope: Int32
    var minimumLength: Int32
    /// The condition's first question; `run`: its steps must be run.
    var question: Int32
    /// Where the answer of a condition that others have too is kept; -1: it is its own.
    var memo: Int32 = -1
    /// Rules that count it.
    var occurrences = Stretch()
    var touches = Stretch()
    /// From there on `touches` are of rules that keep values.
    var valuedTouches: Int32 = 0
    var begins = Stretch()
    /// Fields whose values are kept with a match, also of those that it stands for.
    var loads = Stretch()
    /// It matters to nothing but to sequences that have begun.
    var onlyTouches: Bool
    /// There is more in its ``Tail`` to be noted.
    var isNoted = false

    var plainTouches: Stretch { Stretch(start: touches.start, end: valuedTouches) }
    /// It is something to sequences that have begun or may begin.
    var isOfSequences: Bool { !touches.isEmpty || !begins.isEmpty }
  }

  /// What is looked at now and then.
  struct Tail: BitwiseCopyable {
    /// The condition, where it takes more than questions.
    var steps = Stretch()
    /// The roles for rules that know the level of an event late.
    var delayed = Stretch()
    /// Scopes that it begins or ends.
    var marks = Stretch()
    /// Selectors that it stands for.
    var members = Stretch()
    /// It is counted for one rule, wherever it happens, and matters to nothing else.
    var onlyCounts = false
  }

  static let run: Int32 = -3

  /// A value to be kept.
  struct Load: BitwiseCopyable {
    var field: QuickField
    /// Where: four places for each selector.
    var place: Int32
  }

  struct Occurrence: BitwiseCopyable {
    var rule: Int32
    /// No other pattern of the rule can hold for the same event.
    var isAlone: Bool
  }

  private(set) var heads: [Head] = []
  private(set) var tails: [Tail] = []
  private(set) var occurrences: [Occurrence] = []
  private(set) var targets: [CompiledRules.Target] = []
  private(set) var touches: [SequenceTable.Touch] = []
  private(set) var begins: [SequenceTable.Begin] = []
  private(set) var loads: [Load] = []
  /// Numbers of selectors.
  private(set) var members: [Int32] = []
  private var joints: [[Int32]: Int32] = [:]
  private(set) var memoCount = 0
  private(set) var decisions: DecisionTable

  init(_ set: RuleSet, _ rules: CompiledRules, _ sequences: SequenceTable) {
    struct Place: Hashable {
      let rule: Int32
      let event: Int
    }
    decisions = DecisionTable(isBigEndian: rules.programs.isBigEndian)
    var questions: [Range<Int>: Int32] = [:]
    var patterns: [Place: Int] = [:]
    var programs: [Range<Int>: Int] = [:]
    for selector in rules.selectors {
      for target in selector.targets {
        patterns[Place(rule: target.rule, event: selector.event), default: 0] += 1
      }
      programs[selector.program, default: 0] += 1
    }
    var memos: [Range<Int>: Int32] = [:]
    for (number, selector) in rules.selectors.enumerated() {
      let isDelayed = !selector.isMarker && set.scopes[selector.scope].needsIntervals
      let (touches, begins) = isDelayed ? ([], []) : sequences.uses(number, selector)
      let counted = selector.targets.filter { target in
        guard target.rule >= 0, !isDelayed else { return false }
        if case .occurrence = set.rules[Int(target.rule)].statement { return true }
        return false
      }
      let question =
        questions[selector.program] ?? decisions.add(selector.program, of: rules.programs)
        ?? Self.run
      questions[selector.program] = question
      var head = Head(
        scope: Int32(selector.scope), minimumLength: Int32(selector.minimumLength),
        question: question,
        occurrences: Stretch.append(
          counted.map { target in
            let same = patterns[Place(rule: target.rule, event: selector.event)] ?? 0
            return Occurrence(rule: target.rule, isAlone: same == 1)
          }, to: &occurrences),
        touches: Stretch.append(touches, to: &self.touches),
        begins: Stretch.append(begins, to: &self.begins),
        onlyTouches: !isDelayed && !selector.isMarker && begins.isEmpty && counted.isEmpty,
        isNoted: isDelayed || selector.isMarker)
      var tail = Tail(
        steps: Stretch(
          start: Int32(selector.program.lowerBound), end: Int32(selector.program.upperBound)),
        delayed: Stretch.append(isDelayed ? selector.targets : [], to: &targets),
        marks: Stretch.append(selector.targets.filter { $0.rule < 0 }, to: &targets))
      head.valuedTouches = Self.firstValued(head.touches, self.touches)
      if question != DecisionTable.holds, programs[selector.program] ?? 0 > 1 {
        if memos[selector.program] == nil {
          memos[selector.program] = Int32(memoCount)
          memoCount += 1
        }
        head.memo = memos[selector.program] ?? -1
      }
      tail.onlyCounts =
        head.scope == 0 && head.memo < 0 && !selector.isMarker && touches.isEmpty
        && begins.isEmpty && selector.loads.isEmpty && counted.count == 1
        && occurrences[head.occurrences.range.lowerBound].isAlone
      head.loads = Stretch.append(
        selector.loads.enumerated().map { at, field in
          Load(
            field: QuickField(field, isBigEndian: rules.programs.isBigEndian),
            place: Int32(number * 4 + at))
        }, to: &loads)
      heads.append(head)
      tails.append(tail)
    }
  }

  /// See ``DecisionTable/narrow(_:to:of:_:)``.
  mutating func narrow(
    _ question: Int32, to range: ClosedRange<UInt64>, of field: FieldLayout, _ isa: FieldLayout
  ) -> Int32 { decisions.narrow(question, to: range, of: field, isa) }

  private static func firstValued(_ stretch: Stretch, _ touches: [SequenceTable.Touch]) -> Int32 {
    Int32(stretch.range.first { touches[$0].isValued } ?? stretch.range.upperBound)
  }

  /// One selector for several of one scope that hold for the same records: what a match of all of them means, at once.
  mutating func join(_ selectors: [Int32]) -> Int32 {
    if let known = joints[selectors] { return known }
    let own = selectors.map { heads[Int($0)] }
    var touches: [SequenceTable.Touch] = []
    var begins: [SequenceTable.Begin] = []
    for head in own {
      for touch in self.touches[head.touches.range] {
        if let same = touches.firstIndex(where: { $0.isSame(touch) }) {
          touches[same].mask |= touch.mask
        } else {
          touches.append(touch)
        }
      }
      for begin in self.begins[head.begins.range] {
        if let same = begins.firstIndex(where: { $0.isSame(begin) }) {
          begins[same].add(begin)
        } else {
          begins.append(begin)
        }
      }
    }
    touches.sort { $0.comes(before: $1) }
    var head = Head(
      scope: own[0].scope, minimumLength: own.map(\.minimumLength).max() ?? 0,
      question: DecisionTable.holds,
      occurrences: Stretch.append(
        own.flatMap { Array(occurrences[$0.occurrences.range]) }, to: &occurrences),
      touches: Stretch.append(touches, to: &self.touches),
      begins: Stretch.append(begins, to: &self.begins),
      loads: Stretch.append(own.flatMap { Array(loads[$0.loads.range]) }, to: &loads),
      onlyTouches: own.allSatisfy(\.onlyTouches))
    head.valuedTouches = Self.firstValued(head.touches, self.touches)
    heads.append(head)
    tails.append(Tail(members: Stretch.append(selectors, to: &members)))
    joints[selectors] = Int32(heads.count - 1)
    return Int32(heads.count - 1)
  }
}
