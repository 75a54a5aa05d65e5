/// How often the events of one rule happened, by thread and vCPU.
struct Tallies {
  /// On one vCPU, or on one thread that drives none.
  struct Tally: BitwiseCopyable {
    var rule: Int32
    var thread: Int32
    /// -1: none.
    var place: Int32
    var cpu: Int32
    var count: UInt64
    var first: UInt64

    /// The vCPU; nil: none.
    var vcpu: Int? { place < 0 ? nil : Int(place) }
  }

  var all: [Tally] = []
  /// Of all of them.
  var count: UInt64 = 0
}

/// The tallies of all rules: counting an event of a thread that was seen before is two loads and two stores.
struct TallyTable {
  /// So many are kept of one rule; more are counted without a place.
  private static let mostTallies = 4096
  /// Threads and vCPUs beyond so many share one place.
  private static let mostSubjects = 4096

  private let ruleCount: Int
  private var all: [Tallies.Tally] = []
  private var kept: [Int]
  /// By subject, then rule: how often.
  private var cells: [UInt64] = []
  /// Of threads and vCPUs that have no row in `cells`, by rule: how often in all, and each.
  private var others: [UInt64]
  private var cellsOfOthers: [Key: UInt64] = [:]
  /// By CPU: the subject of the last event there, since those of one thread come in runs.
  private var last: [(key: UInt64, subject: Int)]
  private var subjects: [UInt64: Int] = [:]

  private struct Key: Hashable {
    let subject: UInt64
    let rule: Int32
  }

  init(rules: Int, streams: Int) {
    ruleCount = rules
    kept = Array(repeating: 0, count: rules)
    others = Array(repeating: 0, count: rules)
    last = Array(repeating: (.max, 0), count: max(1, streams))
  }

  /// Counts an event for a rule.
  @inline(__always)
  mutating func add(_ rule: Int, _ moment: Moment, stream: Int) {
    let key = Self.key(moment.vcpu, moment.thread)
    if last[stream].key != key { last[stream] = (key, subject(key)) }
    let subject = last[stream].subject
    if subject < 0 { return addOther(rule, moment, key) }
    let cell = subject &* ruleCount &+ rule
    let count = cells[cell]
    cells[cell] = count &+ 1
    if count == 0 { addFirst(rule, moment) }
  }

  /// What cannot be vCPU and thread at once is a key that none has.
  private static func key(_ vcpu: Int, _ thread: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: thread)) | UInt64(truncatingIfNeeded: vcpu &+ 1) &<< 32
  }

  @inline(never)
  private mutating func subject(_ key: UInt64) -> Int {
    if let known = subjects[key] { return known }
    guard subjects.count < Self.mostSubjects else { return -1 }
    let subject = subjects.count
    subjects[key] = subject
    cells.append(contentsOf: repeatElement(0, count: ruleCount))
    return subject
  }

  @inline(never)
  private mutating func addFirst(_ rule: Int, _ moment: Moment) {
    guard kept[rule] < Self.mostTallies else { return }
    kept[rule] += 1
    all.append(
      Tallies.Tally(
        rule: Int32(rule), thread: moment.thread, place: Int32(clamping: moment.vcpu),
        cpu: Int32(clamping: moment.cpu), count: 0, first: moment.time))
  }

  @inline(never)
  private mutating func addOther(_ rule: Int, _ moment: Moment, _ key: UInt64) {
    others[rule] &+= 1
    let key = Key(subject: key, rule: Int32(rule))
    if let count = cellsOfOthers[key] {
      cellsOfOthers[key] = count &+ 1
    } else if kept[rule] < Self.mostTallies {
      cellsOfOthers[key] = 1
      addFirst(rule, moment)
    }
  }

  /// Those of one rule, in the order of their first events.
  func tallies(of rule: Int) -> Tallies {
    var tallies = Tallies(count: others[rule])
    for subject in 0..<subjects.count { tallies.count &+= cells[subject * ruleCount + rule] }
    for var tally in all where tally.rule == Int32(rule) {
      let key = Self.key(Int(tally.place), tally.thread)
      if let subject = subjects[key] {
        tally.count = cells[subject * ruleCount + rule]
      } else {
        tally.count = cellsOfOthers[Key(subject: key, rule: Int32(rule))] ?? 0
      }
      tallies.all.append(tally)
    }
    return tallies
  }
}
