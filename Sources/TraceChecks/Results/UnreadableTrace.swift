/// An input that nothing could be said of.
///
/// Where several are given, the others are judged; every report names these.
public struct UnreadableTrace: Sendable, Equatable {
  /// Why it could not be read.
  public enum Cause: Sendable {
    /// It could not be opened: exit code 66.
    case cannotOpen
    /// It is not a trace, or damaged beyond reading: exit code 65.
    case notATrace
  }

  /// The path as the user wrote it.
  public var path: String
  /// Why.
  public var cause: Cause
  /// One sentence for the user; for a damaged file with offset, what was found and what was expected.
  public var reason: String

  /// Names an input.
  public init(path: String, cause: Cause, reason: String) {
    self.path = path
    self.cause = cause
    self.reason = reason
  }

  /// What a command ends with on its account.
  public var exitCode: Int {
    switch cause {
    case .cannotOpen: 66
    case .notATrace: 65
    }
  }
}
