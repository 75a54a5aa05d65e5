import Testing

@testable import TraceReport

@Suite struct TableTests {
  private func table() -> Table {
    var table = Table([
      .text("name"), .text("reason", isFlexible: true), .number("count"),
      .number("p50", leaveOut: 1),
      .number("max", leaveOut: 2),
    ])
    table.add(["a", "EXTERNAL_INTERRUPT_WITH_A_LONG_NAME_INDEED", "12", "1.00 µs", "3.00 ms"])
    table.add(["bb", "HLT", "1,234", "–", "–"])
    return table
  }

  private func written(_ width: Int) -> [String] {
    let sink = ByteSink()
    table().write(to: sink, style: TextStyle(usesColor: false, width: width))
    return sink.text.split(separator: "\n").map(String.init)
  }

  @Test func alignsTextLeftAndNumbersRight() {
    #expect(
      written(100) == [
        "  name  reason                                      count      p50      max",
        "  a     EXTERNAL_INTERRUPT_WITH_A_LONG_NAME_INDEED     12  1.00 µs  3.00 ms",
        "  bb    HLT                                         1,234        –        –",
      ])
  }

  @Test(arguments: 40...90) func fitsTheLine(width: Int) {
    #expect(written(width).allSatisfy { $0.count <= width })
  }

  @Test func leavesOutTheLeastWantedColumnsFirst() {
    #expect(written(60)[0].contains("p50") && !written(60)[0].contains("max"))
    #expect(written(40)[0].contains("count") && !written(40)[0].contains("p50"))
  }

  @Test func showsEscapeSequencesInsteadOfSendingThem() {
    var table = Table([.text("comm")])
    table.add(["\u{1b}]0;owned\u{7}"])
    let sink = ByteSink()
    table.write(to: sink, style: .plain)
    #expect(sink.text.contains("\\x1b]0;owned\\x07"))
    #expect(!sink.text.contains("\u{1b}"))
  }
}
