/// A sub-buffer that does not hold what it says.
///
/// What came before the fault is good; the rest of the sub-buffer cannot be read, because records
/// have no mark to find the next one by.
@frozen
public struct PageFault: Error, Sendable, Hashable, BitwiseCopyable {
  /// What is wrong.
  @frozen
  public enum Kind: UInt8, Sendable, Hashable, BitwiseCopyable {
    /// The sub-buffer is shorter than its own header.
    case headerCut
    /// The commit word counts more data than a sub-buffer holds.
    case commitTooLarge
    /// The data end in the middle of a record's header.
    case recordHeaderCut
    /// A record reaches past the data.
    case recordTooLong
    /// A record's length is less than the length word itself.
    case lengthTooSmall
    /// The sub-buffer was cut: its commit word counts more data than are there. All records before
    /// were read.
    case dataCut
  }

  /// What is wrong.
  public var kind: Kind
  /// Where, from the start of the sub-buffer.
  public var pageOffset: UInt32
  /// Bytes found (kind `headerCut`, `recordHeaderCut`, `dataCut`) or claimed (the others).
  public var found: UInt32
  /// Bytes expected there, or the most there can be.
  public var expected: UInt32

  /// A fault of `kind` at `pageOffset`; numbers that do not fit are held at the largest that does.
  @usableFromInline
  init(_ kind: Kind, at pageOffset: Int, found: Int, expected: Int) {
    self.kind = kind
    self.pageOffset = UInt32(clamping: pageOffset)
    self.found = UInt32(clamping: found)
    self.expected = UInt32(clamping: expected)
  }
}

extension PageFault: CustomStringConvertible {
  /// One line with the place in the sub-buffer and both numbers.
  public var description: String {
    let place = "sub-buffer offset \(pageOffset)"
    switch kind {
    case .headerCut: return "\(place): header of \(expected) bytes, \(found) there"
    case .commitTooLarge: return "\(place): \(found) bytes of data claimed, at most \(expected) fit"
    case .recordHeaderCut: return "\(place): record header of \(expected) bytes, \(found) left"
    case .recordTooLong: return "\(place): record of \(found) bytes, \(expected) left"
    case .lengthTooSmall: return "\(place): record length \(found), at least \(expected) expected"
    case .dataCut: return "\(place): \(expected) bytes of data claimed, \(found) there"
    }
  }
}
