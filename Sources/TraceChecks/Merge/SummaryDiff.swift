public import KVMEvents
public import KVMTimeline

/// What changed between two summaries, and what of it is more than noise.
public struct SummaryDiff: Sendable {
  /// What is compared.
  public enum Metric: String, Sendable, CaseIterable {
    /// Exits.
    case count
    /// Exits by the second of the vCPUs' spans.
    case rate
    /// Of the time from exit to entry.
    case p50, p90, p99, p999
    /// Of the same.
    case mean, total
    /// Share of a state in the vCPUs' spans.
    case share
  }

  /// What a number belongs to.
  public enum Subject: Sendable, Equatable {
    /// Exits of one kind.
    case exit(level: GuestLevel, ExitCode, Handler)
    /// Time in one state.
    case state(VCPUState, level: GuestLevel)
  }

  /// One number on both sides.
  public struct Change: Sendable {
    /// What it belongs to.
    public var subject: Subject
    /// What it is.
    public var metric: Metric
    /// Before; nil: there was none.
    public var base: Double?
    /// After; nil: there is none.
    public var new: Double?
    /// Whether the two differ by more than chance, and by enough to matter.
    public var isSignificant: Bool
    /// It grew beyond what the user allows.
    public var isRegression = false

    /// The growth as a share of the base; nil where there is no base.
    public var growth: Double? {
      guard let base, let new, base > 0 else { return nil }
      return new / base - 1
    }
  }

  /// How often a check found something.
  public struct FindingChange: Sendable {
    /// The check.
    public var check: String
    /// Before.
    public var base: UInt64
    /// After.
    public var new: UInt64
    /// An error that was not there before.
    public var isRegression: Bool
  }

  /// What is noise.
  public struct Noise: Sendable {
    /// A smaller change than this share is none.
    public var share = 0.05
    /// A smaller change of a time than this is none, in nanoseconds.
    public var nanoseconds = 1_000.0
    /// A smaller change of a count than this is none.
    public var count = 10.0
    /// Fewer samples than this on either side say nothing of a percentile.
    public var samples: UInt64 = 30

    /// As it is without a word from the user.
    public init() {}
  }

  /// Both sides.
  public let base: SummaryTotals
  /// See `base`.
  public let new: SummaryTotals
  /// Exits by what they cost now, longest first; then states.
  ///
  /// All metrics of one subject stand together.
  public private(set) var changes: [Change] = []
  /// Checks that found something on either side.
  public private(set) var findings: [FindingChange] = []

  private let noise: Noise
  private let limits: [Metric: Double]

  /// Compares.
  ///
  /// - Parameters:
  ///   - base: what was.
  ///   - new: what is.
  ///   - limits: by metric, the growth (as a share) from which on a significant change is a regression.
  ///   - noise: what is none.
  public init(
    _ base: SummaryTotals, _ new: SummaryTotals, limits: [Metric: Double] = [:],
    noise: Noise = Noise()
  ) {
    self.base = base
    self.new = new
    self.limits = limits
    self.noise = noise
    for isa in [ISA.vmx, .svm, nil] { compareExits(Side(base, isa), Side(new, isa)) }
    compareStates(Self.forShares(base), Self.forShares(new))
    for check in Set(base.findings.byCheck.keys).union(new.findings.byCheck.keys).sorted() {
      let (before, after) = (base.findings.byCheck[check], new.findings.byCheck[check])
      findings.append(
        FindingChange(
          check: check, base: before?.count ?? 0, new: after?.count ?? 0,
          isRegression: after?.worst == .error && before?.worst != .error))
    }
  }

  /// Whether anything is worse than it may be.
  public var hasRegression: Bool {
    changes.contains(where: \.isRegression) || findings.contains(where: \.isRegression)
  }

  /// Whether one side has vCPUs whose traces count ticks: of these only counts and shares are compared.
  public var leavesOutTicks: Bool {
    [base, new].contains { $0.groups.keys.contains { $0.unit == .ticks } }
  }

  private mutating func add(
    _ subject: Subject, _ metric: Metric, _ base: Double?, _ new: Double?, isSignificant: Bool
  ) {
    var change = Change(
      subject: subject, metric: metric, base: base, new: new, isSignificant: isSignificant)
    if isSignificant, let limit = limits[metric] {
      // What was not there before has grown beyond every share.
      change.isRegression = change.growth.map { $0 > limit } ?? ((new ?? 0) > 0 && base ?? 0 == 0)
    }
    changes.append(change)
  }

  // MARK: - Exits

  /// The exits of one side on one kind of hardware.
  private struct Side {
    /// Of all vCPUs: for counts.
    let all: VCPUSummary?
    /// Of those whose times are nanoseconds.
    let timed: VCPUSummary?
    /// Their span; 0 where some vCPUs count ticks, so that a rate would leave these out.
    let seconds: Double

    init(_ totals: SummaryTotals, _ isa: ISA?) {
      timed = totals.groups[SummaryTotals.Key(isa: isa, unit: .nanoseconds)]
      let ticks = totals.groups[SummaryTotals.Key(isa: isa, unit: .ticks)]
      var sum = timed ?? ticks
      if timed != nil, let ticks { sum?.add(ticks) }
      all = sum
      seconds = ticks == nil ? timed.map { Double($0.end &- $0.begin) / 1e9 } ?? 0 : 0
    }

    /// The times of one kind of exit.
    func times(of row: ExitStatistics) -> DurationDistribution? {
      timed?.exitReasons.first { $0.isSameKind(as: row) }?.handlingDistribution
    }
  }

  private mutating func compareExits(_ base: Side, _ new: Side) {
    var rows: [(ExitStatistics?, ExitStatistics?)] = (new.all?.exitReasons ?? []).map { row in
      (base.all?.exitReasons.first { $0.isSameKind(as: row) }, row)
    }
    rows += (base.all?.exitReasons ?? []).filter { row in
      new.all?.exitReasons.contains { $0.isSameKind(as: row) } != true
    }.map { ($0, nil) }
    let spans = (base.seconds, new.seconds)
    for (before, after) in rows {
      guard let row = after ?? before else { continue }
      let subject = Subject.exit(level: row.level, row.exit, row.handledBy)
      let counts = (Double(before?.count ?? 0), Double(after?.count ?? 0))
      let rates = (
        spans.0 > 0 ? counts.0 / spans.0 : 0, spans.1 > 0 ? counts.1 / spans.1 : 0
      )
      let differs = abs(counts.0 - counts.1) >= noise.count
      add(
        subject, .count, counts.0, counts.1,
        isSignificant: differs && isLarge(counts.0, counts.1)
          && abs(counts.0 - counts.1) > 2 * (counts.0 + counts.1).squareRoot())
      if spans.0 > 0, spans.1 > 0 {
        // Counts scatter with their root: twice that is hardly chance.
        let scatter =
          (counts.0 / (spans.0 * spans.0) + counts.1 / (spans.1 * spans.1)).squareRoot()
        add(
          subject, .rate, rates.0, rates.1,
          isSignificant: counts.0 + counts.1 >= noise.count && isLarge(rates.0, rates.1)
            && abs(rates.0 - rates.1) > 2 * scatter)
      }
      let times = (base.times(of: row), new.times(of: row))
      // Where one side counts ticks there is nothing to compare.
      if before != nil && times.0 == nil || after != nil && times.1 == nil { continue }
      compareTimes(subject, times.0, times.1)
    }
  }

  /// Whether a change is more than the share that is noise.
  private func isLarge(_ base: Double, _ new: Double) -> Bool {
    abs(new - base) > noise.share * max(base, .leastNonzeroMagnitude)
  }

  private mutating func compareTimes(
    _ subject: Subject, _ base: DurationDistribution?, _ new: DurationDistribution?
  ) {
    let before = base?.statistics
    let after = new?.statistics
    guard before != nil || after != nil else { return }
    let samples = min(base?.count ?? 0, new?.count ?? 0)
    func isBeyondNoise(_ a: Double?, _ b: Double?) -> Bool {
      guard let a, let b else { return false }
      return samples >= noise.samples && abs(a - b) >= noise.nanoseconds && isLarge(a, b)
    }
    let percentiles: [(Metric, Double, KeyPath<DurationStatistics, UInt64>)] = [
      (.p50, 50, \.p50), (.p90, 90, \.p90), (.p99, 99, \.p99), (.p999, 99.9, \.p999),
    ]
    for (metric, percentile, path) in percentiles {
      let a = before.map { Double($0[keyPath: path]) }
      let b = after.map { Double($0[keyPath: path]) }
      // Beyond the percentile there must be samples, or it is nothing but the longest one.
      let isInside = Double(samples) * (1 - percentile / 100) >= 1
      var isSignificant = isInside && isBeyondNoise(a, b)
      if isSignificant, let base, let new {
        let (x, y) = (base.range(ofPercentile: percentile), new.range(ofPercentile: percentile))
        isSignificant = x.upperBound < y.lowerBound || y.upperBound < x.lowerBound
      }
      add(subject, metric, a, b, isSignificant: isSignificant)
    }
    add(
      subject, .mean, before?.mean, after?.mean,
      isSignificant: isBeyondNoise(before?.mean, after?.mean))
    let totals = (before.map { Double($0.total) }, after.map { Double($0.total) })
    add(
      subject, .total, totals.0, totals.1, isSignificant: isBeyondNoise(totals.0, totals.1))
  }

  // MARK: - States

  /// The vCPUs whose times can be added: those in nanoseconds, or where there are none those in ticks.
  private static func forShares(_ totals: SummaryTotals) -> [VCPUSummary] {
    for unit in [TimeUnit.nanoseconds, .ticks] {
      let groups = [ISA.vmx, .svm, nil].compactMap {
        totals.groups[SummaryTotals.Key(isa: $0, unit: unit)]
      }
      if !groups.isEmpty { return groups }
    }
    return []
  }

  private mutating func compareStates(_ base: [VCPUSummary], _ new: [VCPUSummary]) {
    func total(_ vcpus: [VCPUSummary], _ state: VCPUState?, _ level: GuestLevel?) -> UInt64 {
      vcpus.flatMap(\.states).filter {
        (state == nil || $0.state == state) && (level == nil || $0.level == level)
      }.reduce(0) { $0.addingSaturated($1.total) }
    }
    let spans = (total(base, nil, nil), total(new, nil, nil))
    guard spans.0 > 0, spans.1 > 0 else { return }
    for state in VCPUState.allCases {
      for level in [GuestLevel.l1, .l2, .unknown] {
        let before = Double(total(base, state, level)) / Double(spans.0)
        let after = Double(total(new, state, level)) / Double(spans.1)
        guard before > 0 || after > 0 else { continue }
        // A share has no samples: one point of a hundred is what counts as a change.
        add(
          .state(state, level: level), .share, before, after,
          isSignificant: abs(before - after) >= 0.01 && isLarge(before, after))
      }
    }
  }
}

extension DurationDistribution {
  /// Where the true value of a percentile lies with 95 in 100: between two values of the sample around it.
  func range(ofPercentile percentile: Double) -> ClosedRange<UInt64> {
    let number = Double(count)
    let share = percentile / 100
    let scatter = 2 * (number * share * (1 - share)).squareRoot()
    let percentiles = DurationPercentiles(buckets)
    func value(_ rank: Double) -> UInt64 {
      percentiles.value(at: Swift.min(100, Swift.max(0, rank / number * 100)))
    }
    let low = value(number * share - scatter)
    return low...Swift.max(low, value(number * share + scatter))
  }
}
