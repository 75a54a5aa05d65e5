/// Where a sequence rule did not hold.
struct Violation: Equatable {
  /// Time of the first step.
  var begin: UInt64
  /// Time of the event that broke the rule, or at which the time was over.
  var end: UInt64
  /// The CPU of the first step.
  var cpu: Int
  /// The thread.
  var thread: Int32
  /// The vCPU; nil where it has none.
  var vcpu: Int?
  /// Broken so often, one right after the other.
  var count: UInt64
  /// How.
  var kind: Kind

  enum Kind {
    /// What must not come came.
    case forbidden
    /// Something came before what is required.
    case overtaken
    /// What is required did not come in time.
    case late
    /// The trace or the vCPU ended without it.
    case neverCame
  }
}

/// The violations of one sequence rule.
struct Violations: Equatable {
  /// So many places are kept; further ones are counted.
  static let most = 100

  private(set) var all: [Violation] = []
  /// All of them, kept or not.
  private(set) var count: UInt64 = 0
  /// Sequences that were dropped for want of room, or because events were lost.
  var droppedForRoom = false
  var droppedForLoss = false
  /// By key: the last violation, to which one that begins where it ended is added.
  private var last: [Int32: Last] = [:]

  private struct Last: Equatable {
    var end: UInt64
    var at: Int
  }

  /// Adds one of a key.
  mutating func add(_ violation: Violation, key: Int32) {
    count += 1
    // One that begins where the last one ended belongs to it.
    if let last = last[key], last.end == violation.begin, all[last.at].kind == violation.kind {
      all[last.at].end = max(violation.end, all[last.at].end)
      all[last.at].count += 1
      self.last[key] = Last(end: violation.end, at: last.at)
      return
    }
    guard all.count < Self.most else { return }
    last[key] = Last(end: violation.end, at: all.count)
    all.append(violation)
  }
}
