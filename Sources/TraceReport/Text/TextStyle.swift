import TraceChecks

/// How a report for people looks.
public struct TextStyle: Sendable {
  /// Whether it may use colour.
  public var usesColor: Bool
  /// The columns that a line may take.
  public var width: Int
  /// The columns that a line of evidence may take: more than others where nobody knows how wide the reader's lines are.
  let evidenceWidth: Int

  /// What is assumed when the width is not known.
  public static let defaultWidth = 100
  /// What a pipe or a file gets: no colour, 100 columns.
  public static let plain = TextStyle(usesColor: false, width: nil)

  /// Makes a style.
  ///
  /// - Parameters:
  ///   - usesColor: whether it may use colour.
  ///   - width: nil where it is not known; under 40 columns is taken as 40.
  public init(usesColor: Bool, width: Int?) {
    self.usesColor = usesColor
    self.width = max(40, width ?? Self.defaultWidth)
    evidenceWidth = max(40, width ?? 120)
  }

  func bold(_ text: String) -> String { paint(text, "1") }
  func dim(_ text: String) -> String { paint(text, "2") }
  func bad(_ text: String) -> String { paint(text, "1;31") }
  func doubtful(_ text: String) -> String { paint(text, "1;33") }
  func good(_ text: String) -> String { paint(text, "1;32") }
  func info(_ text: String) -> String { paint(text, "1;36") }

  func severity(_ severity: Severity) -> String {
    switch severity {
    case .error: bad(severity.name)
    case .warning: doubtful(severity.name)
    case .note: info(severity.name)
    }
  }

  func verdict(_ verdict: Verdict) -> String {
    let word = verdict.rawValue.uppercased()
    return switch verdict {
    case .pass: good(word)
    case .inconclusive: doubtful(word)
    case .fail: bad(word)
    }
  }

  private func paint(_ text: String, _ code: String) -> String {
    usesColor ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
  }

  /// Names the inputs that could not be read.
  func writeUnreadable(_ traces: [UnreadableTrace], to sink: ByteSink) {
    for trace in traces {
      sink.write("\n" + bad("not read") + "\n")
      for line in wrapped(Words.unreadable(trace), margin: "  ") { sink.write(line + "\n") }
    }
  }

  /// Breaks text at spaces so that lines stay within the width, each with the same margin.
  func wrapped(_ text: String, margin: String) -> [String] {
    let room = max(20, width - margin.width)
    var lines: [String] = []
    var line = ""
    var columns = 0
    for (word, width) in Self.words(of: text) {
      if !line.isEmpty, columns + 1 + width > room {
        lines.append(margin + line)
        line = ""
        columns = 0
      }
      if !line.isEmpty {
        line += " "
        columns += 1
      }
      line += word
      columns += width
    }
    if !line.isEmpty { lines.append(margin + line) }
    return lines
  }

  /// What stands between spaces, with the columns that it takes; told from the bytes where that is the same.
  private static func words(of text: String) -> [(word: Substring, width: Int)] {
    guard text.plainWidth != nil else {
      return text.split(separator: " ").map { ($0, $0.count) }
    }
    return text.utf8.split(separator: UInt8(ascii: " ")).map {
      (Substring($0), $0.count { String.beginsScalar($0) })
    }
  }
}
