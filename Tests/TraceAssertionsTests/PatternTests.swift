import Testing

@testable import TraceAssertions

/// The grammar of event patterns: libtraceevent's filters.
@Suite struct PatternTests {
  private func filter(_ text: String) throws -> FilterExpression? {
    try PatternParser.parse("kvm_exit: " + text).filter
  }

  @Test func namesAndSystems() throws {
    let pattern = try PatternParser.parse("kvm/kvm_nested_.*, sched_switch")
    #expect(pattern.filter == nil)
    #expect(pattern.names.count == 2)
    func matches(_ system: String, _ event: String) -> Bool {
      pattern.names.contains { $0.matches(system: system, event: event) }
    }
    #expect(matches("kvm", "kvm_nested_vmexit"))
    #expect(matches("sched", "sched_switch"))
    #expect(!matches("kvm", "kvm_exit"))
    #expect(!matches("other", "kvm_nested_vmexit"))
    // A system alone means all of its events, and the whole name counts.
    let system = try PatternParser.parse("kvm")
    #expect(system.names[0].matches(system: "kvm", event: "anything"))
    #expect(!system.names[0].matches(system: "kvmmmu", event: "other"))
  }

  @Test func precedence() throws {
    #expect(
      try filter("a == 1 && b == 2 || !c")
        == .or(
          .and(
            .comparison(.equal, .name("a"), .number(1)),
            .comparison(.equal, .name("b"), .number(2))), .not(.name("c"))))
    // Comparisons bind less than everything that makes numbers, unlike in C.
    #expect(
      try filter("a & 0x80 == 0x80")
        == .comparison(
          .equal, .arithmetic(.and, .name("a"), .number(0x80)), .number(0x80)))
    #expect(
      try filter("1 + 2 * a << 3 | 4 == 5")
        == .comparison(
          .equal,
          .arithmetic(
            .or,
            .arithmetic(
              .shiftLeft,
              .arithmetic(.add, .number(1), .arithmetic(.multiply, .number(2), .name("a"))),
              .number(3)), .number(4)), .number(5)))
    #expect(
      try filter("a - 1 - 2 > 0")
        == .comparison(
          .greater,
          .arithmetic(.subtract, .arithmetic(.subtract, .name("a"), .number(1)), .number(2)),
          .number(0)))
    #expect(try filter("(a || b) && c") == .and(.or(.name("a"), .name("b")), .name("c")))
  }

  @Test func values() throws {
    #expect(try filter("a == 017") == .comparison(.equal, .name("a"), .number(15)))
    #expect(try filter("a == 'x'") == .comparison(.equal, .name("a"), .number(120)))
    #expect(try filter("a == \"x\"") == .comparison(.equal, .name("a"), .text("x")))
    #expect(try filter("a == -1") == .comparison(.equal, .name("a"), .negative(.number(1))))
    #expect(try filter("a != $b") == .comparison(.notEqual, .name("a"), .variable("b")))
    let expression = try RegularExpression("^q.*")
    #expect(try filter("COMM !~ \"^q.*\"") == .match("COMM", expression, isNegated: true))
  }

  /// A pattern, the scalar at which it is wrong, and a word of what is expected there.
  @Test(arguments: [
    ("", 0, "name"), ("kvm_exit:", 9, "condition"), ("kvm_exit: a ==", 14, "value"),
    ("kvm_exit: a = 1", 12, "operator"), ("kvm_exit: (a == 1", 17, "')'"),
    ("kvm_exit: a == 1 b", 17, "&&"), ("kvm_exit a == 1", 8, "':'"),
    ("kvm_exit: a =~ 3", 15, "quotes"),
    ("kvm_exit: a =~ '['", 15, "regular"), ("kvm_exit: a == 0x", 15, "number"),
    ("kvm_exit: a == 08", 15, "number"), ("kvm_exit: a == \"x", 15, "second"),
    ("kvm/: a", 3, "SYSTEM"), ("a,,b", 2, "name"), ("kvm_exit: a == 1 == 2", 17, "&&"),
    ("kvm_exit: $", 10, "name"), ("kvm_exit: a § 1", 12, "operator"),
  ])
  func mistakesHaveTheirPlace(pattern: String, offset: Int, word: String) {
    let error = #expect(throws: PatternMistake.self) { try PatternParser.parse(pattern) }
    #expect(error?.offset == offset)
    #expect(error?.expected.contains(word) == true, "\(error?.expected ?? "")")
  }

  @Test func nestingIsBounded() {
    for open in ["(", "!", "-", "~"] {
      let text = "kvm_exit: " + String(repeating: open, count: 3000) + "a"
      #expect(throws: PatternMistake.self) { try PatternParser.parse(text) }
    }
    #expect(throws: PatternMistake.self) {
      try PatternParser.parse("kvm_exit: " + String(repeating: "a||", count: 3000) + "a")
    }
  }

  @Test(arguments: [
    ("abc", "xABCx", true), ("^abc$", "abcd", false), ("a*b", "b", true), ("a\\+b", "b", false),
    ("a\\+b", "aab", true), ("ab\\?c", "ac", true), ("ab\\?c", "abbc", false),
    ("a\\|b", "xbx", true), ("\\(ab\\)*c", "ababc", true), ("[a-c]x", "bx", true),
    ("[^a-c]x", "bx", false), ("[]x]", "]", true), ("a.c", "abc", true), ("a\\.c", "abc", false),
    ("*a", "*a", true), ("^", "", true), ("$", "x", true), ("kvm", "qemu-kvm", true),
  ])
  func regularExpressions(expression: String, text: String, matches: Bool) throws {
    #expect(try RegularExpression(expression).matches(text.utf8) == matches)
    // With more states than bits in a word, the same.
    let unused = "\\|" + String(repeating: "#", count: 100)
    let long = expression.hasSuffix("\\|b") ? expression : "\\(" + expression + "\\)" + unused
    guard !expression.hasPrefix("*"), expression != "$" else { return }
    #expect(try RegularExpression(long).matches(text.utf8) == matches, "\(long)")
  }

  @Test func aRegularExpressionCannotBeSlow() throws {
    let text = String(repeating: "a", count: 3000)
    let expression = try RegularExpression("\\(a*\\)*\\(a*\\)*\\(a*\\)*b")
    #expect(!expression.matches(text.utf8))
  }

  /// Signed and unsigned numbers are compared as the numbers that they are.
  @Test func comparisonsAcrossSigns() {
    let minusOne = UInt64.max
    #expect(ComparisonOperator.less.holds(minusOne, isSigned: true, 0, isSigned: false))
    #expect(!ComparisonOperator.less.holds(minusOne, isSigned: false, 0, isSigned: false))
    #expect(!ComparisonOperator.equal.holds(minusOne, isSigned: true, .max, isSigned: false))
    #expect(ComparisonOperator.equal.holds(minusOne, isSigned: true, .max, isSigned: true))
    #expect(ComparisonOperator.greater.holds(3, isSigned: false, minusOne, isSigned: true))
    for operation in ComparisonOperator.allCases {
      for (a, b) in [(1, 2), (2, 1), (2, 2)] as [(UInt64, UInt64)] {
        #expect(
          operation.holds(a, isSigned: false, b, isSigned: false)
            == operation.mirrored.holds(b, isSigned: false, a, isSigned: false))
      }
    }
  }
}
