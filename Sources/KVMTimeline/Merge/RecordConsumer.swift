public import RingBuffer

/// Takes the records of all streams, in order of time but for those that it takes early.
public protocol RecordConsumer {
  /// The records that follow are all of one stream, up to the next call.
  ///
  /// - Parameters:
  ///   - stream: its position in the set that is merged.
  ///   - time: that of the first record.
  mutating func beginRun(stream: Int, at time: UInt64)
  /// Whether the next record of the run may be taken although another stream's is due before it.
  ///
  /// It is asked for records that are otherwise too early.
  func takesEarly(_ record: Record, in bytes: RawSpan) -> Bool
  /// One record. `stream` is its position in the set that is merged.
  mutating func take(_ record: Record, in bytes: RawSpan, stream: Int)
  /// Events were lost in a stream, right before the record that comes next from it (or its end).
  ///
  /// `time` is that of the stream's last record before the gap; nil when there is none.
  mutating func lost(_ loss: Loss, stream: Int, after time: UInt64?)
  /// Something could not be read; what followed it up to the next sub-buffer or block is counted as
  /// lost.
  mutating func damaged(_ what: String, at offset: UInt64, stream: Int)
  /// The time in a stream ran backwards.
  mutating func clockWentBack(to time: UInt64, from: UInt64, stream: Int)
  /// Bytes of blocks read since the last call: for a progress bar, and to stop when asked to.
  ///
  /// - Returns: whether to go on.
  mutating func progressed(bytes: Int) -> Bool
}

extension RecordConsumer {
  /// Does nothing: for consumers that look at every record by itself.
  public mutating func beginRun(stream: Int, at time: UInt64) {}

  /// No: for consumers that need all records in order of time.
  @inline(__always)
  public func takesEarly(_ record: Record, in bytes: RawSpan) -> Bool { false }
}
