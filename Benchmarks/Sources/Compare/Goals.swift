/// The table of goals: every cell from the samples of two contestants.
struct Goals {
  let measurement: Measurement
  private let isSmokeTest: Bool
  private(set) var all: [Goal] = []

  init(_ measurement: Measurement, isSmokeTest: Bool) {
    self.measurement = measurement
    self.isSmokeTest = isSmokeTest
  }

  /// Adds all goals.
  mutating func judge(_ memory: [Memory]) {
    ratio("bare walk", "of `walk count`", "bare big6.dat", "walk big6.dat", .atMost(1.15))
    for (name, input) in [("v6", "big6.dat"), ("v7, not packed", "big7.dat")] {
      ratio(name, "of `kvm`", "own \(input)", "kvm \(input)", .atMost(1.3))
      faster(name, "than tc_iter", "own \(input)", "tc_iter \(input)", 8)
      faster(name, "than trace-cmd report", "own \(input)", "report \(input)", 200)
    }
    ratio("v6, two threads", "of `kvm`", "two big6.dat", "kvm big6.dat", .atMost(1))
    ratio("v7, zstd", "of `zst`", "own bigz.dat", "zst bigz.dat", .atMost(1.35))
    faster("v7, zstd", "than tc_iter", "own bigz.dat", "tc_iter bigz.dat", 60)
    faster("v7, zstd", "than trace-cmd report", "own bigz.dat", "report bigz.dat", 80)
    ratio("perf.data", "of `perfw merged`", "own big.perf.data", "perfw", .atMost(1.7))
    faster("perf.data", "than perf kvm stat report", "own big.perf.data", "perf kvm", 10)
    faster("perf.data", "than perf script", "own big.perf.data", "perf script", 100)
    ratio("text", "of `text fields`", "own big.txt", "text", .atMost(2))
    faster("events as text", "than trace-cmd report", "events big6.dat", "report big6.dat", 15)
    start()
    ratio("start, 100 KB", "of trace-cmd report", "start", "report start", .atMost(1))
    twoThreads("zstd, two threads", "two bigz.dat", "own bigz.dat")
    twoThreads("v6, two threads", "two big6.dat", "own big6.dat")
    ratio("64 CPUs", "an event, of 2 CPUs", "own cpu64.dat", "own big6.dat", .atMost(1.3))
    ratio("256 CPUs", "an event, of 2 CPUs", "own cpu256.dat", "own mono2.dat", .atMost(1.3))
    for one in memory {
      all.append(
        Goal(
          "memory, \(one.input)", "RssAnon", "≤ \(one.limitKiB) KiB", "\(one.anonymousKiB) KiB",
          isMet: one.isMet))
    }
    if memory.isEmpty {
      all.append(Goal("memory", "RssAnon", "see Memory", missing: "no input is there"))
    }
    guard isSmokeTest else { return }
    for at in all.indices where all[at].value != nil { all[at].verdict = .notJudged }
  }

  /// The user times of a contestant for one event of its input, in nanoseconds, by round.
  func times(_ id: String, of input: String) -> [Double] {
    let events = Double(measurement.facts[input]?.events ?? 1)
    return (measurement.samples[id] ?? []).map { $0.user * 1e9 / events }
  }

  private func times(_ id: String) -> [Double] {
    guard let contestant = measurement.contestants[id] else { return [] }
    if case .start = contestant.figure {
      return (measurement.samples[id] ?? []).map { ($0.user + ($0.system ?? 0)) * 1e9 }
    }
    return times(id, of: contestant.input)
  }

  private mutating func ratio(
    _ input: String, _ what: String, _ own: String, _ peer: String, _ bound: Bound
  ) {
    compare(input, what, own, peer, bound, "×", isInverse: false)
  }

  private mutating func faster(
    _ input: String, _ what: String, _ own: String, _ peer: String, _ bound: Double
  ) {
    compare(input, what, own, peer, .atLeast(bound), "× faster", isInverse: true)
  }

  private mutating func compare(
    _ input: String, _ what: String, _ own: String, _ peer: String, _ bound: Bound, _ unit: String,
    isInverse: Bool
  ) {
    let goal = bound.text(unit)
    for id in [own, peer] {
      if let why = measurement.missing[id] {
        all.append(Goal(input, what, goal, missing: why))
        return
      }
    }
    let (a, b) = (times(own), times(peer))
    guard let mine = Spread(a), let theirs = Spread(b), mine.median > 0, theirs.median > 0 else {
      all.append(Goal(input, what, goal, missing: "too short to be timed"))
      return
    }
    let value = isInverse ? theirs.median / mine.median : mine.median / theirs.median
    // The ratio of each round; a tool that ran once is held against every round.
    // Small inputs may take no time at all, as the kernel counts it in ticks.
    let rounds = a.indices.compactMap { (at: Int) -> Double? in
      let other = b.count == a.count ? b[at] : theirs.median
      guard a[at] > 0, other > 0 else { return nil }
      return isInverse ? other / a[at] : a[at] / other
    }.sorted()
    let range = isInverse ? Array(rounds.reversed()) : rounds
    var text = value.short
    if let best = range.first, let worst = range.last {
      text += " (\(best.short) to \(worst.short))"
    }
    var judged = Goal(input, what, goal, text, isMet: bound.holds(value))
    if let (a, b) = withSystemTime(own, peer) {
      let whole = isInverse ? b / a : a / b
      judged.note = "with system time: \(whole.short)"
      // Work must not count as done because the kernel does it.
      if bound.holds(value) && !bound.holds(whole) { judged.note? += ", which does not hold" }
    }
    all.append(judged)
  }

  /// How much sooner two threads are done than one: by the clock on the wall, on a machine that has nothing else to do.
  private mutating func twoThreads(_ input: String, _ two: String, _ one: String) {
    func walls(_ id: String) -> [Double] { (measurement.samples[id] ?? []).compactMap(\.wall) }
    let bound = Bound.atLeast(1.7)
    guard let quick = Spread(walls(two)), let slow = Spread(walls(one)), quick.median > 0 else {
      all.append(
        Goal(
          input, "than one", bound.text("× sooner"),
          missing: measurement.missing[two] ?? "no samples"))
      return
    }
    let value = slow.median / quick.median
    let text =
      "\(value.short) (\((slow.best / quick.best).short), the best of each; \((slow.worst / quick.worst).short), the worst)"
    all.append(
      Goal(input, "than one", bound.text("× sooner"), text, isMet: bound.holds(value)))
  }

  /// The medians of user and system time together, where both tell it and the user time alone is judged.
  ///
  /// A file that is read costs system time where one that is mapped costs user time, waiting for memory.
  private func withSystemTime(_ own: String, _ peer: String) -> (Double, Double)? {
    func median(_ id: String) -> Double? {
      guard let contestant = measurement.contestants[id] else { return nil }
      if case .start = contestant.figure { return nil }
      let events = Double(measurement.facts[contestant.input]?.events ?? 1)
      let all = (measurement.samples[id] ?? []).compactMap { sample in
        sample.system.map { (sample.user + $0) * 1e9 / events }
      }
      return Spread(all)?.median
    }
    guard let a = median(own), let b = median(peer), a > 0, b > 0 else { return nil }
    return (a, b)
  }

  private mutating func start() {
    let goal = "≤ 15 ms"
    guard let spread = Spread(times("start").map { $0 / 1e6 }) else {
      all.append(
        Goal(
          "start, 100 KB", "CPU time", goal, missing: measurement.missing["start"] ?? "no samples"))
      return
    }
    all.append(
      Goal(
        "start, 100 KB", "CPU time", goal,
        "\(spread.median.short) ms (\(spread.best.short) to \(spread.worst.short))",
        isMet: spread.median <= 15))
  }
}
