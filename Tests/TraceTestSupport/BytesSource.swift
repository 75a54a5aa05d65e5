public import TraceBytes

/// Bytes that come as a pipe would bring them: so many at a time.
public final class BytesSource: ByteSource {
  private let bytes: [UInt8]
  private let sizes: [Int]
  private var position = 0
  private var turn = 0
  /// What is told when the bytes have ended.
  public let failure: SourceFailure?
  /// nil: nobody knows how many there are, as with a pipe.
  public let byteCount: UInt64?
  /// See `ByteSource`.
  public var mayWait: Bool { false }

  /// Takes what is to be read.
  ///
  /// - Parameters:
  ///   - bytes: all of them.
  ///   - sizes: of the pieces, over and over; the reader may have room for less.
  ///   - isFile: whether their number is known before.
  ///   - failure: what is told when they have ended.
  public init(
    _ bytes: [UInt8], sizes: [Int] = [1 << 20], isFile: Bool = false,
    failure: SourceFailure? = nil
  ) {
    self.bytes = bytes
    self.sizes = sizes
    self.failure = failure
    byteCount = isFile ? UInt64(bytes.count) : nil
  }

  /// See `ByteSource`.
  public func read(into room: inout MutableRawSpan) -> Int {
    let count = min(sizes[turn % sizes.count], room.byteCount, bytes.count - position)
    turn += 1
    for at in 0..<count {
      room.storeBytes(of: bytes[position + at], toByteOffset: at, as: UInt8.self)
    }
    position += count
    return count
  }

  /// See `ByteSource`.
  public func rewind() -> Bool {
    position = 0
    turn = 0
    return true
  }
}
