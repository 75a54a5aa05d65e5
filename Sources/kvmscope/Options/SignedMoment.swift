import ArgumentParser
import KVMScope

/// A span of time as the user writes it: `0.5`, `-2`, `+3.000000001`.
struct SignedMoment: ExpressibleByArgument {
  private let isNegative: Bool
  private let moment: Moment

  init?(argument: String) {
    var digits = argument[...]
    isNegative = digits.first == "-"
    if isNegative || digits.first == "+" { digits = digits.dropFirst() }
    // So many seconds are no time, but so many ticks may be one.
    guard let moment = Moment(argument: String(digits)), moment.ticks <= UInt64(Int64.max)
    else { return nil }
    self.moment = moment
  }

  /// As the library takes it; what is too large for a number of nanoseconds is the largest one, which
  /// no trace of nanoseconds can be moved by.
  var value: InputOptions.TimeOffset {
    let (nanoseconds, ticks) = (Int64(clamping: moment.nanoseconds), Int64(moment.ticks))
    return InputOptions.TimeOffset(
      nanoseconds: isNegative ? -nanoseconds : nanoseconds, ticks: isNegative ? -ticks : ticks)
  }
}
