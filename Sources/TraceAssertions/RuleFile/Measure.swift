/// A number with a unit, as a rules file has it: `50us`, `2%`, `1.5k/s`, `1e6`.
enum Measure {
  /// The value in the dimension's unit; nil when it is none of that dimension.
  static func value(_ text: String, _ dimension: Metric.Dimension) -> Double? {
    let trimmed = text.filter { $0 != " " && $0 != "_" }
    // The longest beginning that is a number.
    var length = trimmed.utf8.count
    var number: Double?
    while length > 0, number == nil {
      let prefix = String(decoding: trimmed.utf8.prefix(length), as: UTF8.self)
      if let last = prefix.last, last.isNumber || last == "." { number = Double(prefix) }
      if number == nil { length -= 1 }
    }
    guard let number, number.isFinite, number >= 0 else { return nil }
    let unit = String(decoding: trimmed.utf8.dropFirst(length), as: UTF8.self)
    // Nothing is as long in every unit.
    if number == 0, unit.isEmpty { return 0 }
    guard let factor = factor(unit, dimension) else { return nil }
    return number * factor
  }

  /// A time in whole nanoseconds.
  static func nanoseconds(_ text: String) -> UInt64? {
    value(text, .time).flatMap { $0 < 9e18 ? UInt64($0.rounded()) : nil }
  }

  private static func factor(_ unit: String, _ dimension: Metric.Dimension) -> Double? {
    let multiples: [String: Double] = ["": 1, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9]
    switch dimension {
    case .time:
      let units: [String: Double] = ["ns": 1, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9]
      return units[unit]
    case .share: return unit == "%" ? 0.01 : unit.isEmpty ? 1 : nil
    case .count, .ratio: return multiples[unit]
    case .rate:
      guard unit.hasSuffix("/s") else { return nil }
      return multiples[String(unit.dropLast(2))]
    }
  }
}
