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
    guard text.plainWidth != nil else { return wrappedByCharacters(text, margin, room) }
    var lines: [String] = []
    var line: [UInt8] = []
    var columns = 0
    func end() { lines.append(margin + String(decoding: line, as: UTF8.self)) }
    for word in Array(text.utf8).split(separator: UInt8(ascii: " ")) {
      let width = word.count { String.beginsScalar($0) }
      if !line.isEmpty, columns + 1 + width > room {
        end()
        line.removeAll(keepingCapacity: true)
        columns = 0
      }
      if !line.isEmpty {
        line.append(UInt8(ascii: " "))
        columns += 1
      }
      line += word
      columns += width
    }
    if !line.isEmpty { end() }
    return lines
  }

  /// The same for text whose characters are not told from its bytes.
  private func wrappedByCharacters(_ text: String, _ margin: String, _ room: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > room {
        lines.append(margin + line)
        line = ""
      }
      if !line.isEmpty { line += " " }
      line += String(word)
    }
    if !line.isEmpty { lines.append(margin + line) }
    return lines
  }
}
