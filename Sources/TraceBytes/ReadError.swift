/// More bytes were asked for than there are.
@frozen
public struct ReadError: Error, Hashable, Sendable {
  /// Where the read began, in the file (for bytes out of a compressed section: where the section
  /// begins).
  public var offset: FileOffset
  /// Bytes asked for.
  public var wanted: UInt64
  /// Bytes left there.
  public var available: UInt64

  /// A read of `wanted` bytes at `offset`, where only `available` are left.
  @inlinable
  public init(offset: FileOffset, wanted: UInt64, available: UInt64) {
    self.offset = offset
    self.wanted = wanted
    self.available = available
  }
}

extension ReadError: CustomStringConvertible {
  /// One line with the offset and both numbers.
  public var description: String {
    "at offset \(offset): \(wanted) bytes needed, \(available) left"
  }
}
