import ArgumentParser
import TraceBytes

/// The exit codes of the contract that ArgumentParser does not know.
enum Outcome {
  static let findings = ExitCode(1)
  static let inconclusive = ExitCode(2)
  static let cannotWrite = ExitCode(74)
  static let interrupted = ExitCode(130)
}

/// Lines for standard error.
enum Message {
  /// Says one line.
  ///
  /// Words of a trace may be in it: nothing in them acts on a terminal.
  static func say(_ text: String) {
    let text = harmless(text)
    // Nobody is left to tell when standard error cannot be written.
    _ = OutputDescriptor.standardError.write(Array("kvmscope: \(text)\n".utf8))
  }

  /// The text with control characters and marks of direction written out.
  private static func harmless(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0..<0x20, 0x7f..<0xa0, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069:
        result.append(contentsOf: ("\\x" + String(scalar.value, radix: 16)).unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
