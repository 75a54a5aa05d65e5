/// Rules that keep values.
extension SequenceTable {
  /// More sequences of one rule at once on one row are not followed.
  private static let most = SequenceMachine.mostInstances

  @inline(__always)
  mutating func touchValued(_ touch: Touch, _ rules: UInt64) {
    valuedKeys |= 1 &<< touch.key
    valuedRoles |= 1 &<< UInt32(touch.role)
    let new = ValuedTouch(
      bits: rules, word: touch.word, selector: touch.selector, role: touch.role)
    // In the order of the selectors, for the first one's values are kept.
    var at = valuedTouches.count
    while at > 0, valuedTouches[at &- 1].selector > touch.selector { at &-= 1 }
    if at == valuedTouches.count {
      valuedTouches.append(new)
    } else {
      valuedTouches.insert(new, at: at)
    }
  }

  /// Gives the event to what goes on.
  mutating func advanceValued(_ moment: Moment) {
    for kind in 0..<3 where valuedKeys &>> UInt8(kind) & 1 == 1 {
      advanceValued(rows[kind], moment)
    }
    while !valuedTouches.isEmpty { valuedTouches.removeLast() }
    valuedKeys = 0
    valuedRoles = 0
  }

  private mutating func advanceValued(_ row: Int32, _ moment: Moment) {
    // Taken out, so that nothing is copied and nothing is looked up again while it changes.
    var before: [Valued] = []
    swap(&before, &going[Int(row)])
    // What only waits for what is required does no further step: what is left of it stays where it is.
    var (count, kept) = (0, 0)
    while count < before.count, isRequiring(before[count]) {
      var one = before[count]
      count &+= 1
      if moment.time > one.due { dropLate(&one, moment) }
      require(&one, moment)
      if one.bits == 0 { continue }
      before[kept] = one
      kept &+= 1
    }
    if count == before.count {
      while before.count > kept { before.removeLast() }
      swap(&before, &going[Int(row)])
      return noteGoing(row)
    }
    var after: [Valued] = []
    swap(&after, &spare)
    after.append(contentsOf: before[..<kept])
    for at in count..<before.count { advance(before[at], &after, moment) }
    before.removeAll(keepingCapacity: true)
    swap(&before, &spare)
    swap(&after, &going[Int(row)])
    noteGoing(row)
  }

  /// Whether a sequence has done all its steps: all its rules have as many.
  @inline(__always)
  private func isRequiring(_ one: Valued) -> Bool {
    one.done == columns[Int(one.word) &* 64 &+ one.bits.trailingZeroBitCount].stepCount
  }

  /// Takes an event into account for a sequence that waits for what is required.
  @inline(__always)
  private mutating func require(_ one: inout Valued, _ moment: Moment) {
    one.bits &= ~held(Role.require, one, moment)
    let forbidden = held(Role.never, one, moment)
    if forbidden != 0 { add(forbidden, one, .forbidden, moment) }
    one.bits &= ~forbidden
    let overtaken = held(Role.before, one, moment)
    if overtaken != 0 { add(overtaken, one, .overtaken, moment) }
    one.bits &= ~overtaken
    one.bits &= ~held(Role.until, one, moment)
  }

  /// Notes of which rules anything goes on.
  private mutating func noteGoing(_ row: Int32) {
    for word in 0..<words where columns[word &* 64].isValued { bits[at(row, 0, word)] = 0 }
    for index in going[Int(row)].indices {
      let place = at(row, 0, Int(going[Int(row)][index].word))
      bits[place] |= going[Int(row)][index].bits
    }
  }

  /// Takes an event into account; what is left of the sequence, and what became of it, is appended to a list.
  private mutating func advance(_ one: Valued, _ list: inout [Valued], _ moment: Moment) {
    var one = one
    if moment.time > one.due { dropLate(&one, moment) }
    if one.bits == 0 { return }
    if isRequiring(one) {
      require(&one, moment)
      if one.bits != 0 { list.append(one) }
      return
    }
    let done = Int(one.done)
    one.bits &= ~held(Role.unless(done), one, moment)
    let steps = held(Role.step(done), one, moment)
    one.bits &= ~steps
    if one.bits != 0 { list.append(one) }
    if steps == 0 { return }
    one.bits = steps
    step(one, &list, moment)
  }

  /// The rules of a sequence for which a role's condition holds.
  @inline(__always)
  private func held(_ role: UInt8, _ one: Valued, _ moment: Moment) -> UInt64 {
    if valuedRoles &>> UInt32(role) & 1 == 0 || one.bits == 0 { return 0 }
    var held: UInt64 = 0
    for index in 0..<valuedTouches.count {
      let touch = valuedTouches[index]
      // Of several patterns any will do.
      let rules = touch.bits & one.bits & ~held
      if touch.role != role || touch.word != one.word || rules == 0 { continue }
      if touch.selector < 0 || passes(Int(touch.selector), one) { held |= rules }
    }
    return held
  }

  /// Whether the values that a selector has read compare with those that are kept as it wants.
  @inline(__always)
  private func passes(_ selector: Int, _ one: Valued) -> Bool {
    for at in valueSelectors[selector].tests.range {
      let test = tests[at]
      let holds = test.comparison.holds(
        values[selector &* 4 &+ Int(test.load)], isSigned: test.isSigned,
        one.values[Int(test.variable)], isSigned: test.isSigned)
      if !holds { return false }
    }
    return true
  }

  /// A sequence does a step; where its rules keep different values from now on, they part.
  private mutating func step(_ one: Valued, _ list: inout [Valued], _ moment: Moment) {
    var left = one.bits
    for index in 0..<valuedTouches.count where left != 0 {
      let touch = valuedTouches[index]
      let rules = touch.bits & left
      if touch.role != Role.step(Int(one.done)) || touch.word != one.word || touch.selector < 0
        || rules == 0
      {
        continue
      }
      left &= ~rules
      var part = one
      part.bits = rules
      keep(Int(touch.selector), &part)
      stepped(part, &list, moment)
    }
    if left == 0 { return }
    var part = one
    part.bits = left
    stepped(part, &list, moment)
  }

  @inline(__always)
  private func keep(_ selector: Int, _ one: inout Valued) {
    for at in valueSelectors[selector].bindings.range {
      one.values[Int(bindings[at].variable)] =
        values[selector &* 4 &+ Int(bindings[at].load)]
    }
  }

  private mutating func stepped(_ one: Valued, _ list: inout [Valued], _ moment: Moment) {
    var one = one
    one.done &+= 1
    one.begun.last = moment.time
    one.due = Self.end(within(one.bits, Int(one.word), Int(one.done)), from: moment.time)
    let column = Int(one.word) &* 64 &+ one.bits.trailingZeroBitCount
    let isWay = one.done < columns[column].stepCount
    // Two ways that meet here are one from now on: the newer, or the obligation that is older.
    let left = meet(one, &list, isWay: isWay)
    if left == 0 { return }
    one.bits = left
    list.append(one)
  }

  /// Finds the rules of a sequence that are in a list at the same point with the same values, and gives the others.
  ///
  /// The newer sequence takes the place of the older, or there is no newer one.
  @inline(__always)
  private func meet(_ one: Valued, _ list: inout [Valued], isWay: Bool) -> UInt64 {
    var left = one.bits
    var at = 0
    while at < list.count && left != 0 {
      let both = list[at].bits & left
      if both != 0, list[at].word == one.word, Self.isTwin(list[at], one) {
        left &= ~both
        if isWay {
          var new = one
          new.bits = both
          if list[at].bits == both {
            list[at] = new
          } else {
            list[at].bits &= ~both
            list.insert(new, at: at)
            at &+= 1
          }
        }
      }
      at &+= 1
    }
    return left
  }

  private static func isTwin(_ a: Valued, _ b: Valued) -> Bool {
    a.done == b.done && a.values[0] == b.values[0] && a.values[1] == b.values[1]
      && a.values[2] == b.values[2] && a.values[3] == b.values[3]
  }

  /// All rules of a group begin.
  mutating func beginValued(_ group: Group, _ row: Int32, _ moment: Moment) {
    var new = Valued(
      bits: 0, word: 0, done: 1, begun: Self.begun(moment), due: .max,
      values: InlineArray(repeating: 0))
    for index in group.selectors.range {
      let selector = Int(groupSelectors[index])
      guard heldAt[selector] == moment.serial else { continue }
      keep(selector, &new)
      break
    }
    for index in group.masks.range {
      let mask = groupMasks[index]
      new.bits = mask.bits
      new.word = mask.word
      new.due = Self.end(mask.within, from: moment.time)
      if !going[Int(row)].isEmpty {
        new.bits = meet(new, &going[Int(row)], isWay: group.isWay)
        if new.bits == 0 { continue }
      }
      if going[Int(row)].count >= Self.most { new.bits = withRoom(new.bits, Int(mask.word), row) }
      if new.bits == 0 { continue }
      going[Int(row)].append(new)
      bits[at(row, 0, Int(mask.word))] |= new.bits
    }
  }

  /// Those of some rules of which not too many sequences go on.
  @inline(never)
  private mutating func withRoom(_ rules: UInt64, _ word: Int, _ row: Int32) -> UInt64 {
    var left = rules
    var kept: UInt64 = 0
    while left != 0 {
      let bit = left & (0 &- left)
      left &= left &- 1
      var count = 0
      for one in going[Int(row)] where one.word == word && one.bits & bit != 0 { count += 1 }
      if count < Self.most {
        kept |= bit
      } else {
        violations[word * 64 + bit.trailingZeroBitCount].droppedForRoom = true
      }
    }
    return kept
  }

  /// Drops the rules whose time is over, of those that the event is something to.
  @inline(never)
  private mutating func dropLate(_ one: inout Valued, _ moment: Moment) {
    var left: UInt64 = 0
    for touch in valuedTouches where touch.word == one.word { left |= touch.bits }
    left &= one.bits & timed[Int(one.word)]
    let done = Int(one.done)
    while left != 0 {
      let bit = left & (0 &- left)
      left &= left &- 1
      let column = Int(one.word) * 64 + bit.trailingZeroBitCount
      guard isLate(column, done, one.begun, moment.time) else { continue }
      one.bits &= ~bit
      if done == columns[column].stepCount { add(column, one.begun, .late, moment) }
    }
    one.due = Self.end(within(one.bits, Int(one.word), done), from: one.begun.last)
  }

  @inline(never)
  private mutating func add(
    _ rules: UInt64, _ one: Valued, _ kind: Violation.Kind, _ moment: Moment
  ) {
    var left = rules
    while left != 0 {
      add(Int(one.word) &* 64 &+ left.trailingZeroBitCount, one.begun, kind, moment)
      left &= left &- 1
    }
  }
}
