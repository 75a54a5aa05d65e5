import EventFormat

/// Which events the user asked for, by name.
struct EventSelection {
  /// By the dense numbers of the catalogue; nil for an event whose name was not known yet.
  private var isWanted: [Bool?]
  private let patterns: [String]
  private let name: (Int) -> (system: String, name: String)

  /// Prepares a selection.
  ///
  /// - Parameters:
  ///   - patterns: a name, a system, or `system:name`; `*` stands for any letters. None: all
  ///     events.
  ///   - trace: names the events.
  init(_ patterns: [String], _ trace: OpenedTrace) {
    self.patterns = patterns
    name = { trace.eventName($0) }
    isWanted = trace.catalogue.events.map { event in
      event.name.isEmpty ? nil : Self.selects(event.system, event.name, patterns)
    }
  }

  mutating func selects(_ number: Int) -> Bool {
    guard number < isWanted.count else { return false }
    if let known = isWanted[number] { return known }
    let event = name(number)
    let isWanted = Self.selects(event.system, event.name, patterns)
    self.isWanted[number] = isWanted
    return isWanted
  }

  private static func selects(_ system: String, _ name: String, _ patterns: [String]) -> Bool {
    patterns.isEmpty
      || patterns.contains { pattern in
        guard let colon = pattern.firstIndex(of: ":") else {
          return matches(name, pattern) || matches(system, pattern)
        }
        return matches(system, String(pattern[..<colon]))
          && matches(name, String(pattern[pattern.index(after: colon)...]))
      }
  }

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
