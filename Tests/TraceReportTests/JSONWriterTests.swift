import Testing

@testable import TraceReport

@Suite struct JSONWriterTests {
  private func written(_ body: (JSONWriter) -> Void) -> String {
    let sink = ByteSink()
    body(JSONWriter(sink))
    return sink.text
  }

  @Test func laysOutContainersOverLinesAndInlineOnesOnOne() {
    let text = written { json in
      json.object {
        json.member("name", "a")
        json.array("rows", [1, 2]) { number in
          json.object(inline: true) {
            json.member("n", number)
            json.array("none", [Int]()) { _ in }
          }
        }
        json.array("empty", [Int]()) { _ in }
      }
    }
    #expect(
      text == """
        {
          "name": "a",
          "rows": [
            {"n": 1, "none": []},
            {"n": 2, "none": []}
          ],
          "empty": []
        }

        """)
  }

  @Test(arguments: [
    ("plain", #""plain""#), (#"a"b\c"#, #""a\"b\\c""#), ("\n\r\t", #""\n\r\t""#),
    ("\u{0}\u{1b}[31m", #""\u0000\u001b[31m""#), ("\u{7f}\u{9b}", #""\u007f\u009b""#),
    ("\u{2028}\u{202e}", #""\u2028\u202e""#), ("größe 🐢", #""größe 🐢""#),
    (String(decoding: [0x61, 0xff, 0x62], as: UTF8.self), "\"a\u{fffd}b\""),
  ])
  func escapesWhatJSONOrATerminalWouldObey(text: String, expected: String) {
    #expect(written { $0.string(text) } == expected)
  }

  @Test func writesNumbersAsTheyAre() {
    let text = written { json in
      json.object(inline: true) {
        json.member("largest", UInt64.max)
        json.member("negative", Int64.min)
        json.member("fraction", 3.25)
        json.member("whole", 4.0)
        json.member("endless", Double.infinity)
        json.member("none", nil as UInt64?)
      }
    }
    #expect(
      text == """
        {"largest": 18446744073709551615, "negative": -9223372036854775808, "fraction": 3.25, \
        "whole": 4, "endless": null, "none": null}

        """)
  }
}
