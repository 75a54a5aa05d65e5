/// One thing that is wrong with a rules file.
public struct RuleMistake: Sendable, Equatable, CustomStringConvertible {
  /// The file's name.
  public var path: String
  /// From 1.
  public var line: Int
  /// From 1, in Unicode scalars.
  public var column: Int
  /// What stands there; where `expected` is empty, a sentence about it.
  public var found: String
  /// What should, or empty.
  public var expected: String
  /// A question with a guess, or empty.
  public var suggestion: String

  /// One line for the terminal.
  ///
  /// `rules.yaml:3:5: found 'chek', expected a key of a rule: … Did you mean 'check'?`
  public var description: String {
    let what = expected.isEmpty ? found : "found \(found), expected \(expected)."
    return "\(path):\(line):\(column): \(what)"
      + (suggestion.isEmpty ? "" : " " + suggestion.drop { $0 == " " })
  }
}

/// All that is wrong with a rules file, in the order of its lines.
public struct RuleMistakes: Error, Sendable {
  /// At least one.
  public var mistakes: [RuleMistake]
}
