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
    guard let moment = Moment(argument: String(digits)), moment.nanoseconds <= UInt64(Int64.max),
      moment.ticks <= UInt64(Int64.max)
    else { return nil }
    self.moment = moment
  }

  /// As the library takes it.
  var value: InputOptions.TimeOffset {
    let (nanoseconds, ticks) = (Int64(moment.nanoseconds), Int64(moment.ticks))
    return InputOptions.TimeOffset(
      nanoseconds: isNegative ? -nanoseconds : nanoseconds, ticks: isNegative ? -ticks : ticks)
  }
}
