internal import Glibc

/// A file descriptor that results are written to.
public struct OutputDescriptor: Sendable {
  /// The descriptor; who opened it closes it.
  public let rawValue: CInt

  /// Standard output.
  public static let standardOutput = OutputDescriptor(rawValue: STDOUT_FILENO)
  /// Standard error.
  public static let standardError = OutputDescriptor(rawValue: STDERR_FILENO)

  /// Wraps an open descriptor.
  public init(rawValue: CInt) { self.rawValue = rawValue }

  /// Opens a file for writing, creating it where there is none; what it holds stays until
  /// `truncate`.
  ///
  /// - Returns: nil when it cannot be opened; `HostProcess.lastErrorMessage` then says why.
  public static func open(_ path: String) -> OutputDescriptor? {
    // SAFETY: the path is a NUL-terminated copy that lives for the call.
    let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
    return descriptor < 0 ? nil : OutputDescriptor(rawValue: descriptor)
  }

  /// Empties a regular file; nothing else can be emptied, and need not be.
  public func truncate() {
    _ = ftruncate(rawValue, 0)
  }

  /// Writes all bytes, going on after signals and short writes.
  ///
  /// - Returns: 0, or the `errno` of the write that failed.
  public func write(_ bytes: [UInt8]) -> CInt { write(bytes.rawBytes) }

  /// Writes all bytes, going on after signals and short writes.
  ///
  /// - Returns: 0, or the `errno` of the write that failed.
  public func write(_ bytes: borrowing RawSpan) -> CInt {
    var written = 0
    while written < bytes.byteCount {
      // SAFETY: the offset is below the count (loop condition), and the length is what is left
      // behind it.
      let result = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(rawValue, $0.baseAddress?.advanced(by: written), $0.count - written)
      }
      if result >= 0 {
        written += result
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }

  /// Closes the descriptor.
  ///
  /// - Returns: 0, or the `errno`: a file system may report only now that a write failed.
  public func close() -> CInt {
    Glibc.close(rawValue) == 0 ? 0 : errno
  }

  /// Whether a person reads it.
  public var isTerminal: Bool { isatty(rawValue) == 1 }

  /// The terminal's width in columns; nil when it is none, or does not tell.
  public var terminalWidth: Int? {
    var size = winsize()
    // SAFETY: TIOCGWINSZ fills in one winsize, which is what it is given.
    guard unsafe ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }
}
