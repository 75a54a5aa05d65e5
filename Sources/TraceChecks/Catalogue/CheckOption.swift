/// A number that the user can set for a check: `--set slow-exit.budget=200us`.
public struct CheckOption: Sendable {
  /// What the number counts.
  public enum Kind: String, Sendable {
    /// Nanoseconds; written with a unit: `500ns`, `200us`, `1.5ms`, `2s`.
    case duration
    /// Things; written as a plain number.
    case count
    /// Hundredths; written as `10%` or `10`.
    case share
  }

  /// The part behind the point.
  public let name: String
  /// What the number counts.
  public let kind: Kind
  /// What holds unless the user says otherwise, in the unit of `kind`.
  public let standard: UInt64
  /// What it does, in one line without a full stop.
  public let meaning: String

  init(_ name: String, _ kind: Kind, _ standard: UInt64, _ meaning: String) {
    self.name = name
    self.kind = kind
    self.standard = standard
    self.meaning = meaning
  }

  /// The value in the form in which a user writes it.
  public func text(_ value: UInt64) -> String {
    switch kind {
    case .count: return String(value)
    case .share: return "\(value)%"
    case .duration:
      for (unit, factor) in Self.units.reversed() where value >= factor && value % factor == 0 {
        return "\(value / factor)\(unit)"
      }
      return "\(value)ns"
    }
  }

  /// Reads a value as a user writes it; nil when it is none.
  public func value(_ text: String) -> UInt64? {
    switch kind {
    case .count: return Self.whole(text[...])
    case .share:
      guard let number = Self.whole(text.hasSuffix("%") ? text.dropLast() : text[...]),
        number <= 100
      else { return nil }
      return number
    case .duration:
      let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      let unit = String(text[digits.endIndex...])
      guard let factor = Self.units.first(where: { $0.unit == unit })?.nanoseconds else {
        return nil
      }
      return Self.scaled(digits, by: factor)
    }
  }

  /// What a value must look like, for a message.
  public var form: String {
    switch kind {
    case .count: "a whole number, such as \(standard)"
    case .share: "a percentage from 0% to 100%, such as \(standard)%"
    case .duration: "a duration with its unit (ns, us, ms, s), such as \(text(standard))"
    }
  }

  private static let units: [(unit: String, nanoseconds: UInt64)] = [
    ("ns", 1), ("us", 1000), ("ms", 1_000_000), ("s", 1_000_000_000),
  ]

  private static func whole(_ digits: Substring) -> UInt64? {
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return UInt64(digits)
  }

  /// A decimal number times `factor`, a power of ten; nil when it is finer than a nanosecond or too
  /// large.
  private static func scaled(_ digits: Substring, by factor: UInt64) -> UInt64? {
    let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let whole = whole(first) else { return nil }
    let (product, overflows) = whole.multipliedReportingOverflow(by: factor)
    if overflows { return nil }
    guard parts.count == 2 else { return product }
    let zeros = String(factor).count - 1
    guard parts[1].count <= zeros,
      let fraction = Self.whole(parts[1] + String(repeating: "0", count: zeros - parts[1].count))
    else { return nil }
    let (sum, overflowsToo) = product.addingReportingOverflow(fraction)
    return overflowsToo ? nil : sum
  }
}
