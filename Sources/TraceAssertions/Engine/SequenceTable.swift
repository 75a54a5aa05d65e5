/// Follows many sequence rules at once, so that an event costs what it changes and not what there are rules.
///
/// Each rule is a column: a bit in words of 64. Each vCPU (thread, trace) where something has begun is a row, with one
/// set of bits for each point of the way:
///
///     plane 0          rules with times or values of which anything goes on here
///     planes 1 … 5     rules whose sequence has done so many steps and waits for the next
///     plane 6          rules that wait for what is required
///
/// What a pattern is to all rules is a mask: ANDed with the plane that it matters to, it leaves the rules that the event
/// changes something for. What begins with the same patterns begins as one (`Group`).
///
/// Rules that keep values can be at one point more than once: their sequences lie in lists, and their bits are in plane 0
/// alone.
struct SequenceTable {
  /// What a pattern is to the rules of one word.
  struct Touch: BitwiseCopyable {
    var mask: UInt64
    var word: Int32
    /// The plane with the rules that it matters to; `always`: to all.
    var plane: UInt8
    /// A ``Role``.
    var role: UInt8
    /// Whose row.
    var key: UInt8
  }

  /// Rules without values that begin with the same patterns, on the same rows.
  struct Group: BitwiseCopyable {
    var key: UInt8
    /// They have further steps: then the last beginning counts, and one place is enough for all of them.
    var isWay: Bool
    var isTimed: Bool
    var masks: Stretch
    /// The number of the event that it was asked to begin at.
    var serial: UInt64 = 0
  }

  struct Mask: BitwiseCopyable {
    var word: Int32
    var bits: UInt64
  }

  /// One rule.
  struct Column: BitwiseCopyable {
    var rule: Int32
    var key: UInt8
    var stepCount: Int32
    /// Times; `.max`: whenever.
    var within: UInt64
    var stepWithins: InlineArray<6, UInt64>
    var isTimed: Bool
    var isRequired: Bool
    var failsAtEnd: Bool
    /// Where its sequences lie in a row: one place for each point of the way behind the first, or one.
    var place: Int32
    var group: Int32
    /// Its number among those that keep values; -1: it does not.
    var valued: Int32
    /// What its patterns do with values.
    var valueUses: Stretch

  }

  /// What a selector that reads values is to a rule.
  struct ValueUse: BitwiseCopyable {
    var role: UInt8
    var selector: Int32
  }

  /// A sequence that has begun.
  struct Begun: BitwiseCopyable {
    var begin: UInt64 = 0
    var last: UInt64 = 0
    var cpu: Int32 = 0
    var thread: Int32 = 0
  }

  /// One of a rule that keeps values.
  struct Valued: BitwiseCopyable {
    var done: Int32
    var begun: Begun
    var values: InlineArray<4, UInt64>

    static let none = Valued(done: 0, begun: Begun(), values: InlineArray(repeating: 0))
  }

  /// What a selector does with the values that it reads.
  struct ValueSelector: BitwiseCopyable {
    var tests: Stretch
    var bindings: Stretch
    /// The event at which it held last, and the values then.
    var serial: UInt64 = 0
    var values = InlineArray<4, UInt64>(repeating: 0)
  }

  struct Binding: BitwiseCopyable {
    var load: UInt8
    var variable: UInt8
  }

  static let planes = 7
  static let required = 6
  /// Plane 6, and all that the event does is to take the rules out of it: that is done for all of them at once.
  static let discharges: UInt8 = 7
  static let always: UInt8 = 8

  let columns: [Column]
  let words: Int
  /// By rule: its column; -1: it has none.
  let columnOf: [Int32]
  let groupMasks: [Mask]
  let hasThreadRows: Bool
  private let placesOfRow: Int
  let valuedCount: Int
  let valueUses: [ValueUse]
  let tests: [CompiledRules.VariableTest]
  let bindings: [Binding]

  /// By selector, for those that read values.
  var valueSelectors: [ValueSelector]
  var groups: [Group]
  /// By row, plane and word.
  var bits: [UInt64] = []
  /// By row and the rule's place.
  var places: [Begun] = []
  /// By row and group.
  var beginnings: [Begun] = []
  /// By row and the rule's number among those with values: how many go on, and the only one.
  var valuedCounts: [Int32] = []
  var single: [Valued] = []
  /// All, where more than one goes on.
  var several: [[Valued]] = []
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
  /// What the event that is looked at is, by column.
  var roles: [UInt32]
  var touched: [Int32]
  var touchedCount = 0
  var beginning: [Int32]
  var beginningCount = 0
  /// By kind of key and word: rules for which what is required came.
  var discharged: [UInt64]
  var discharging: [Int32]
  var dischargeCount = 0

  /// Prepares for the rules whose events are not asked for a level.
  init(_ set: RuleSet, _ rules: CompiledRules, vcpus: Int) {
    var layout = SequenceLayout(set, rules)
    layout.addColumns()
    columns = layout.columns
    words = (columns.count + 63) / 64
    columnOf = layout.columnOf
    groups = layout.groups
    groupMasks = layout.groupMasks
    hasThreadRows = columns.contains { $0.key == SequenceLayout.kind(.thread) }
    placesOfRow = layout.places
    valuedCount = layout.valuedCount
    valueUses = layout.valueUses
    tests = layout.tests
    bindings = layout.bindings
    valueSelectors = layout.valueSelectors
    violations = Array(repeating: Violations(), count: columns.count)
    roles = Array(repeating: 0, count: columns.count)
    touched = Array(repeating: 0, count: columns.count)
    beginning = Array(repeating: 0, count: groups.count)
    discharged = Array(repeating: 0, count: 3 * words)
    discharging = Array(repeating: 0, count: 3 * words)
    rowOfVCPU = Array(repeating: -1, count: vcpus)
  }

  // MARK: - Rows

  /// Finds the rows of an event.
  @inline(__always)
  mutating func find(_ moment: Moment) {
    rows[0] = rowOfTrace
    rows[1] = moment.vcpu < 0 ? -1 : rowOfVCPU[moment.vcpu]
    if hasThreadRows { rows[2] = rowOfThread[moment.thread] ?? -1 }
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
      places.append(contentsOf: repeatElement(Begun(), count: placesOfRow))
      beginnings.append(contentsOf: repeatElement(Begun(), count: groups.count))
      valuedCounts.append(contentsOf: repeatElement(0, count: valuedCount))
      single.append(contentsOf: repeatElement(.none, count: valuedCount))
      several.append(contentsOf: repeatElement([], count: valuedCount))
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

  @inline(__always)
  func place(_ row: Int32, _ column: Int) -> Int {
    Int(row) &* placesOfRow &+ Int(columns[column].place)
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
    }
    for index in bits.indices { bits[index] = 0 }
    for index in valuedCounts.indices { valuedCounts[index] = 0 }
  }

  /// The trace has ended: `end` gives the last moment of a vCPU, or of the trace.
  mutating func finish(_ end: (Int?) -> UInt64) {
    let rows = rowKeys.indices.sorted { rowKeys[$0].key < rowKeys[$1].key }
    for column in columns.indices where columns[column].isRequired {
      for row in rows where rowKeys[row].kind == columns[column].key {
        let (kind, key) = rowKeys[row]
        let vcpu = kind == 1 ? Int(key) : nil
        let time = end(vcpu)
        for begun in obligations(Int32(row), column) {
          if columns[column].within < .max, time > begun.last,
            time - begun.last > columns[column].within
          {
            add(column, begun, begun.last &+ columns[column].within, .late, key, vcpu)
          } else if columns[column].failsAtEnd {
            add(column, begun, max(time, begun.last), .neverCame, key, vcpu)
          }
        }
      }
    }
    for index in bits.indices { bits[index] = 0 }
  }

  private func obligations(_ row: Int32, _ column: Int) -> [Begun] {
    let number = columns[column].valued
    if number >= 0 {
      return going(Int(row) * valuedCount + Int(number)).filter {
        $0.done == columns[column].stepCount
      }.map(\.begun)
    }
    let isThere = bits[at(row, Self.required, column / 64)] >> UInt64(column % 64) & 1 == 1
    return isThere ? [places[place(row, column) + lastPlace(column)]] : []
  }

  /// What goes on of a rule with values.
  private func going(_ number: Int) -> [Valued] {
    switch valuedCounts[number] {
    case 0: []
    case 1: [single[number]]
    default: several[number]
    }
  }

  /// The place of what is required, behind the rule's first.
  @inline(__always)
  func lastPlace(_ column: Int) -> Int { max(0, Int(columns[column].stepCount) &- 2) }

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
