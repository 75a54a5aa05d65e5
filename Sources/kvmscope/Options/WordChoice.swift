import ArgumentParser

/// One of some words that an option can have.
///
/// ArgumentParser asks for the words whenever it builds the options of a command, several times in each run. Its own
/// answers are found by key paths and conformances at run time, which takes longer than to read a small trace; these are
/// the same.
protocol WordChoice: ExpressibleByArgument, CaseIterable, RawRepresentable<String> {}

extension WordChoice {
  var defaultValueDescription: String { rawValue }
  static var allValueStrings: [String] { allCases.map { $0.rawValue } }
  /// None: the words say it all.
  static var allValueDescriptions: [String: String] { [:] }
}
