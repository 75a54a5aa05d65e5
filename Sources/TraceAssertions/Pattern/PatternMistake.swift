/// What is wrong with a pattern, and where.
struct PatternMistake: Error, Equatable {
  /// From the pattern's first character, in Unicode scalars.
  let offset: Int
  /// What stands there.
  let found: String
  /// What should.
  let expected: String
  /// `Did you mean …?`; may be empty.
  var suggestion = ""
}
