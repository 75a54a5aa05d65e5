import Testing
import TraceTestSupport

@testable import TraceReport

/// How much room text takes, and where it is broken.
struct TextWidthTests {
  private static let pieces = [
    "a", "L2", "→", "µs", "é", "·", "ʿ", "\r", "\n", "\r\n", "\u{301}", "\u{200d}", "–", "漢", "🇩🇪",
    "👩‍👧",
    "\u{600}", "\u{1100}", "\u{1161}", "…", "\u{21bf}", "\u{ad}", "\u{2181}", " ", " ", "  ",
  ]

  @Test func isTheNumberOfCharactersWhateverStandsTogether() {
    var random = SeededGenerator(for: "width of text")
    for _ in 0..<5000 {
      let text = (0..<Int.random(in: 0...6, using: &random)).map { _ in
        Self.pieces.randomElement(using: &random) ?? ""
      }.joined()
      #expect(text.width == text.count, "\(text.unicodeScalars.map(\.value))")
    }
  }

  @Test func isToldFromBytesForWhatReportsSay() {
    #expect("700 round trips L2 → L1 → L2: p50 586 µs · max 91.9 ms".plainWidth != nil)
    #expect("e\u{301}".plainWidth == nil && "\r\n".plainWidth == nil && "…".plainWidth == nil)
  }

  @Test(arguments: [40, 43, 60]) func linesBreakAtTheSamePlaces(width: Int) {
    let style = TextStyle(usesColor: false, width: width)
    var random = SeededGenerator(for: "lines of \(width)")
    for number in 0..<400 {
      // Every other text can be told from its bytes.
      let pieces =
        number % 2 == 0 ? Self.pieces : Self.pieces.filter { $0.plainWidth != nil }
      let text = (0..<Int.random(in: 0...80, using: &random)).map { _ in
        pieces.randomElement(using: &random) ?? ""
      }.joined()
      var expected: [String] = []
      var line = ""
      for word in text.split(separator: " ") {
        if !line.isEmpty, line.count + 1 + word.count > width - 2 {
          expected.append("  " + line)
          line = ""
        }
        line += line.isEmpty ? String(word) : " " + word
      }
      if !line.isEmpty { expected.append("  " + line) }
      #expect(style.wrapped(text, margin: "  ") == expected, "\(text.unicodeScalars.map(\.value))")
    }
  }
}
