public import KVMTimeline

/// Durations with everything that is needed to add them to others without any loss: the exact sum, the extremes, and the
/// counts of all buckets of the histogram.
public struct DurationDistribution: Sendable, Equatable {
  /// One bucket that is not empty.
  public struct Bucket: Sendable, Equatable {
    /// The highest value that falls into it; no other bucket has it.
    public var highest: UInt64
    /// Values in it; not 0.
    public var count: UInt64

    /// Fills a bucket.
    public init(highest: UInt64, count: UInt64) {
      self.highest = highest
      self.count = count
    }
  }

  /// The exact sum; saturates at the largest integer.
  public private(set) var total: UInt64 = 0
  /// The shortest; `.max` when there is none.
  public private(set) var min = UInt64.max
  /// The longest; 0 when there is none.
  public private(set) var max: UInt64 = 0
  /// The sum of their squares, as exact as floating-point numbers are; 0 for those that a file has saved.
  public private(set) var squares: Double = 0
  /// In ascending order.
  public private(set) var buckets: [Bucket] = []

  /// No durations.
  public init() {}

  /// Durations that were counted in several places.
  public init(_ parts: [DurationTotals]) {
    for part in parts where part.count > 0 {
      var own: [Bucket] = []
      // More are rare, and a list that grows copies itself again and again.
      own.reserveCapacity(Int(Swift.min(part.count, 128)))
      part.histogram.forEach { values, count in
        own.append(Bucket(highest: values.upperBound, count: count))
      }
      add(total: part.total, min: part.min, max: part.max, own)
      squares += part.squares
    }
  }

  /// Durations as a summary has saved them; `buckets` in ascending order, no value twice.
  public init(total: UInt64, min: UInt64, max: UInt64, buckets: [Bucket]) {
    add(total: total, min: min, max: max, buckets)
  }

  /// Adds durations; the order in which several are added does not matter.
  public mutating func add(_ other: DurationDistribution) {
    add(total: other.total, min: other.min, max: other.max, other.buckets)
    squares += other.squares
  }

  private mutating func add(total: UInt64, min: UInt64, max: UInt64, _ more: [Bucket]) {
    self.total = self.total.addingSaturated(total)
    self.min = Swift.min(self.min, min)
    self.max = Swift.max(self.max, max)
    if buckets.isEmpty {
      buckets = more
      return
    }
    var merged: [Bucket] = []
    merged.reserveCapacity(buckets.count + more.count)
    var at = 0
    for bucket in buckets {
      while at < more.count, more[at].highest < bucket.highest {
        merged.append(more[at])
        at += 1
      }
      merged.append(bucket)
      if at < more.count, more[at].highest == bucket.highest {
        merged[merged.count - 1].count = bucket.count.addingSaturated(more[at].count)
        at += 1
      }
    }
    merged += more[at...]
    buckets = merged
  }

  /// How many.
  public var count: UInt64 { buckets.reduce(0) { $0.addingSaturated($1.count) } }

  /// The numbers that reports show; nil without durations.
  public var statistics: DurationStatistics? {
    let count = count
    guard count > 0 else { return nil }
    let percentiles = DurationPercentiles(buckets)
    func value(_ percentile: Double) -> UInt64 {
      Swift.min(percentiles.value(at: percentile), max)
    }
    return DurationStatistics(
      total: total, min: min, mean: Double(total) / Double(count), p50: value(50), p90: value(90),
      p99: value(99), p999: value(99.9), max: max,
      squares: squares)
  }
}

extension UInt64 {
  /// The sum, or the largest number.
  func addingSaturated(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
