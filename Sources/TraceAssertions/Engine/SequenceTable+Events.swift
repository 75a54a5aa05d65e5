extension SequenceTable {
  // MARK: - What an event is to the rules

  /// Whether any rule waits for what a pattern is to it.
  @inline(__always)
  func isWaitedFor(_ stretch: Stretch, _ touches: [Touch]) -> Bool {
    for index in stretch.range {
      let touch = touches[index]
      if touch.plane == Self.always { return true }
      let row = rows[Int(touch.key)]
      let plane = min(Int(touch.plane), Self.required)
      if row >= 0, bits[at(row, plane, Int(touch.word))] & touch.mask != 0 { return true }
    }
    return false
  }

  /// Notes that a pattern held, with the rules that it changes something for.
  @inline(__always)
  mutating func touch(_ stretch: Stretch, _ touches: [Touch]) {
    for index in stretch.range {
      let touch = touches[index]
      var rules = touch.mask
      if touch.plane != Self.always {
        let row = rows[Int(touch.key)]
        if row < 0 { continue }
        rules &= bits[at(row, min(Int(touch.plane), Self.required), Int(touch.word))]
        if touch.plane == Self.discharges {
          if rules != 0 { discharge(rules, Int(touch.key) &* words &+ Int(touch.word)) }
          continue
        }
      }
      while rules != 0 {
        let column = Int(touch.word) &* 64 &+ rules.trailingZeroBitCount
        rules &= rules &- 1
        if roles[column] == 0 {
          touched[touchedCount] = Int32(column)
          touchedCount &+= 1
        }
        roles[column] |= 1 &<< UInt32(touch.role)
      }
    }
  }

  @inline(__always)
  private mutating func discharge(_ rules: UInt64, _ place: Int) {
    if discharged[place] == 0 {
      discharging[dischargeCount] = Int32(place)
      dischargeCount &+= 1
    }
    discharged[place] |= rules
  }

  /// Notes that a group begins.
  @inline(__always)
  mutating func begin(_ group: Int32, _ serial: UInt64) {
    if groups[Int(group)].serial == serial { return }
    groups[Int(group)].serial = serial
    beginning[beginningCount] = group
    beginningCount &+= 1
  }

  /// Whether the event is anything to any rule.
  var isTouched: Bool { touchedCount | beginningCount | dischargeCount != 0 }

  /// Gives the event to the rules that it is something to.
  mutating func answer(_ moment: Moment) {
    // What is required counts before anything else, and not for what comes to wait for it with this event.
    for index in 0..<dischargeCount {
      let place = Int(discharging[index])
      let row = rows[place / words]
      bits[at(row, Self.required, place % words)] &= ~discharged[place]
      discharged[place] = 0
    }
    dischargeCount = 0
    for index in 0..<touchedCount {
      let column = Int(touched[index])
      let own = roles[column]
      roles[column] = 0
      let kind = columns[column].key
      if columns[column].valued < 0 {
        advance(column, own, moment)
      } else if rows[Int(kind)] >= 0
        || own & 1 == 1 && makeRow(kind, moment)
      {
        takeValued(column, own, moment)
      }
    }
    touchedCount = 0
    for index in 0..<beginningCount { beginAll(Int(beginning[index]), moment) }
    beginningCount = 0
  }

  @inline(__always)
  static func elapsed(_ time: UInt64, since last: UInt64) -> UInt64 {
    // None where the clock ran backwards.
    time > last ? time &- last : 0
  }

  static func begun(_ moment: Moment) -> Begun {
    Begun(
      begin: moment.time, last: moment.time, cpu: Int32(truncatingIfNeeded: moment.cpu),
      thread: moment.thread)
  }

  /// The key of a rule's sequences, as violations are told apart by.
  @inline(__always)
  private func key(_ column: Int, _ moment: Moment) -> Int32 {
    switch columns[column].key {
    case 0: 0
    case 1: Int32(truncatingIfNeeded: moment.vcpu)
    default: moment.thread
    }
  }

  private mutating func add(
    _ column: Int, _ begun: Begun, _ end: UInt64, _ kind: Violation.Kind, _ moment: Moment
  ) {
    add(
      column, begun, end, kind, key(column, moment), moment.vcpu < 0 ? nil : moment.vcpu)
  }

  // MARK: - Rules without values

  private mutating func advance(_ column: Int, _ own: UInt32, _ moment: Moment) {
    let row = rows[Int(columns[column].key)]
    let word = column / 64
    let bit: UInt64 = 1 &<< UInt64(column % 64)
    let first = place(row, column)
    let steps = Int(columns[column].stepCount)
    let required = at(row, Self.required, word)
    // What has come furthest first: it makes room for what comes behind it.
    if bits[required] & bit != 0 {
      let begun = places[first &+ lastPlace(column)]
      let within = columns[column].within
      var goesOn = false
      if Self.elapsed(moment.time, since: begun.last) > within {
        add(column, begun, begun.last &+ within, .late, moment)
      } else if own & 1 &<< UInt32(Role.require) != 0 {
      } else if own & 1 &<< UInt32(Role.never) != 0 {
        add(column, begun, moment.time, .forbidden, moment)
      } else if own & 1 &<< UInt32(Role.before) != 0 {
        add(column, begun, moment.time, .overtaken, moment)
      } else {
        goesOn = own & 1 &<< UInt32(Role.until) == 0
      }
      if !goesOn { bits[required] &= ~bit }
    }
    if steps == 1 {
      // Nothing but what is required can go on.
      if columns[column].isTimed, bits[required] & bit == 0 { bits[at(row, 0, word)] &= ~bit }
      return
    }
    var done = steps &- 1
    while done >= 1 {
      if bits[at(row, done, word)] & bit != 0 { step(column, own, moment, row, done, bit) }
      done &-= 1
    }
    guard columns[column].isTimed else { return }
    var left = bits[required]
    for done in 1..<max(2, steps) { left |= bits[at(row, done, word)] }
    if left & bit == 0 { bits[at(row, 0, word)] &= ~bit }
  }

  /// A sequence that waits for its next step.
  @inline(__always)
  private mutating func step(
    _ column: Int, _ own: UInt32, _ moment: Moment, _ row: Int32, _ done: Int, _ bit: UInt64
  ) {
    let word = column / 64
    let first = place(row, column)
    let steps = Int(columns[column].stepCount)
    var begun =
      done == 1
      ? beginnings[Int(row) &* groups.count &+ Int(columns[column].group)]
      : places[first &+ done &- 2]
    let within = columns[column].stepWithins[done]
    if Self.elapsed(moment.time, since: begun.last) > within {
      bits[at(row, done, word)] &= ~bit
      return
    }
    if own & 1 &<< UInt32(Role.unless(done)) != 0 {
      bits[at(row, done, word)] &= ~bit
      return
    }
    guard own & 1 &<< UInt32(Role.step(done)) != 0 else { return }
    bits[at(row, done, word)] &= ~bit
    begun.last = moment.time
    let isLast = done &+ 1 == steps
    let next = at(row, isLast ? Self.required : done &+ 1, word)
    // Two ways that meet here are one from now on: the newer, or the obligation that is older.
    if isLast && bits[next] & bit != 0 { return }
    places[first &+ done &- 1] = begun
    bits[next] |= bit
  }

  /// All rules of a group begin.
  private mutating func beginAll(_ number: Int, _ moment: Moment) {
    let group = groups[number]
    guard rows[Int(group.key)] >= 0 || makeRow(group.key, moment) else { return }
    let row = rows[Int(group.key)]
    isLive = true
    let begun = Self.begun(moment)
    if group.isWay {
      // A way that is still at its beginning begins anew.
      beginnings[Int(row) &* groups.count &+ number] = begun
      for index in group.masks.range {
        let mask = groupMasks[index]
        if group.isTimed { bits[at(row, 0, Int(mask.word))] |= mask.bits }
        bits[at(row, 1, Int(mask.word))] |= mask.bits
      }
      return
    }
    for index in group.masks.range {
      let mask = groupMasks[index]
      let required = at(row, Self.required, Int(mask.word))
      // An obligation stays as old as it is.
      var new = mask.bits & ~bits[required]
      bits[required] |= new
      if group.isTimed { bits[at(row, 0, Int(mask.word))] |= new }
      while new != 0 {
        let column = Int(mask.word) &* 64 &+ new.trailingZeroBitCount
        new &= new &- 1
        places[place(row, column)] = begun
      }
    }
  }

  // MARK: - Rules that keep values

  private mutating func takeValued(_ column: Int, _ own: UInt32, _ moment: Moment) {
    let row = rows[Int(columns[column].key)]
    let number = Int(row) &* valuedCount &+ Int(columns[column].valued)
    var count = valuedCounts[number]
    if count <= 1 {
      // The usual case takes no list.
      if count == 1 {
        var one = single[number]
        count = advance(&one, column, own, moment) ? 1 : 0
        single[number] = one
      }
      if own & 1 == 1 {
        let new = beginning(column, moment)
        if count == 0 {
          single[number] = new
          count = 1
        } else if Self.isTwin(single[number], new) {
          if columns[column].stepCount > 1 { single[number] = new }
        } else {
          several[number].removeAll(keepingCapacity: true)
          several[number].append(single[number])
          several[number].append(new)
          count = 2
        }
      }
    } else {
      count = takeSeveral(column, own, moment, number)
    }
    valuedCounts[number] = count
    let word = at(row, 0, column / 64)
    let bit: UInt64 = 1 &<< UInt64(column % 64)
    if count == 0 {
      bits[word] &= ~bit
    } else {
      bits[word] |= bit
      isLive = true
    }
  }

  /// The same where more than one goes on; gives how many are left.
  private mutating func takeSeveral(
    _ column: Int, _ own: UInt32, _ moment: Moment, _ number: Int
  ) -> Int32 {
    // Taken out, so that nothing is copied and nothing is looked up again while it changes.
    var list: [Valued] = []
    swap(&list, &several[number])
    var kept = 0
    for at in 0..<list.count {
      let done = list[at].done
      guard advance(&list[at], column, own, moment) else { continue }
      if list[at].done > done, let same = twin(of: list[at], in: list, kept) {
        // Two ways that meet here are one from now on: the newer, or the obligation that is older.
        if list[at].done < columns[column].stepCount { list[same] = list[at] }
        continue
      }
      if kept != at { list[kept] = list[at] }
      kept += 1
    }
    if kept < list.count { list.removeLast(list.count - kept) }
    if own & 1 == 1 { begin(column, moment, &list) }
    if list.count == 1 { single[number] = list[0] }
    let count = list.count
    swap(&list, &several[number])
    return Int32(count)
  }

  private mutating func begin(_ column: Int, _ moment: Moment, _ list: inout [Valued]) {
    let new = beginning(column, moment)
    if let same = twin(of: new, in: list, list.count) {
      if columns[column].stepCount > 1 { list[same] = new }
      return
    }
    guard list.count < SequenceMachine.mostInstances else {
      violations[column].droppedForRoom = true
      return
    }
    list.append(new)
  }

  private func beginning(_ column: Int, _ moment: Moment) -> Valued {
    var new = Valued(done: 1, begun: Self.begun(moment), values: InlineArray(repeating: 0))
    keep(Role.step(0), column, moment, &new)
    return new
  }

  /// One of the first at the same point, with the same values.
  private func twin(of one: Valued, in list: [Valued], _ count: Int) -> Int? {
    list[..<count].firstIndex { Self.isTwin($0, one) }
  }

  private static func isTwin(_ a: Valued, _ b: Valued) -> Bool {
    a.done == b.done && a.values[0] == b.values[0] && a.values[1] == b.values[1]
      && a.values[2] == b.values[2] && a.values[3] == b.values[3]
  }

  private func holds(
    _ role: UInt8, _ column: Int, _ own: UInt32, _ moment: Moment, _ one: Valued
  ) -> Bool {
    guard own & 1 &<< UInt32(role) != 0 else { return false }
    var sawValues = false
    for index in columns[column].valueUses.range where valueUses[index].role == role {
      let selector = Int(valueUses[index].selector)
      guard valueSelectors[selector].serial == moment.serial else { continue }
      sawValues = true
      var holds = true
      for at in valueSelectors[selector].tests.range where holds {
        let test = tests[at]
        holds = test.comparison.holds(
          valueSelectors[selector].values[Int(test.load)], isSigned: test.isSigned,
          one.values[Int(test.variable)], isSigned: test.isSigned)
      }
      if holds { return true }
    }
    return !sawValues
  }

  private func keep(_ role: UInt8, _ column: Int, _ moment: Moment, _ one: inout Valued) {
    for index in columns[column].valueUses.range where valueUses[index].role == role {
      let selector = Int(valueUses[index].selector)
      guard valueSelectors[selector].serial == moment.serial else { continue }
      for at in valueSelectors[selector].bindings.range {
        one.values[Int(bindings[at].variable)] =
          valueSelectors[selector].values[Int(bindings[at].load)]
      }
      return
    }
  }

  /// Takes an event into account; gives whether the sequence goes on.
  private mutating func advance(
    _ one: inout Valued, _ column: Int, _ own: UInt32, _ moment: Moment
  ) -> Bool {
    let elapsed = Self.elapsed(moment.time, since: one.begun.last)
    if one.done < columns[column].stepCount {
      let next = Int(one.done)
      if elapsed > columns[column].stepWithins[next] { return false }
      if holds(Role.unless(next), column, own, moment, one) { return false }
      if holds(Role.step(next), column, own, moment, one) {
        one.done += 1
        one.begun.last = moment.time
        keep(Role.step(next), column, moment, &one)
      }
      return true
    }
    let within = columns[column].within
    if elapsed > within {
      add(column, one.begun, one.begun.last &+ within, .late, moment)
      return false
    }
    if holds(Role.require, column, own, moment, one) { return false }
    if holds(Role.never, column, own, moment, one) {
      add(column, one.begun, moment.time, .forbidden, moment)
      return false
    }
    if holds(Role.before, column, own, moment, one) {
      add(column, one.begun, moment.time, .overtaken, moment)
      return false
    }
    return !holds(Role.until, column, own, moment, one)
  }
}
