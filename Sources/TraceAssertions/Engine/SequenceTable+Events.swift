extension SequenceTable {
  // MARK: - What an event is to the rules

  /// Whether any rule waits for what a pattern is to it.
  @inline(__always)
  func isWaitedFor(_ stretch: Stretch, _ touches: [Touch]) -> Bool {
    for index in stretch.range {
      let touch = touches[index]
      let row = rows[Int(touch.key)]
      if row < 0 { continue }
      if isOverdue, overdue[Int(row) &* words &+ Int(touch.word)] & touch.mask != 0 { return true }
      if touch.plane != Self.noPlane,
        bits[at(row, Int(touch.plane), Int(touch.word))] & touch.mask != 0
      {
        return true
      }
    }
    return false
  }

  /// Notes that a pattern held, with the rules that it changes something for.
  ///
  /// None of them keeps values.
  @inline(__always)
  mutating func touch(_ stretch: Stretch, _ touches: [Touch]) {
    if isOverdue { touchOverdue(stretch, touches) }
    if !stretch.isEmpty {
      Self.note(
        stretch, touches, rows, bits, Self.planes &* words,
        &roles, &marks, &touched, &touchedCount)
    }
  }

  /// The same for rules that do.
  @inline(__always)
  mutating func touchValued(_ stretch: Stretch, _ touches: [Touch]) {
    for index in stretch.range {
      let row = rows[Int(touches[index].key)]
      if row < 0 { continue }
      let rules =
        bits[Int(row) &* Self.planes &* words &+ Int(touches[index].place)] & touches[index].mask
      if rules != 0 { touchValued(touches[index], rules) }
    }
  }

  /// The lists by themselves, so that it is found out once for each call that they are nobody else's, and not for each
  /// touch.
  @inline(__always)
  private static func note(
    _ stretch: Stretch, _ touches: [Touch], _ rows: InlineArray<3, Int32>, _ bits: [UInt64],
    _ bitsOfRow: Int, _ roleList: inout [UInt32], _ markList: inout [UInt64],
    _ touched: inout [Int32], _ touchedCount: inout Int
  ) {
    var roles = roleList.mutableSpan
    var marks = markList.mutableSpan
    for index in stretch.range {
      let touch = touches[index]
      let row = rows[Int(touch.key)]
      if row < 0 || touch.plane == Self.noPlane { continue }
      let rules = bits[Int(row) &* bitsOfRow &+ Int(touch.place)] & touch.mask
      if rules == 0 { continue }
      let word = Int(touch.word)
      if roles[word] == 0 {
        touched[touchedCount] = touch.word
        touchedCount &+= 1
      }
      roles[word] |= 1 &<< UInt32(touch.role)
      marks[word &* Self.roleCount &+ Int(touch.role)] |= rules
    }
  }

  @inline(never)
  private mutating func touchOverdue(_ stretch: Stretch, _ touches: [Touch]) {
    for touch in touches[stretch.range] {
      let row = rows[Int(touch.key)]
      if row < 0 { continue }
      let word = Int(touch.word)
      let rules = overdue[Int(row) * words + word] & touch.mask
      if rules == 0 { continue }
      if roles[word] == 0 {
        touched[touchedCount] = touch.word
        touchedCount += 1
      }
      roles[word] |= Self.lateRole
      late[word] |= rules
    }
  }

  /// Notes that rules begin.
  @inline(__always)
  mutating func begin(_ begin: Begin, _ serial: UInt64) {
    if begin.group >= 0 { return beginGroup(begin.group, serial) }
    let place = Int(begin.word) &* 2 &+ (begin.isWay ? 1 : 0)
    if begins[place].bits == 0 {
      beginning[beginningCount] = Int32(truncatingIfNeeded: place)
      beginningCount &+= 1
      begins[place] = begin
    } else {
      begins[place].add(begin)
    }
  }

  @inline(__always)
  private mutating func beginGroup(_ group: Int32, _ serial: UInt64) {
    if groups[Int(group)].serial == serial { return }
    groups[Int(group)].serial = serial
    valuedBeginning[valuedBeginningCount] = group
    valuedBeginningCount &+= 1
  }

  /// Gives the event to the rules that it is something to.
  mutating func answer(_ moment: Moment) {
    for index in 0..<touchedCount {
      let word = Int(touched[index])
      let own = roles[word]
      roles[word] = 0
      advance(word, own, moment)
    }
    touchedCount = 0
    if valuedKeys != 0 { advanceValued(moment) }
    for index in 0..<beginningCount {
      let place = Int(beginning[index])
      beginAll(begins[place], moment)
      begins[place].bits = 0
    }
    beginningCount = 0
    for index in 0..<valuedBeginningCount { beginValued(valuedBeginning[index], moment) }
    valuedBeginningCount = 0
  }

  private mutating func beginValued(_ number: Int32, _ moment: Moment) {
    let group = groups[Int(number)]
    guard rows[Int(group.key)] >= 0 || makeRow(group.key, moment) else { return }
    isLive = true
    beginValued(group, rows[Int(group.key)], moment)
  }

  /// Gives an event to the rules that only one selector makes it something to, none of which is overdue.
  ///
  /// It is what ``answer(_:)`` does, without noting first what the event is: the touches lie in the order in which they
  /// change what they are of (``Touch/comes(before:)``), and nothing is changed twice.
  mutating func answer(
    _ moment: Moment, _ stretch: Stretch, _ touches: [Touch], begins: Stretch, _ list: [Begin]
  ) {
    for index in stretch.range {
      let touch = touches[index]
      let row = rows[Int(touch.key)]
      if row < 0 || touch.plane == Self.noPlane { continue }
      let place = Int(row) &* Self.planes &* words &+ Int(touch.place)
      let own = bits[place]
      let rules = own & touch.mask
      if rules == 0 { continue }
      if touch.role < Role.unless(0) {
        step(rules, Int(touch.word), row, Int(touch.role), moment)
        continue
      }
      if touch.role == Role.never {
        add(rules, Int(touch.word), place, .forbidden, moment)
      } else if touch.role == Role.before {
        add(rules, Int(touch.word), place, .overtaken, moment)
      }
      bits[place] = own & ~rules
    }
    if valuedKeys != 0 { advanceValued(moment) }
    for index in begins.range {
      if list[index].group >= 0 {
        beginValued(list[index].group, moment)
      } else {
        beginAll(list[index], moment)
      }
    }
  }

  @inline(__always)
  static func elapsed(_ time: UInt64, since last: UInt64) -> UInt64 {
    // None where the clock ran backwards.
    time > last ? time &- last : 0
  }

  /// The last moment of a time.
  @inline(__always)
  static func end(_ within: UInt64, from last: UInt64) -> UInt64 {
    within > .max &- last ? .max : last &+ within
  }

  static func begun(_ moment: Moment) -> Begun {
    Begun(
      begin: moment.time, last: moment.time, cpu: Int32(truncatingIfNeeded: moment.cpu),
      thread: moment.thread)
  }

  /// The shortest time that any of some rules has left, so many steps done.
  @inline(__always)
  func within(_ rules: UInt64, _ word: Int, _ done: Int) -> UInt64 {
    var left = rules & timed[word]
    var within = UInt64.max
    while left != 0 {
      within = min(within, columns[word &* 64 &+ left.trailingZeroBitCount].withins[done])
      left &= left &- 1
    }
    return within
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

  /// Whether the time of a sequence is over, so many steps done.
  func isLate(_ column: Int, _ done: Int, _ begun: Begun, _ time: UInt64) -> Bool {
    Self.elapsed(time, since: begun.last) > columns[column].withins[done]
  }

  /// Adds a violation of a rule by the event.
  mutating func add(
    _ column: Int, _ begun: Begun, _ kind: Violation.Kind, _ moment: Moment
  ) {
    let end =
      kind == .late
      ? begun.last &+ columns[column].withins[Int(columns[column].stepCount)] : moment.time
    add(column, begun, end, kind, key(column, moment), moment.vcpu < 0 ? nil : moment.vcpu)
  }

  // MARK: - Rules without values

  /// The rules of a word, what has come furthest first: it makes room for what comes behind it.
  private mutating func advance(_ word: Int, _ own: UInt32, _ moment: Moment) {
    let row = rows[Int(keyOf[word])]
    let marks = word &* Self.roleCount
    if own & Self.lateRole != 0 { dropLate(word, row, moment) }
    if own & 0xf_0000 != 0 {
      let place = at(row, Self.required, word)
      var waiting = bits[place]
      if own & 1 &<< UInt32(Role.require) != 0 {
        waiting &= ~take(marks &+ Int(Role.require))
      }
      if own & 1 &<< UInt32(Role.never) != 0 {
        let broken = waiting & take(marks &+ Int(Role.never))
        if broken != 0 { add(broken, word, place, .forbidden, moment) }
        waiting &= ~broken
      }
      if own & 1 &<< UInt32(Role.before) != 0 {
        let broken = waiting & take(marks &+ Int(Role.before))
        if broken != 0 { add(broken, word, place, .overtaken, moment) }
        waiting &= ~broken
      }
      if own & 1 &<< UInt32(Role.until) != 0 { waiting &= ~take(marks &+ Int(Role.until)) }
      bits[place] = waiting
    }
    if own & 0xffff == 0 { return }
    var done = Self.required &- 1
    while done >= 1 {
      let isStep = own &>> UInt32(Role.step(done)) & 1 == 1
      if own &>> UInt32(Role.unless(done)) & 1 == 1 {
        bits[at(row, done, word)] &= ~take(marks &+ Int(Role.unless(done)))
      }
      if isStep { step(take(marks &+ Int(Role.step(done))), word, row, done, moment) }
      done &-= 1
    }
  }

  @inline(__always)
  private mutating func take(_ mark: Int) -> UInt64 {
    let rules = marks[mark]
    marks[mark] = 0
    return rules
  }

  /// Rules whose sequence does its next step.
  @inline(__always)
  private mutating func step(
    _ rules: UInt64, _ word: Int, _ row: Int32, _ done: Int, _ moment: Moment
  ) {
    let place = at(row, done, word)
    let rules = rules & bits[place]
    if rules == 0 { return }
    bits[place] &= ~rules
    let last = rules & lastStep[word &* Self.planes &+ done]
    // Two ways that meet here are one from now on: the newer, or the obligation that is older.
    let required = at(row, Self.required, word)
    move(last & ~bits[required], place, required, word, row, done &+ 1, moment)
    if last != rules {
      move(rules & ~last, place, at(row, done &+ 1, word), word, row, done &+ 1, moment)
    }
  }

  private mutating func move(
    _ rules: UInt64, _ from: Int, _ to: Int, _ word: Int, _ row: Int32, _ done: Int,
    _ moment: Moment
  ) {
    if rules == 0 { return }
    var kept = bits[to] & ~rules
    var next: Int32?
    var left = rules
    while let (own, before) = lists.next(&left, in: from, &next) {
      var begun = before
      begun.last = moment.time
      lists.add(own, begun, to: to, keeping: kept)
      kept |= own
    }
    bits[to] |= rules
    if timed[word] & rules != 0 {
      due[Int(row)] = min(due[Int(row)], Self.end(within(rules, word, done), from: moment.time))
    }
  }

  /// Rules of a word begin.
  private mutating func beginAll(_ begin: Begin, _ moment: Moment) {
    let word = Int(begin.word)
    let key = keyOf[word]
    guard rows[Int(key)] >= 0 || makeRow(key, moment) else { return }
    let row = rows[Int(key)]
    isLive = true
    let place = at(row, begin.isWay ? 1 : Self.required, word)
    let waiting = bits[place]
    // A way that is still at its beginning begins anew, an obligation stays as old as it is.
    let new = begin.isWay ? begin.bits : begin.bits & ~waiting
    if new == 0 { return }
    lists.add(new, Self.begun(moment), to: place, keeping: waiting & ~new)
    bits[place] = waiting | new
    if begin.within < .max {
      due[Int(row)] = min(due[Int(row)], Self.end(begin.within, from: moment.time))
    }
  }

  @inline(never)
  private mutating func add(
    _ rules: UInt64, _ word: Int, _ place: Int, _ kind: Violation.Kind, _ moment: Moment
  ) {
    var left = rules
    while left != 0 {
      add(
        word &* 64 &+ left.trailingZeroBitCount, lists.begun(left & (0 &- left), in: place), kind,
        moment)
      left &= left &- 1
    }
  }

  // MARK: - Times

  /// Finds the rules of a row whose time is over, and when the next one's is.
  @inline(never)
  mutating func review(_ row: Int32, _ time: UInt64) {
    var next = UInt64.max
    var isAny = false
    for word in 0..<words where timed[word] != 0 {
      var own: UInt64 = 0
      for plane in 1...Self.required {
        let place = at(row, plane, word)
        var left = bits[place] & timed[word]
        while left != 0 {
          let column = word * 64 + left.trailingZeroBitCount
          let bit = left & (0 &- left)
          left &= left &- 1
          let done = plane == Self.required ? Int(columns[column].stepCount) : plane
          let end = Self.end(
            columns[column].withins[done], from: lists.begun(bit, in: place).last)
          if time > end { own |= bit } else { next = min(next, end) }
        }
      }
      overdue[Int(row) * words + word] = own
      if own != 0 { isAny = true }
    }
    due[Int(row)] = next
    hasOverdue[Int(row)] = isAny
  }

  /// Drops what is late of the overdue rules that the event is something to.
  @inline(never)
  private mutating func dropLate(_ word: Int, _ row: Int32, _ moment: Moment) {
    var left = late[word]
    late[word] = 0
    while left != 0 {
      let column = word * 64 + left.trailingZeroBitCount
      let bit = left & (0 &- left)
      left &= left &- 1
      let steps = Int(columns[column].stepCount)
      let required = at(row, Self.required, word)
      if bits[required] & bit != 0 {
        let begun = lists.begun(bit, in: required)
        if isLate(column, steps, begun, moment.time) {
          add(column, begun, .late, moment)
          bits[required] &= ~bit
        }
      }
      for done in 1..<max(1, steps) where bits[at(row, done, word)] & bit != 0 {
        let begun = lists.begun(bit, in: at(row, done, word))
        if isLate(column, done, begun, moment.time) { bits[at(row, done, word)] &= ~bit }
      }
    }
    // Look at them anew with the next event.
    due[Int(row)] = 0
  }
}
