internal import KVMEvents
internal import Testing
internal import TimelineTestSupport

/// A sequence of events and the intervals that it makes.
struct Sequence: Sendable, CustomTestStringConvertible {
  /// What the sequence shows.
  var what: String
  /// See ``Script``.
  var script: String
  /// See ``Replay/words``.
  var expected: String
  /// Kinds that were not recorded.
  var without: Set<EventKind> = []

  init(_ what: String, _ script: String, _ expected: String, without: Set<EventKind> = []) {
    self.what = what
    self.script = script
    self.expected = expected
    self.without = without
  }

  var testDescription: String { what }

  var replay: Replay { Replay(Script.log(script, without: without)) }
}
