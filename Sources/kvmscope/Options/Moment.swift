import ArgumentParser
import KVMScope

/// A moment of the trace clock as the user writes it: `104`, `104.5`, `104.494701300`.
struct Moment: ExpressibleByArgument, Comparable, CustomStringConvertible {
  /// In nanoseconds, where the trace counts these.
  let nanoseconds: UInt64
  /// In ticks, where the trace counts ticks: the number itself.
  ///
  /// A fraction is dropped.
  let ticks: UInt64

  init?(argument: String) {
    let parts = argument.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, Self.isDigits(whole), let seconds = UInt64(whole) else {
      return nil
    }
    var fraction: UInt64 = 0
    if parts.count == 2 {
      let digits = parts[1]
      guard Self.isDigits(digits), digits.count <= 9,
        let value = UInt64(digits + String(repeating: "0", count: 9 - digits.count))
      else { return nil }
      fraction = value
    }
    ticks = seconds
    // Ticks may be larger than any number of seconds that fits: then only the ticks count.
    let (product, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, overflowsToo) = product.addingReportingOverflow(fraction)
    nanoseconds = overflows || overflowsToo ? .max : sum
  }

  /// As the library takes it.
  var value: AnalysisOptions.Moment {
    AnalysisOptions.Moment(nanoseconds: nanoseconds, ticks: ticks)
  }

  var description: String {
    let digits = String(nanoseconds % 1_000_000_000)
    return nanoseconds == .max
      ? "\(ticks)" : "\(ticks)." + String(repeating: "0", count: 9 - digits.count) + digits
  }

  static func < (a: Moment, b: Moment) -> Bool {
    (a.nanoseconds, a.ticks) < (b.nanoseconds, b.ticks)
  }

  private static func isDigits(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }
}
