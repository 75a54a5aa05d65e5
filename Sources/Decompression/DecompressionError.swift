/// A chunk cannot be unpacked.
public enum DecompressionError: Error, Hashable, Sendable {
  /// The file announces more bytes than such a chunk may have.
  case tooLarge(announced: UInt64, limit: UInt64)
  /// The chunk unpacks to another number of bytes than the file announces. `produced` stops at one
  /// too many.
  case sizeMismatch(announced: UInt64, produced: UInt64)
  /// The packed bytes are damaged; `code` is the library's own error number.
  case corrupt(Codec, code: Int)
  /// The library found no memory to work with.
  case outOfMemory
}

extension DecompressionError: CustomStringConvertible {
  /// One line with the numbers that disagree.
  public var description: String {
    switch self {
    case .tooLarge(let announced, let limit):
      return "announces \(announced) bytes unpacked, at most \(limit) are believable"
    case .sizeMismatch(let announced, let produced):
      return "announces \(announced) bytes unpacked, but holds \(produced)"
    case .corrupt(let codec, let code):
      return "is damaged (\(codec) error \(code))"
    case .outOfMemory:
      return "cannot be unpacked: out of memory"
    }
  }
}
