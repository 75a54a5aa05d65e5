import TraceBytes

extension RuleWalk {
  /// Notes that a selector holds that is something to sequences.
  @inline(__always)
  mutating func touch(
    _ selector: Int32, _ head: SelectorTable.Head, _ moment: Moment
  ) {
    if head.valuedTouches != head.touches.end {
      sequences.touchValued(
        Stretch(start: head.valuedTouches, end: head.touches.end), selectors.touches)
    }
    if sole == -1 && !sequences.isOverdue {
      sole = selector
    } else {
      touchWithOthers(head, moment)
    }
  }

  /// There is more than one selector that is something to sequences, or something is overdue.
  @inline(never)
  private mutating func touchWithOthers(_ head: SelectorTable.Head, _ moment: Moment) {
    if sole >= 0 { note(selectors.heads[Int(sole)], moment) }
    sole = -2
    note(head, moment)
  }

  @inline(__always)
  private mutating func note(_ head: SelectorTable.Head, _ moment: Moment) {
    sequences.touch(head.plainTouches, selectors.touches)
    for at in head.begins.range { sequences.begin(selectors.begins[at], moment.serial) }
  }

  /// Asks conditions that are masks of one field, and are each counted for one rule.
  @inline(never)
  mutating func askMasks(
    _ item: PlanTable.Ask, _ moment: Moment, _ block: RawSpan, _ stream: Int
  ) {
    guard moment.length >= Int(item.minimumLength) else { return }
    let question = selectors.decisions.questions[Int(item.question)]
    let value = question.field.read(in: block, at: moment.base, isBigEndian: isBigEndian)
    for at in plans.maskRuns[Int(item.selector)].range {
      let test = plans.maskTests[at]
      if value & test.mask != 0 { tallies.add(Int(test.rule), moment, stream: stream) }
    }
  }
}
