/// Why an input could not be analyzed at all.
public enum AnalysisError: Error, Sendable {
  /// The file cannot be opened or read: exit code 66.
  case cannotOpen(path: String, reason: String)
  /// The file is not a trace, or damaged beyond reading: exit code 65. `reason` names offset, found
  /// and expected.
  case notATrace(path: String, reason: String)
}

extension AnalysisError: CustomStringConvertible {
  /// One line for the terminal.
  public var description: String {
    switch self {
    case .cannotOpen(let path, let reason): "\(path): \(reason)"
    case .notATrace(let path, let reason): "\(path): \(reason)"
    }
  }
}
