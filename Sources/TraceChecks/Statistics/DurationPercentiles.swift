import Histogram
import KVMTimeline

/// Percentiles of durations, by the rules of the HDR histogram library.
///
/// The buckets of `DurationHistogram` are those of the library with two significant digits. For
/// every percentile the library walks all buckets below it, and far most of them are empty. So it
/// is given the positions of the buckets that are not, one after the other, in place of their
/// values: which of them a percentile falls into depends on their order and their counts alone.
struct DurationPercentiles {
  /// The highest value of each bucket that is not empty, ascending.
  private var highest: [UInt64] = []
  private var positions: Histogram<UInt64>

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
    // Every position must have a bucket of its own: so many digits keep them apart.
    positions = Histogram(
      highestTrackableValue: UInt64(max(buckets.count, 2)),
      numberOfSignificantValueDigits: buckets.count <= 200
        ? .two : buckets.count <= 2000 ? .three : .four)
    for bucket in buckets {
      if highest.last != bucket.highest { highest.append(bucket.highest) }
      positions.record(UInt64(highest.count - 1), count: bucket.count)
    }
  }

  /// The highest value of the bucket that a percentile falls into; 0 when nothing was counted.
  func value(at percentile: Double) -> UInt64 {
    let position = Int(truncatingIfNeeded: positions.valueAtPercentile(percentile))
    return highest.indices.contains(position) ? highest[position] : 0
  }
}
