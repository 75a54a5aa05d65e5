/// Numbers as C's `printf` writes them, for reports that must equal those of another program digit by digit.
enum PrintedNumber {
  /// What `%.2f` gives: two digits behind the point, of the number's exact value; of two that are as close, the even one.
  static func hundredths(_ value: Double) -> String {
    guard value >= 0, value < 0x1p63 else {
      return value < 0 ? "-" + hundredths(-value) : "\(value)"
    }
    var whole = UInt64(value)
    let fraction = value - Double(whole)
    // The product may be rounded; what it lacks is known exactly.
    let product = fraction * 100
    let lacking = (-product).addingProduct(fraction, 100)
    var hundredths = product.rounded(.down)
    let rest = product - hundredths
    if rest > 0.5 || (rest == 0.5 && (lacking > 0 || (lacking == 0 && isOdd(hundredths)))) {
      hundredths += 1
    }
    if hundredths >= 100 {
      whole += 1
      hundredths -= 100
    }
    return "\(whole)." + Quantity.padded(UInt64(hundredths), 2)
  }

  private static func isOdd(_ value: Double) -> Bool { UInt64(value) % 2 == 1 }

  /// A text with blanks in front of it, so that it takes so many columns at least.
  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
