import Testing

@testable import TraceReport

@Suite struct CSVWriterTests {
  @Test(arguments: [
    ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""),
    (" edge", "\" edge\""), ("two\nlines", "two\\x0alines"), ("\u{1b}[2J", "\\x1b[2J"),
  ])
  func quotesWhatNeedsIt(value: String, expected: String) {
    let sink = ByteSink()
    var csv = CSVWriter(sink)
    csv.field(value)
    csv.endRow()
    #expect(sink.text == expected + "\n")
  }

  @Test func leavesMissingValuesEmpty() {
    let sink = ByteSink()
    var csv = CSVWriter(sink)
    csv.field(nil as String?)
    csv.field(UInt64(7))
    csv.field(nil as Int32?)
    csv.field(-3)
    csv.field(true)
    csv.endRow()
    #expect(sink.text == ",7,,-3,true\n")
  }
}
