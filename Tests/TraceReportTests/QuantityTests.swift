import Testing
import TraceChecks

@testable import TraceReport

@Suite struct QuantityTests {
  @Test(arguments: [
    (UInt64(0), "0"), (1, "1 ns"), (999, "999 ns"), (1_000, "1.00 µs"), (9_994, "9.99 µs"),
    (9_996, "10.0 µs"), (99_960, "100 µs"), (999_499, "999 µs"), (999_500, "1.00 ms"),
    (12_345_678, "12.3 ms"), (999_500_000, "1.00 s"), (61_000_000_000, "61.0 s"),
    (7_200_000_000_000, "7,200 s"), (.max, "18,446,744,074 s"),
  ])
  func roundsDurationsToThreeDigits(value: UInt64, expected: String) {
    #expect(Quantity.duration(value, .nanoseconds) == expected)
  }

  @Test func countsTicksOut() {
    #expect(Quantity.duration(1_234_567, .ticks) == "1,234,567")
    #expect(Quantity.moment(1_234_567, .ticks) == "1234567")
  }

  @Test func writesMomentsAsTheOptionsTakeThem() {
    #expect(Quantity.moment(104_494_701_300, .nanoseconds) == "104.494701300")
    #expect(Quantity.moment(5, .nanoseconds) == "0.000000005")
  }

  @Test(arguments: [
    (UInt64(0), UInt64(0), "–"), (0, 5, "0.0 %"), (1, 3, "33.3 %"), (1, 1_000_000, "<0.1 %"),
    (5, 5, "100.0 %"),
  ])
  func neverHidesAShare(part: UInt64, whole: UInt64, expected: String) {
    #expect(Quantity.percent(part, of: whole) == expected)
  }
}
