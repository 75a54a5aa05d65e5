internal import Glibc

/// A file cannot be read at all.
public enum FileError: Error, Hashable, Sendable {
  /// The operating system said no; `code` is its errno.
  case system(path: String, operation: String, code: Int32)
  /// A directory was given.
  case isDirectory(path: String)
  /// A pipe, socket or device was given: it cannot be mapped.
  case notRegular(path: String)
  /// The file has no bytes.
  case isEmpty(path: String)
  /// What must be kept on disk for a while cannot be.
  case cannotKeep(path: String, reason: String)
}

extension FileError: CustomStringConvertible {
  /// One line: the path and what is wrong with it.
  public var description: String { "\(path): \(reason)" }

  /// The file.
  public var path: String {
    switch self {
    case .system(let path, _, _), .isDirectory(let path), .notRegular(let path), .isEmpty(let path),
      .cannotKeep(let path, _):
      path
    }
  }

  /// What is wrong, without the path.
  public var reason: String {
    switch self {
    case .system(_, let operation, let code):
      "cannot \(operation): \(FileError.message(of: code))"
    case .isDirectory:
      "is a directory without ring buffers (per_cpu/cpu0/trace_pipe_raw)"
    case .notRegular:
      "is not a regular file (a pipe or a device): save it to a file first"
    case .cannotKeep(_, let reason):
      "cannot keep a copy: \(reason) (TMPDIR names a directory with more room)"
    case .isEmpty:
      "at offset 0: the file is empty, a trace expected"
    }
  }

  /// The operating system's words for an errno.
  private static func message(of code: Int32) -> String {
    // SAFETY: `strerror` returns a text that ends in a zero byte, or null; it is copied at once.
    guard let text = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text)
  }
}
