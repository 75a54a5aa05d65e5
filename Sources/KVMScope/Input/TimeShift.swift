import TraceChecks

/// A span of time that is added to all times of an input, held against those times.
///
/// A time below zero, or beyond the largest one, would be another time: findings would be made of nothing.
struct TimeShift {
  /// What is added.
  let amount: Int64
  /// What it and the times count.
  let unit: TimeUnit

  /// The latest time that there may be: the largest number stands for the end of all times.
  private static let latest = Int128(UInt64.max) - 1

  /// The times that stay times.
  ///
  /// Empty where there are none.
  var movable: Range<UInt64> {
    let low = min(max(0, -Int128(amount)), Self.latest + 1)
    let high = max(low, min(Self.latest, Self.latest - Int128(amount)) + 1)
    return UInt64(low)..<UInt64(high)
  }

  /// Why times cannot be moved so far; nil when they can.
  ///
  /// - Parameters:
  ///   - first: the earliest time without the shift.
  ///   - last: the latest one.
  ///   - floor: the earliest time that there may be.
  /// - Returns: what was found, and what is possible.
  func problem(first: Int128, last: Int128, floor: Int128 = 0) -> String? {
    let word = "--ts-offset=\(words(Int128(amount)))"
    if first + Int128(amount) < floor {
      return "\(word) moves the first event, at \(words(first)), below \(words(floor)):"
        + " the least offset possible is \(words(floor - first))"
    }
    // The command line knows no larger number, and takes it for all that are.
    if last + Int128(amount) > Self.latest || amount == .max {
      return
        "\(word) moves the last event, at \(words(last)), beyond the latest time that there is,"
        + " \(words(Self.latest)): the greatest offset possible is"
        + " \(words(min(Self.latest - last, Int128(Int64.max) - 1)))"
    }
    return nil
  }

  /// Seconds with nine digits, or ticks.
  func words(_ time: Int128) -> String {
    (time < 0 ? "-" : "")
      + ShowCommand.moment(UInt64(clamping: time.magnitude), unit)
  }
}
