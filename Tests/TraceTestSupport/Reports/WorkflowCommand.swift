/// A workflow command as the runner of GitHub Actions takes it from one line of output.
public struct WorkflowCommand: Sendable, Equatable {
  /// Its name: `error`, `warning`, `notice`.
  public var name: String
  /// What stands beside it: `file`, `title`.
  public var properties: [String: String] = [:]
  /// The message.
  public var message: String

  /// The command of a line; nil when the runner would print the line as it is.
  public init?(_ line: String) {
    guard line.hasPrefix("::") else { return nil }
    let rest = Array(line.dropFirst(2))
    // The first `::` behind the prefix ends the head, wherever it stands.
    guard
      let end = rest.indices.first(where: {
        $0 + 1 < rest.count && rest[$0] == ":" && rest[$0 + 1] == ":"
      })
    else { return nil }
    let head = String(rest[..<end])
    let parts = head.split(separator: " ", maxSplits: 1)
    guard let name = parts.first else { return nil }
    self.name = String(name)
    if parts.count > 1 {
      for property in parts[1].split(separator: ",") {
        let pair = property.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard pair.count == 2 else { return nil }
        properties[String(pair[0]).trimmed] = Self.unescaped(
          String(pair[1]), ["%0D", "%0A", "%3A", "%2C", "%25"])
      }
    }
    message = Self.unescaped(String(rest[(end + 2)...]), ["%0D", "%0A", "%25"])
  }

  /// The runner replaces one escape after the other, `%25` last.
  private static func unescaped(_ text: String, _ escapes: [String]) -> String {
    var result = text
    for escape in escapes {
      guard let value = UInt8(escape.dropFirst(), radix: 16) else { continue }
      result = result.replacing(escape, with: String(UnicodeScalar(value)))
    }
    return result
  }
}

extension String {
  fileprivate var trimmed: String { String(drop { $0 == " " }) }

  func replacing(_ part: String, with other: String) -> String {
    var result = ""
    var rest = Substring(self)
    while !rest.isEmpty {
      if rest.hasPrefix(part) {
        result += other
        rest = rest.dropFirst(part.count)
      } else {
        result.append(rest.removeFirst())
      }
    }
    return result
  }
}
