public import TraceBytes

/// Where the parts of a sub-buffer are, as the recording kernel described them in
/// `events/header_page`.
///
///     0          8             commitOffset + commitSize = dataOffset (16 or 12)          pageSize
///     | time u64 | commit word |  records …                        [lost count]  unused   |
///
/// The fields are private to the ring buffer; a trace's own sizes arrive through the checked
/// initialiser only, so that a cursor may rely on them.
@frozen
public struct SubBufferLayout: Sendable, Hashable, BitwiseCopyable {
  /// Bytes of a whole sub-buffer, header included.
  public let pageSize: Int
  /// Where the commit word starts.
  public let commitOffset: Int
  /// Bytes of the commit word, and of a stored lost-event count: the kernel's `long`, 4 or 8.
  public let commitSize: Int
  /// Where the first record starts.
  public let dataOffset: Int
  /// The byte order of everything in the sub-buffer.
  public let order: ByteOrder
  /// Added to every time, wrapping: what puts the recording on another's axis of time.
  public var timeOffset: UInt64 = 0

  /// The largest sub-buffer that is believed: the size field of the commit word has 27 bits.
  public static let maximumPageSize = 1 << 26

  /// A layout with these parts, or nil if no kernel's sub-buffer can look like that.
  ///
  /// - Parameters:
  ///   - pageSize: bytes of a sub-buffer: a multiple of 4, with room for at least one record.
  ///   - commitOffset: where the commit word starts: after the timestamp.
  ///   - commitSize: bytes of the commit word: 4 or 8.
  ///   - dataOffset: where the first record starts: after the commit word, at a multiple of 4.
  ///   - order: the byte order.
  public init?(
    pageSize: Int, commitOffset: Int = 8, commitSize: Int = 8, dataOffset: Int = 16,
    order: ByteOrder = .little
  ) {
    guard commitSize == 4 || commitSize == 8, commitOffset >= 8, commitOffset <= 1024,
      dataOffset >= commitOffset + commitSize, dataOffset <= 1024, dataOffset % 4 == 0,
      pageSize % 4 == 0, pageSize >= dataOffset + 8, pageSize <= SubBufferLayout.maximumPageSize
    else { return nil }
    self.pageSize = pageSize
    self.commitOffset = commitOffset
    self.commitSize = commitSize
    self.dataOffset = dataOffset
    self.order = order
  }
}
