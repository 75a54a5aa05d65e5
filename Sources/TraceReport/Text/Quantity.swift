import TraceChecks

/// Numbers as people read them.
enum Quantity {
  /// `1,234,567`.
  static func grouped(_ value: UInt64) -> String {
    var digits: [UInt8] = []
    append(grouped: value, to: &digits)
    return String(decoding: digits, as: UTF8.self)
  }

  private static func append(grouped value: UInt64, to digits: inout [UInt8]) {
    if value < 1_000 { return digits.append(decimal: value) }
    append(grouped: value / 1_000, to: &digits)
    digits.append(UInt8(ascii: ","))
    append(value % 1_000, padded: 3, to: &digits)
  }

  private static func append(_ value: UInt64, padded width: Int, to digits: inout [UInt8]) {
    var (places, power) = (1, value / 10)
    while power > 0 { (places, power) = (places + 1, power / 10) }
    while places < width {
      digits.append(UInt8(ascii: "0"))
      places += 1
    }
    digits.append(decimal: value)
  }

  /// `1 exit`, `2,000 exits`.
  static func counted(_ value: UInt64, _ noun: String, plural: String? = nil) -> String {
    grouped(value) + " " + (value == 1 ? noun : plural ?? noun + "s")
  }

  /// A duration with three digits that count (`12.3 ms`); ticks are counted out.
  static func duration(_ value: UInt64, _ unit: TimeUnit) -> String {
    guard unit == .nanoseconds else { return grouped(value) }
    return switch value {
    case 0: "0"
    case ..<1_000: "\(value) ns"
    case ..<999_500: threeDigits(Double(value) / 1e3, " µs")
    case ..<999_500_000: threeDigits(Double(value) / 1e6, " ms")
    default: threeDigits(Double(value) / 1e9, " s")
    }
  }

  /// A moment: seconds with nine digits, as `trace-cmd report -t` and `--begin` have it; ticks as they are.
  static func moment(_ value: UInt64, _ unit: TimeUnit) -> String {
    guard unit == .nanoseconds else { return String(value) }
    return "\(value / 1_000_000_000)." + padded(value % 1_000_000_000, 9)
  }

  /// A share in percent with one digit behind the point.
  static func percent(_ part: UInt64, of whole: UInt64) -> String {
    guard whole > 0 else { return "–" }
    let share = Double(part) / Double(whole) * 100
    // What is there must not look as if it were not.
    return part > 0 && share < 0.05 ? "<0.1 %" : fixed(share, 1, " %")
  }

  /// A number with so many digits behind the point, and what follows it.
  static func fixed(_ value: Double, _ digits: Int, _ suffix: String = "") -> String {
    var scale: UInt64 = 1
    for _ in 0..<digits { scale *= 10 }
    let scaled = (value * Double(scale)).rounded()
    guard scaled >= 0, scaled < 1e18 else { return "\(value)\(suffix)" }
    let whole = UInt64(scaled)
    var text: [UInt8] = []
    text.reserveCapacity(32)
    append(grouped: whole / scale, to: &text)
    if digits > 0 {
      text.append(UInt8(ascii: "."))
      append(whole % scale, padded: digits, to: &text)
    }
    text.append(contentsOf: suffix.utf8)
    return String(decoding: text, as: UTF8.self)
  }

  /// A number with leading zeros.
  static func padded(_ value: UInt64, _ width: Int) -> String {
    var digits: [UInt8] = []
    append(value, padded: width, to: &digits)
    return String(decoding: digits, as: UTF8.self)
  }

  private static func threeDigits(_ value: Double, _ suffix: String) -> String {
    fixed(value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0, suffix)
  }
}
