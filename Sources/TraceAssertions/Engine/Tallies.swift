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
  private var counts: [UInt64]
  private var kept: [Int]
  private var all: [Tallies.Tally] = []
  /// By subject, then rule: a place in `all`, -1: none yet, -2: no room.
  private var cells: [Int32] = []
  /// By CPU: the subject of the last event there, since those of one thread come in runs.
  private var last: [(key: UInt64, subject: Int)]
  private var subjects: [UInt64: Int] = [:]
  /// The places of those subjects that have no row in `cells`.
  private var others: [Key: Int32] = [:]

  private struct Key: Hashable {
    let subject: UInt64
    let rule: Int32
  }

  init(rules: Int, streams: Int) {
    ruleCount = rules
    counts = Array(repeating: 0, count: rules)
    kept = Array(repeating: 0, count: rules)
    last = Array(repeating: (.max, 0), count: max(1, streams))
  }

  /// Counts an event for a rule.
  @inline(__always)
  mutating func add(_ rule: Int, _ moment: Moment, stream: Int) {
    counts[rule] &+= 1
    let key = Self.key(moment)
    if last[stream].key != key { last[stream] = (key, subject(key)) }
    let subject = last[stream].subject
    if subject >= 0 {
      let place = cells[subject &* ruleCount &+ rule]
      if place >= 0 {
        all[Int(place)].count &+= 1
        return
      }
    }
    addFirst(rule, moment, subject)
  }

  /// What cannot be vCPU and thread at once is a key that none has.
  private static func key(_ moment: Moment) -> UInt64 {
    UInt64(UInt32(bitPattern: moment.thread)) | UInt64(truncatingIfNeeded: moment.vcpu &+ 1) &<< 32
  }

  @inline(never)
  private mutating func subject(_ key: UInt64) -> Int {
    if let known = subjects[key] { return known }
    guard subjects.count < Self.mostSubjects else { return -1 }
    let subject = subjects.count
    subjects[key] = subject
    cells.append(contentsOf: repeatElement(-1, count: ruleCount))
    return subject
  }

  @inline(never)
  private mutating func addFirst(_ rule: Int, _ moment: Moment, _ subject: Int) {
    let key = Key(subject: Self.key(moment), rule: Int32(rule))
    if subject >= 0 {
      if cells[subject * ruleCount + rule] == -2 { return }
    } else if let place = others[key] {
      all[Int(place)].count &+= 1
      return
    }
    guard kept[rule] < Self.mostTallies else {
      if subject >= 0 { cells[subject * ruleCount + rule] = -2 }
      return
    }
    kept[rule] += 1
    if subject >= 0 {
      cells[subject * ruleCount + rule] = Int32(all.count)
    } else {
      others[key] = Int32(all.count)
    }
    all.append(
      Tallies.Tally(
        rule: Int32(rule), thread: moment.thread, place: Int32(clamping: moment.vcpu),
        cpu: Int32(clamping: moment.cpu), count: 1, first: moment.time))
  }

  /// Those of one rule, in the order of their first events.
  func tallies(of rule: Int) -> Tallies {
    Tallies(all: all.filter { $0.rule == Int32(rule) }, count: counts[rule])
  }
}
