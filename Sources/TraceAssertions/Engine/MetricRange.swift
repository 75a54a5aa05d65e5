import TraceChecks

/// What a number may be in truth, as far as the recording tells.
///
///     seen 20 exits, and events were lost     20 … ∞     at_least: 5 holds, at_most: 10 does not, at_least: 25 is open
///     3 exits of L2, 7 at an unknown level     3 … 10
struct MetricRange: Equatable {
  /// The least that it may be.
  var low: Double
  /// The most that it may be.
  var high: Double
  /// Nothing of the kind was seen: perhaps the number has no value.
  var mayHaveNoValue = false
  /// Why it is not certain; empty when it is.
  var why = ""

  /// A number that is certain; nil: it has no value.
  init(_ value: Double?) {
    low = value ?? .infinity
    high = value ?? -.infinity
    mayHaveNoValue = value == nil
  }

  /// A number that lies somewhere.
  init(_ low: Double, _ high: Double, mayHaveNoValue: Bool = false, why: String) {
    self.low = low
    self.high = high
    self.mayHaveNoValue = mayHaveNoValue
    self.why = why
  }

  /// Whether a bound holds: for every number of the range, for none, or nobody knows.
  ///
  /// Where nothing happened nothing was too much; whether it would have been enough nobody knows.
  func holds(_ bound: MetricRule.Bound) -> Verdict {
    let value = bound.value
    let always: Bool
    let never: Bool
    switch bound.comparison {
    case .lessOrEqual: (always, never) = (high <= value, low > value)
    case .less: (always, never) = (high < value, low >= value)
    case .greaterOrEqual: (always, never) = (low >= value, high < value)
    case .greater: (always, never) = (low > value, high <= value)
    case .equal: (always, never) = (low == value && high == value, low > value || high < value)
    case .notEqual: (always, never) = (low > value || high < value, low == value && high == value)
    }
    if mayHaveNoValue {
      let isUpper = bound.comparison == .lessOrEqual || bound.comparison == .less
      return isUpper && always ? .pass : .inconclusive
    }
    return always ? .pass : never ? .fail : .inconclusive
  }

  /// `is 5`, `is at least 5`, `is between 3 and 10`.
  func words(_ metric: Metric) -> String {
    if low > high { return "has no value" }
    if low == high { return "is \(MetricWords.text(low, metric))" }
    if high == .infinity {
      return low == 0 ? "is not known" : "is at least \(MetricWords.text(low, metric))"
    }
    return "is between \(MetricWords.text(low, metric)) and \(MetricWords.text(high, metric))"
  }
}
