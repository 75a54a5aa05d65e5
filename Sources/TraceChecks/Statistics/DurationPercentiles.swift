import Histogram
import KVMTimeline

/// Percentiles of durations, by the rules of the HDR histogram library.
///
/// The buckets of `DurationHistogram` are those of the library with two significant digits. For
/// every percentile the library walks all buckets below it, and far most of them are empty. Which
/// of them it finds depends on their order and their counts alone. So it is not given all of them
/// at their values, but a few, one after the other: those that the percentile can lie in at all,
/// and the sums of what lies below and above.
///
///     buckets     ▂▅█▇▃▂▂▁▁▁▁▁▂▁▁
///     given       └─0─┘1 2 3└─4─┘      for a percentile about here: bucket 2
struct DurationPercentiles {
  /// The highest value of each bucket that is not empty, ascending.
  private var highest: [UInt64] = []
  /// How much each bucket and all below it hold; saturates.
  private var sums: [UInt64] = []

  /// Adds up histograms.
  init(_ parts: [DurationHistogram]) {
    var buckets: [DurationDistribution.Bucket] = []
    for part in parts {
      part.forEach { values, count in
        buckets.append(.init(highest: values.upperBound, count: count))
      }
    }
    if parts.count > 1 { buckets.sort { $0.highest < $1.highest } }
    self.init(buckets)
  }

  /// Takes buckets in ascending order; what stands twice is added up.
  init(_ buckets: [DurationDistribution.Bucket]) {
    highest.reserveCapacity(buckets.count)
    sums.reserveCapacity(buckets.count)
    var sum: UInt64 = 0
    for bucket in buckets {
      sum = sum.addingSaturated(bucket.count)
      if highest.last == bucket.highest {
        sums[sums.count - 1] = sum
      } else {
        highest.append(bucket.highest)
        sums.append(sum)
      }
    }
  }

  /// The highest value of the bucket that a percentile falls into; 0 when nothing was counted.
  func value(at percentile: Double) -> UInt64 {
    guard let total = sums.last, total > 0 else { return 0 }
    // How the library rounds is its own business: it may find what stands next to this.
    let rank = min(max(percentile / 100, 0), 1) * Double(total)
    var tolerance = 2 + Double(total) * 0x1p-48
    while true {
      let first = bucket(atRank: rank - tolerance)
      let last = bucket(atRank: rank + tolerance)
      if first == last { return highest[first] }
      if let found = bucket(at: percentile, from: first, through: last) { return highest[found] }
      tolerance *= 64
    }
  }

  /// The bucket that holds the value with a rank, from 1 on.
  private func bucket(atRank rank: Double) -> Int {
    var low = 0
    var high = sums.count - 1
    while low < high {
      let middle = low + (high - low) / 2
      if Double(sums[middle]) < rank { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The bucket that the library finds; nil when it is none of those from `first` to `last`.
  private func bucket(at percentile: Double, from first: Int, through last: Int) -> Int? {
    let count = last - first + 1
    // Every position must have a place of its own: so many digits keep them apart.
    var positions = Histogram<UInt64>(
      highestTrackableValue: UInt64(count + 1),
      numberOfSignificantValueDigits: count <= 20
        ? .one : count <= 200 ? .two : count <= 2000 ? .three : .four)
    var sum = first > 0 ? sums[first - 1] : 0
    // What lies below is one position, if there is anything.
    let start = first > 0 ? first - 1 : 0
    if sum > 0 { positions.record(0, count: sum) }
    for bucket in first...last {
      positions.record(UInt64(bucket - start), count: sums[bucket] - sum)
      sum = sums[bucket]
    }
    let above = sums[sums.count - 1] - sum
    if above > 0 { positions.record(UInt64(last - start + 1), count: above) }
    let found = start + Int(truncatingIfNeeded: positions.valueAtPercentile(percentile))
    return (first...last).contains(found) ? found : nil
  }
}
