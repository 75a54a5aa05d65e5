/// A test point of TAP 14.
public struct TAPTest: Sendable, Equatable {
  /// `ok` or `not ok`.
  public var isOK: Bool
  /// The description, escapes undone.
  public var description: String
  /// The diagnostics by key; no order.
  public var diagnostics: [String: String] = [:]
  /// The subtests.
  public var subtests: [TAPTest] = []
}

/// Reads TAP 14 strictly: version, plans before their tests, every number in its place, no line that is not known.
public struct TAPReader {
  /// Why it is not TAP.
  public struct Failure: Error, CustomStringConvertible {
    /// What was wrong, and in which line.
    public let description: String
  }

  private let lines: [Substring]
  private var at = 0

  /// Reads a whole stream.
  public static func parse(_ text: String) throws(Failure) -> [TAPTest] {
    guard text.last == "\n" else { throw Failure(description: "no line break at the end") }
    var reader = TAPReader(
      lines: text.dropLast().split(separator: "\n", omittingEmptySubsequences: false))
    guard reader.next == "TAP version 14" else { throw reader.failure("no version") }
    reader.at += 1
    let tests = try reader.tests(margin: "")
    guard reader.at == reader.lines.count else { throw reader.failure("not known") }
    return tests
  }

  private var next: Substring? { at < lines.count ? lines[at] : nil }

  private func failure(_ what: String) -> Failure {
    Failure(description: "\(what) in line \(at + 1): \(next ?? "the end")")
  }

  private mutating func tests(margin: String) throws(Failure) -> [TAPTest] {
    guard let plan = next, plan.hasPrefix(margin + "1.."),
      let count = Int(plan.dropFirst(margin.count + 3))
    else { throw failure("no plan") }
    at += 1
    var tests: [TAPTest] = []
    for number in 0..<count {
      var subtests: [TAPTest] = []
      if let line = next, line.hasPrefix(margin + "# Subtest: ") {
        at += 1
        subtests = try self.tests(margin: margin + "    ")
      }
      var test = try point(number + 1, margin: margin)
      test.subtests = subtests
      if !subtests.isEmpty, test.isOK != subtests.allSatisfy(\.isOK) {
        throw failure("a test that says another thing than its subtests")
      }
      if next == Substring(margin + "  ---") { test.diagnostics = try yaml(margin: margin + "  ") }
      tests.append(test)
    }
    return tests
  }

  private mutating func point(_ number: Int, margin: String) throws(Failure) -> TAPTest {
    for (word, isOK) in [("ok", true), ("not ok", false)] {
      let prefix = "\(margin)\(word) \(number) - "
      guard let line = next, line.hasPrefix(prefix) else { continue }
      var text = ""
      var rest = line.dropFirst(prefix.count)
      while let character = rest.popFirst() {
        if character == "#" { throw failure("a directive") }
        guard character == "\\" else {
          text.append(character)
          continue
        }
        guard let escaped = rest.popFirst(), escaped == "#" || escaped == "\\" else {
          throw failure("an escape")
        }
        text.append(escaped)
      }
      at += 1
      return TAPTest(isOK: isOK, description: text)
    }
    throw failure("no test \(number)")
  }

  private mutating func yaml(margin: String) throws(Failure) -> [String: String] {
    at += 1
    var values: [String: String] = [:]
    while let line = next, line != Substring(margin + "...") {
      guard line.hasPrefix(margin), let colon = line.firstIndex(of: ":") else {
        throw failure("no key")
      }
      let key = String(line[..<colon].dropFirst(margin.count))
      let value = line[line.index(after: colon)...].dropFirst()
      at += 1
      guard values[key] == nil else { throw failure("\(key) twice") }
      if value == "|2-" {
        var block: [Substring] = []
        while let line = next, line.isEmpty || line.hasPrefix(margin + "  ") {
          block.append(line.dropFirst(margin.count + 2))
          at += 1
        }
        values[key] = block.joined(separator: "\n")
      } else {
        values[key] = try quoted(value)
      }
    }
    guard next != nil else { throw failure("no end of the diagnostics") }
    at += 1
    return values
  }

  private func quoted(_ text: Substring) throws(Failure) -> String {
    guard text.count >= 2, text.first == "\"", text.last == "\"" else { throw failure("no quotes") }
    var result = ""
    var rest = text.dropFirst().dropLast()
    while let character = rest.popFirst() {
      if character == "\"" { throw failure("a quote") }
      guard character == "\\" else {
        result.append(character)
        continue
      }
      guard let escaped = rest.popFirst(), escaped == "\"" || escaped == "\\" else {
        throw failure("an escape")
      }
      result.append(escaped)
    }
    return result
  }
}
