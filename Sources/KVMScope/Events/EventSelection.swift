import EventFormat

/// Which events the user asked for, by name.
struct EventSelection {
  /// By the dense numbers of the catalogue.
  private let isWanted: [Bool]

  /// Prepares a selection.
  ///
  /// - Parameters:
  ///   - patterns: a name, a system, or `system:name`; `*` stands for any letters. None: all
  ///     events.
  ///   - catalogue: what there is to select from.
  init(_ patterns: [String], _ catalogue: EventCatalogue) {
    isWanted = catalogue.events.map { event in
      patterns.isEmpty
        || patterns.contains { pattern in
          guard let colon = pattern.firstIndex(of: ":") else {
            return Self.matches(event.name, pattern) || Self.matches(event.system, pattern)
          }
          return Self.matches(event.system, String(pattern[..<colon]))
            && Self.matches(event.name, String(pattern[pattern.index(after: colon)...]))
        }
    }
  }

  func selects(_ number: Int) -> Bool { number < isWanted.count && isWanted[number] }

  /// Whether a text is what a pattern says, in time proportional to both lengths multiplied.
  static func matches(_ text: String, _ pattern: String) -> Bool {
    let text = Array(text.utf8)
    let pattern = Array(pattern.utf8)
    var at = 0
    var next = 0
    // Where the last star stood, and how far it has swallowed the text.
    var star: (pattern: Int, text: Int)?
    while at < text.count {
      if next < pattern.count, pattern[next] == UInt8(ascii: "*") {
        star = (next, at)
        next += 1
      } else if next < pattern.count, pattern[next] == text[at] {
        at += 1
        next += 1
      } else if let last = star {
        star = (last.pattern, last.text + 1)
        at = last.text + 1
        next = last.pattern + 1
      } else {
        return false
      }
    }
    return pattern[next...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
