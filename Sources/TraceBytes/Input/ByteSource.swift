/// Bytes that come one after the other: a file, a pipe, or what is unpacked from another source.
///
///     source ──read──▶ room of the reader        nothing more: 0 bytes, and `failure` says why
public protocol ByteSource: AnyObject {
  /// Reads some bytes.
  ///
  /// Waits until there is at least one. Ends early where the user interrupts the program.
  ///
  /// - Parameter room: where the bytes go; at least one byte.
  /// - Returns: how many were written at the front of `room`; 0 at the end.
  func read(into room: inout MutableRawSpan) -> Int
  /// Whether the next `read` may have to wait for another program.
  var mayWait: Bool { get }
  /// Why the bytes ended before their end; nil when they did not.
  var failure: SourceFailure? { get }
  /// The size of all bytes, where it is known beforehand.
  var byteCount: UInt64? { get }
  /// Goes back to the first byte.
  ///
  /// - Returns: whether that is possible.
  func rewind() -> Bool
}

/// What went wrong while a source was read.
public struct SourceFailure: Sendable, Equatable {
  /// How many bytes of the source, as it is stored, came before.
  public var offset: UInt64
  /// One phrase.
  public var what: String

  /// Tells of a failure.
  public init(offset: UInt64, what: String) {
    self.offset = offset
    self.what = what
  }
}
