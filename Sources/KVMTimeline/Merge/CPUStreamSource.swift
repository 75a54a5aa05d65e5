public import RingBuffer

/// One CPU's stream of sub-buffers, wherever its bytes come from.
///
/// A source lends one block of whole sub-buffers after the other; the block stays valid until `nextBlock` is called
/// again.
public protocol CPUStreamSource: AnyObject {
  /// What can go wrong between two blocks.
  associatedtype Failure: Error
  /// Where the parts of a sub-buffer are.
  var layout: SubBufferLayout { get }
  /// Makes the next block available; false at the end of the stream.
  func nextBlock() throws(Failure) -> Bool
  /// The current block: whole sub-buffers, the last of which may be cut short. Empty before the first.
  var block: RawSpan { @_lifetime(borrow self) get }
  /// Where a byte of the current block lies in the file; for a compressed block, where its chunk begins.
  func fileOffset(ofBlockByte at: Int) -> UInt64
  /// What could not be read of the stream so far; asked for at its end. The stream is cut when it is not empty.
  var damageSoFar: [(offset: UInt64, what: String)] { get }
}

/// Takes the records of all streams in order of time.
public protocol RecordConsumer {
  /// One record. `stream` is the position of its source in the list that is merged.
  mutating func take(_ record: Record, in block: RawSpan, stream: Int)
  /// Events were lost in a stream, right before the record that comes next from it (or its end).
  ///
  /// - Parameter time: that of the stream's last record before the gap; nil when there is none.
  mutating func lost(_ loss: Loss, stream: Int, after time: UInt64?)
  /// Something could not be read; what followed it up to the next sub-buffer or block is counted as lost.
  mutating func damaged(_ what: String, at offset: UInt64, stream: Int)
  /// The time in a stream ran backwards.
  mutating func clockWentBack(to time: UInt64, from: UInt64, stream: Int)
  /// Bytes of blocks read since the last call: for a progress bar, and to stop when asked to.
  ///
  /// - Returns: whether to go on.
  mutating func progressed(bytes: Int) -> Bool
}
