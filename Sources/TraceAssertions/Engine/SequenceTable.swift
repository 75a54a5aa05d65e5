/// Follows many sequence rules at once, so that an event costs what it changes and not what there are rules.
///
/// Each rule is a column: a bit in words of 64. Each vCPU (thread, trace) where something has begun is a row, with one
/// set of bits for each point of the way:
///
///     plane 0          rules with values of which anything goes on here
///     planes 1 … 5     rules whose sequence has done so many steps and waits for the next
///     plane 6          rules that wait for what is required
///
/// What a pattern is to all rules is a mask: ANDed with the plane that it matters to, it leaves the rules that the event
/// changes something for, and these change all at once. What begins with the same patterns begins as one (`Group`).
///
/// Times are looked at only when the first of a row is over; until then a rule with times is one without.
///
/// Rules that keep values can be at one point more than once: their sequences lie in a list of the row, each for all rules
/// that began with the same event and have been led the same way since.
struct SequenceTable {
  typealias Begun = BegunLists.Begun

  /// What a pattern is to the rules of one word.
  struct Touch: BitwiseCopyable {
    var mask: UInt64
    var word: Int32
    /// Whose values it is about; -1: none.
    var selector: Int32
    /// The plane with the rules that it matters to.
    var plane: UInt8
    /// A ``Role``.
    var role: UInt8
    /// Whose row.
    var key: UInt8
    var isValued: Bool
    /// Where the plane's bits are behind the begin of a row.
    var place: Int32

    /// Where it stands among the touches of one event: by word, what has come furthest first, for it makes room for what
    /// comes behind it; those of rules that keep values last.
    func comes(before other: Touch) -> Bool {
      func order(_ touch: Touch) -> (Int, Int, Int) {
        let role = Int(touch.role)
        if role >= Int(Role.require) {
          let order =
            touch.role == Role.before
            ? 2 : touch.role == Role.never ? 1 : role == Int(Role.require) ? 0 : 3
          return (touch.isValued ? 1 : 0, Int(touch.word), order - 64)
        }
        // Of one point of the way what breaks it off comes before what leads on.
        let order = role < Int(Role.unless(0)) ? -2 * role + 1 : -2 * (role - Int(Role.unless(0)))
        return (touch.isValued ? 1 : 0, Int(touch.word), order)
      }
      return order(self) < order(other)
    }

    /// Whether it differs in nothing but the rules.
    func isSame(_ other: Touch) -> Bool {
      word == other.word && role == other.role && plane == other.plane
        && (!isValued || selector == other.selector)
    }
  }

  /// Rules that begin with the same patterns, on the same rows.
  struct Group: BitwiseCopyable {
    var key: UInt8
    /// They have further steps: then the last beginning counts.
    var isWay: Bool
    var isValued: Bool
    var masks: Stretch
    /// Those that read the values to begin with.
    var selectors: Stretch
    /// The number of the event that it was asked to begin at.
    var serial: UInt64 = 0
  }

  struct Mask: BitwiseCopyable {
    var word: Int32
    var bits: UInt64
    /// The shortest time that any of them has from its beginning.
    var within: UInt64
  }

  /// Rules that begin with a pattern: those of one word, or a group of rules that keep values.
  struct Begin: BitwiseCopyable {
    var bits: UInt64 = 0
    /// The shortest time that any of them has from its beginning.
    var within: UInt64 = .max
    var word: Int32 = -1
    /// -1: they keep no values.
    var group: Int32 = -1
    /// They have further steps.
    var isWay = false

    /// Whether it differs in nothing but the rules.
    func isSame(_ other: Begin) -> Bool {
      word == other.word && group == other.group && isWay == other.isWay
    }

    /// Adds the rules of one that differs in nothing else.
    @inline(__always)
    mutating func add(_ other: Begin) {
      bits |= other.bits
      within = min(within, other.within)
    }
  }

  /// One rule; the first is what fills up a word.
  struct Column: BitwiseCopyable {
    var rule: Int32 = -1
    var key: UInt8 = 0
    var stepCount: Int32 = 0
    /// By steps done: the time until the next one, or what is required; `.max`: whenever.
    var withins = InlineArray<7, UInt64>(repeating: .max)
    var isTimed = false
    var isRequired = false
    var failsAtEnd = false
    var isValued = false
  }

  /// What a selector does with the values that it reads.
  struct ValueSelector: BitwiseCopyable {
    var tests: Stretch
    var bindings: Stretch
  }

  struct Binding: BitwiseCopyable {
    var load: UInt8
    var variable: UInt8
  }

  /// A sequence of rules that keep values.
  struct Valued: BitwiseCopyable {
    var bits: UInt64
    var word: Int32
    var done: Int32
    var begun: Begun
    /// None of its times is over before.
    var due: UInt64
    var values: InlineArray<4, UInt64>
  }

  /// What the event that is looked at is to rules that keep values and of which something goes on.
  struct ValuedTouch: BitwiseCopyable {
    var bits: UInt64
    var word: Int32
    var selector: Int32
    var role: UInt8
  }

  static let planes = 7
  static let required = 6
  /// It shows that time is over, and nothing else.
  static let noPlane: UInt8 = 7
  static let roleCount = 20
  /// Among the roles of a word: some of its rules may be late.
  static let lateRole: UInt32 = 1 << 31

  let columns: [Column]
  let words: Int
  /// By rule: its column; -1: it has none.
  let columnOf: [Int32]
  let groupMasks: [Mask]
  let groupSelectors: [Int32]
  let hasThreadRows: Bool
  let hasTimes: Bool
  /// By word: whose row, rules with times, and by steps done those that then wait for what is required.
  let keyOf: [UInt8]
  let timed: [UInt64]
  let lastStep: [UInt64]
  let tests: [CompiledRules.VariableTest]
  let bindings: [Binding]

  /// By selector, for those that read values.
  let valueSelectors: [ValueSelector]
  /// The event at which it held last; and four places for each: the values then.
  var heldAt: [UInt64]
  var values: [UInt64]
  var groups: [Group]
  /// By row, plane and word.
  var bits: [UInt64] = []
  var lists = BegunLists()
  /// By row: what goes on of rules that keep values.
  var going: [[Valued]] = []
  var spare: [Valued] = []
  /// By row: no time of what goes on is over up to then, but of those that are overdue.
  var due: [UInt64] = []
  var hasOverdue: [Bool] = []
  /// By row and word.
  var overdue: [UInt64] = []
  /// By column.
  var violations: [Violations]
  /// By row: the key.
  private var rowKeys: [(kind: UInt8, key: Int32)] = []
  private var rowOfTrace: Int32 = -1
  private var rowOfVCPU: [Int32]
  private var rowOfThread: [Int32: Int32] = [:]
  private var freeRows: [Int32] = []
  /// When there are more rows of threads than this, those are given up where nothing goes on.
  private var mostThreadRows = 1024
  /// Something has begun since the last loss.
  var isLive = false

  /// By kind of key: the row of the event that is looked at; -1: nothing has begun there.
  ///
  /// It is no part of the moment: what is written piece by piece and passed on at once makes the processor wait.
  var rows = InlineArray<3, Int32>(repeating: -1)
  /// Any rule of these rows is overdue.
  var isOverdue = false
  /// What the event that is looked at is: by word the roles, by word and role the rules, by word those to be looked at
  /// for their times.
  var roles: [UInt32]
  var marks: [UInt64]
  var late: [UInt64]
  var touched: [Int32]
  var touchedCount = 0
  /// The same of rules that keep values, by selector; and which rows and roles there are among them, as bits.
  var valuedTouches: [ValuedTouch] = []
  var valuedKeys: UInt8 = 0
  var valuedRoles: UInt32 = 0
  /// What begins: by word, twice, those that have further steps last; and groups of rules that keep values.
  var begins: [Begin]
  var beginning: [Int32]
  var beginningCount = 0
  var valuedBeginning: [Int32]
  var valuedBeginningCount = 0

  /// Prepares for the rules whose events are not asked for a level.
  init(_ set: RuleSet, _ rules: CompiledRules, vcpus: Int) {
    var layout = SequenceLayout(set, rules)
    layout.addColumns()
    let columns = layout.columns
    self.columns = columns
    let words = columns.count / 64
    self.words = words
    columnOf = layout.columnOf
    groups = layout.groups
    groupMasks = layout.groupMasks
    groupSelectors = layout.groupSelectors
    hasThreadRows = columns.contains { $0.rule >= 0 && $0.key == SequenceLayout.kind(.thread) }
    hasTimes = columns.contains(where: \.isTimed)
    keyOf = (0..<words).map { columns[$0 * 64].key }
    func mask(_ word: Int, _ holds: (Column) -> Bool) -> UInt64 {
      (0..<64).reduce(0) { $0 | (holds(columns[word * 64 + $1]) ? 1 << UInt64($1) : 0) }
    }
    timed = (0..<words).map { mask($0, \.isTimed) }
    lastStep = (0..<words * Self.planes).map { at in
      mask(at / Self.planes) { Int($0.stepCount) == at % Self.planes + 1 }
    }
    tests = layout.tests
    bindings = layout.bindings
    valueSelectors = layout.valueSelectors
    heldAt = Array(repeating: 0, count: valueSelectors.count)
    values = Array(repeating: 0, count: 4 * valueSelectors.count)
    violations = Array(repeating: Violations(), count: columns.count)
    roles = Array(repeating: 0, count: words)
    marks = Array(repeating: 0, count: words * Self.roleCount)
    late = Array(repeating: 0, count: words)
    touched = Array(repeating: 0, count: words)
    begins = Array(repeating: Begin(), count: 2 * words)
    beginning = Array(repeating: 0, count: 2 * words)
    valuedBeginning = Array(repeating: 0, count: groups.count)
    rowOfVCPU = Array(repeating: -1, count: vcpus)
  }

  // MARK: - Rows

  /// Finds the rows of an event.
  @inline(__always)
  mutating func find(_ moment: Moment) {
    if words == 0 { return }
    rows[0] = rowOfTrace
    rows[1] = moment.vcpu < 0 ? -1 : rowOfVCPU[moment.vcpu]
    if hasThreadRows { rows[2] = rowOfThread[moment.thread] ?? -1 }
    if hasTimes { findOverdue(moment.time) }
  }

  @inline(__always)
  private mutating func findOverdue(_ time: UInt64) {
    isOverdue = false
    for kind in 0..<3 {
      let row = rows[kind]
      if row < 0 { continue }
      if time > due[Int(row)] { review(row, time) }
      if hasOverdue[Int(row)] { isOverdue = true }
    }
  }

  /// Makes the row of an event where nothing had begun; false: the event has no such key.
  @inline(never)
  mutating func makeRow(_ kind: UInt8, _ moment: Moment) -> Bool {
    if kind == 1 && moment.vcpu < 0 { return false }
    if kind == 2 && rowOfThread.count >= mostThreadRows { giveUpRows() }
    let key = kind == 0 ? 0 : kind == 1 ? Int32(moment.vcpu) : moment.thread
    let row: Int32
    if let free = freeRows.popLast() {
      row = free
      rowKeys[Int(row)] = (kind, key)
    } else {
      row = Int32(rowKeys.count)
      rowKeys.append((kind, key))
      bits.append(contentsOf: repeatElement(0, count: Self.planes * words))
      lists.addLists(Self.planes * words)
      going.append([])
      due.append(.max)
      hasOverdue.append(false)
      overdue.append(contentsOf: repeatElement(0, count: words))
    }
    switch kind {
    case 0: rowOfTrace = row
    case 1: rowOfVCPU[moment.vcpu] = row
    default: rowOfThread[moment.thread] = row
    }
    rows[Int(kind)] = row
    return true
  }

  /// Threads come and go: the rows of those where nothing goes on are there for others.
  private mutating func giveUpRows() {
    for (thread, row) in rowOfThread {
      let start = Int(row) * Self.planes * words
      if bits[start..<start + Self.planes * words].allSatisfy({ $0 == 0 }) {
        rowOfThread[thread] = nil
        freeRows.append(row)
      }
    }
    if rowOfThread.count > mostThreadRows / 2 { mostThreadRows *= 2 }
  }

  @inline(__always)
  func at(_ row: Int32, _ plane: Int, _ word: Int) -> Int {
    (Int(row) &* Self.planes &+ plane) &* words &+ word
  }

  // MARK: - Loss and the end

  /// Events were lost: nobody knows what became of what had begun.
  mutating func lose() {
    guard isLive else { return }
    isLive = false
    for row in rowKeys.indices {
      for word in 0..<words {
        var live: UInt64 = 0
        for plane in 0..<Self.planes { live |= bits[at(Int32(row), plane, word)] }
        while live != 0 {
          violations[word * 64 + live.trailingZeroBitCount].droppedForLoss = true
          live &= live - 1
        }
      }
      going[row].removeAll(keepingCapacity: true)
    }
    for index in bits.indices { bits[index] = 0 }
  }

  /// The trace has ended: `end` gives the last moment of a vCPU, or of the trace.
  mutating func finish(_ end: (Int?) -> UInt64) {
    let rows = rowKeys.indices.sorted { rowKeys[$0].key < rowKeys[$1].key }
    for column in columns.indices where columns[column].isRequired {
      let within = columns[column].withins[Int(columns[column].stepCount)]
      for row in rows where rowKeys[row].kind == columns[column].key {
        let (kind, key) = rowKeys[row]
        let vcpu = kind == 1 ? Int(key) : nil
        let time = end(vcpu)
        for begun in obligations(Int32(row), column) {
          if within < .max, time > begun.last, time - begun.last > within {
            add(column, begun, begun.last &+ within, .late, key, vcpu)
          } else if columns[column].failsAtEnd {
            add(column, begun, max(time, begun.last), .neverCame, key, vcpu)
          }
        }
      }
    }
    for index in bits.indices { bits[index] = 0 }
  }

  private func obligations(_ row: Int32, _ column: Int) -> [Begun] {
    let bit: UInt64 = 1 << UInt64(column % 64)
    if columns[column].isValued {
      return going[Int(row)].filter {
        $0.word == column / 64 && $0.bits & bit != 0 && $0.done == columns[column].stepCount
      }.map(\.begun)
    }
    let place = at(row, Self.required, column / 64)
    return bits[place] & bit == 0 ? [] : [lists.begun(bit, in: place)]
  }

  @inline(never)
  mutating func add(
    _ column: Int, _ begun: Begun, _ end: UInt64, _ kind: Violation.Kind, _ key: Int32, _ vcpu: Int?
  ) {
    violations[column].add(
      Violation(
        begin: begun.begin, end: end, cpu: Int(begun.cpu), thread: begun.thread, vcpu: vcpu,
        count: 1, kind: kind), key: key)
  }
}
