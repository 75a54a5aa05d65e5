import ArgumentParser
import TraceBytes

/// The exit codes of the contract that ArgumentParser does not know.
enum Outcome {
  static let findings = ExitCode(1)
  static let inconclusive = ExitCode(2)
  static let notATrace = ExitCode(65)
  static let cannotOpen = ExitCode(66)
  static let cannotWrite = ExitCode(74)
  static let interrupted = ExitCode(130)
}

/// Lines for standard error.
enum Message {
  /// Says one line.
  static func say(_ text: String) {
    // Nobody is left to tell when standard error cannot be written.
    _ = OutputDescriptor.standardError.write(Array("kvmscope: \(text)\n".utf8))
  }
}
