/// A position in a file, counted in bytes from its first.
///
/// A type of its own, so that a position in a file, in a section and in a sub-buffer cannot be
/// mixed up.
@frozen
public struct FileOffset: Hashable, Comparable, Sendable, BitwiseCopyable {
  /// Bytes from the start of the file.
  public var rawValue: UInt64

  /// The position `rawValue` bytes after the start of the file.
  @inlinable
  public init(_ rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// The position `offset` bytes after the start of the file; negative numbers count as 0.
  @inlinable
  public init(_ offset: Int) {
    self.rawValue = UInt64(clamping: offset)
  }

  /// Whether `lhs` lies before `rhs`.
  @inlinable
  public static func < (lhs: FileOffset, rhs: FileOffset) -> Bool {
    lhs.rawValue < rhs.rawValue
  }

  /// The position `distance` bytes further on; the last possible one if there is none.
  @inlinable
  public func advanced(by distance: Int) -> FileOffset {
    let (sum, overflow) = rawValue.addingReportingOverflow(UInt64(clamping: distance))
    return FileOffset(overflow ? .max : sum)
  }
}

extension FileOffset: CustomStringConvertible {
  /// The number alone, in decimal.
  public var description: String { String(rawValue) }
}
