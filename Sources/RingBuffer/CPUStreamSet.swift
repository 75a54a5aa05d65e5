/// The streams of all CPUs of a trace, read side by side through one span.
///
/// Whatever the bytes' origin (a mapped file, chunks unpacked on the way), the current blocks of
/// all streams lie in one
/// stretch of memory: whoever merges them holds a single span and positions in it.
public protocol CPUStreamSet: AnyObject {
  /// How many streams there are.
  var streamCount: Int { get }
  /// Where the parts of a stream's sub-buffers are.
  func layout(of stream: Int) -> SubBufferLayout
  /// All current blocks. Lent until `nextBlock` is called.
  var bytes: RawSpan { @_lifetime(borrow self) get }
  /// Goes on to a stream's next block of whole sub-buffers; the last one may be cut short.
  func nextBlock(of stream: Int) -> NextBlock
  /// Where a position in `bytes` lies in the file; for a compressed block, where its chunk begins.
  func fileOffset(of stream: Int, at position: Int) -> UInt64
  /// What could not be read of a stream so far. A stream with damage is cut: events are missing at
  /// its end.
  func damage(of stream: Int) -> [(offset: UInt64, what: String)]
}

/// What comes next in a stream.
public enum NextBlock: Sendable, Equatable {
  /// A block: its place in the bytes of the set.
  case block(Range<Int>)
  /// A block that does not follow the one before: what stood between could not be read.
  case blockAfterGap(Range<Int>)
  /// Nothing more.
  case end
}
