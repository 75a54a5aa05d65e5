/// Counts of durations in log-linear buckets, small enough to keep thousands of and cheap enough
/// for every exit.
///
/// The buckets are those of an HDR histogram with two significant digits, so that its percentiles
/// are computed by that library from these counts without any loss (`TraceChecks` does it). Only
/// the range of octaves that occurs is stored:
///
///     octave      0       1        2 (step 2)     3 (step 4)
///     values   0…127  128…255      256…511        512…1023   …
///
/// One octave takes 128 counts of one byte: with many vCPUs and reasons, what is counted for one exit
/// after the other must be found in the cache. Whatever passes a byte is carried into a count of its
/// own.
public struct DurationHistogram: Sendable {
  /// The buckets of one octave.
  static let bucketsPerOctave = 128

  /// The octave that the counts begin with.
  private var firstOctave = 0
  /// By bucket: the lowest eight bits of its count.
  private var counts: [UInt8] = []
  /// By bucket: the rest; empty as long as no count has passed a byte.
  private var carries: [UInt32] = []
  /// Bucket numbers whose carry passed 2^32, once each time it did.
  private var overflows: [Int] = []

  /// An empty histogram.
  public init() {}

  /// The bucket of a value.
  @inline(__always)
  static func bucket(of value: UInt64) -> Int {
    let magnitude = 56 - (value | 255).leadingZeroBitCount
    return magnitude &* 128 &+ Int(truncatingIfNeeded: value >> UInt64(magnitude))
  }

  /// The lowest value of a bucket.
  static func lowestValue(of bucket: Int) -> UInt64 {
    guard bucket >= 256 else { return UInt64(bucket) }
    let magnitude = bucket / 128 - 1
    return UInt64(bucket - magnitude * 128) << UInt64(magnitude)
  }

  /// Counts one duration.
  @inline(__always)
  mutating func add(_ value: UInt64) {
    let bucket = Self.bucket(of: value)
    let at = bucket &- firstOctave &* Self.bucketsPerOctave
    if at < 0 || at >= counts.count { return grow(toHold: bucket) }
    let count = counts[at] &+ 1
    counts[at] = count
    if count == 0 { carry(at) }
  }

  @inline(never)
  private mutating func carry(_ at: Int) {
    while carries.count < counts.count { carries.append(0) }
    carries[at] &+= 1
    if carries[at] == 0 { overflows.append(at + firstOctave * Self.bucketsPerOctave) }
  }

  @inline(never)
  private mutating func grow(toHold bucket: Int) {
    let octave = bucket / Self.bucketsPerOctave
    let none = repeatElement(UInt8(0), count: Self.bucketsPerOctave)
    if counts.isEmpty {
      firstOctave = octave
      counts = Array(none)
    }
    while octave < firstOctave {
      counts.insert(contentsOf: none, at: 0)
      if !carries.isEmpty {
        carries.insert(contentsOf: repeatElement(0, count: Self.bucketsPerOctave), at: 0)
      }
      firstOctave -= 1
    }
    while octave * Self.bucketsPerOctave >= firstOctave * Self.bucketsPerOctave + counts.count {
      counts.append(contentsOf: none)
    }
    counts[bucket - firstOctave * Self.bucketsPerOctave] += 1
  }

  /// The highest value of a bucket.
  static func highestValue(of bucket: Int) -> UInt64 {
    guard bucket >= 256 else { return UInt64(bucket) }
    let magnitude = bucket / 128 - 1
    return lowestValue(of: bucket) + ((1 << UInt64(magnitude)) - 1)
  }

  /// Calls `body` with the bounds and the count of every bucket that is not empty, in ascending
  /// order.
  public func forEach(_ body: (_ values: ClosedRange<UInt64>, _ count: UInt64) -> Void) {
    for (index, low) in counts.enumerated() {
      var count = UInt64(low)
      if index < carries.count { count += UInt64(carries[index]) << 8 }
      if count == 0 && overflows.isEmpty { continue }
      let bucket = index + firstOctave * Self.bucketsPerOctave
      for overflowed in overflows where overflowed == bucket { count += 1 << 40 }
      if count > 0 { body(Self.lowestValue(of: bucket)...Self.highestValue(of: bucket), count) }
    }
  }
}

/// Count, sum, extremes and distribution of durations.
public struct DurationTotals: Sendable {
  /// Durations counted.
  public private(set) var count: UInt64 = 0
  /// Their exact sum; saturates at the largest integer.
  public private(set) var total: UInt64 = 0
  /// The shortest; `.max` when there is none.
  public private(set) var min = UInt64.max
  /// The longest; 0 when there is none.
  public private(set) var max: UInt64 = 0
  /// The exact sum of their squares, modulo 2^128.
  private var sumOfSquares: UInt128 = 0
  /// How often it passed 2^128.
  private var squaresBeyond: UInt64 = 0
  /// The sum of their squares: what a standard deviation takes.
  public var squares: Double { Double(sumOfSquares) + Double(squaresBeyond) * 0x1p128 }
  /// Their distribution.
  public private(set) var histogram = DurationHistogram()

  /// Nothing counted yet.
  public init() {}

  /// Counts one duration.
  @inline(__always)
  public mutating func add(_ duration: UInt64) {
    count &+= 1
    let (sum, overflow) = total.addingReportingOverflow(duration)
    total = overflow ? .max : sum
    if duration < min { min = duration }
    if duration > max { max = duration }
    let square = duration.multipliedFullWidth(by: duration)
    let (squares, isMore) = sumOfSquares.addingReportingOverflow(
      UInt128(square.high) &<< 64 | UInt128(square.low))
    sumOfSquares = squares
    if isMore { squaresBeyond &+= 1 }
    histogram.add(duration)
  }
}
