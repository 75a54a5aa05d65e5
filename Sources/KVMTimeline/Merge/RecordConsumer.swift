public import RingBuffer

/// Takes the records of all streams, in order of time but for those that it takes early.
public protocol RecordConsumer {
  /// Takes the records of a run, as far as their turn has come.
  ///
  /// The first one is due, or is taken before its turn. Whoever needs nothing but the records in order of time implements
  /// `take(_:in:stream:)` and leaves this alone.
  ///
  /// - Parameters:
  ///   - run: the records; `run.record` was not taken yet.
  ///   - due: records up to this time have their turn before those of other streams.
  ///   - stream: its position in the set that is merged.
  /// - Returns: false when the run has come to its end, and its last record was taken; else
  ///   `run.record` waits for its turn.
  /// - Throws: what `run.advance` does.
  mutating func follow<Run: RecordRun & ~Escapable>(
    _ run: inout Run, until due: UInt64, stream: Int
  ) throws(PageFault) -> Bool
  /// Whether a record of the stream that was followed last is to be taken before its turn.
  ///
  /// Asked where a run has ended and the stream goes on: within a run `follow` decides.
  mutating func takesBeforeTurn(_ record: Record, in bytes: RawSpan, stream: Int) -> Bool
  /// One record. `stream` is its position in the set that is merged.
  mutating func take(_ record: Record, in bytes: RawSpan, stream: Int)
  /// Events were lost in a stream, right before the record that comes next from it (or its end).
  ///
  /// `time` is that of the stream's last record before the gap; nil when there is none.
  mutating func lost(_ loss: Loss, stream: Int, after time: UInt64?)
  /// What was recorded behind a stream's last record is missing, while other streams may have gone on.
  ///
  /// Called at the end of the walk, with the time of that record; nil when the stream has none.
  mutating func endedEarly(stream: Int, after time: UInt64?)
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
  /// Does nothing: for consumers that take a gap at the end for what any gap is.
  public mutating func endedEarly(stream: Int, after time: UInt64?) {}

  /// Takes none.
  public mutating func takesBeforeTurn(_ record: Record, in bytes: RawSpan, stream: Int) -> Bool {
    false
  }

  /// Takes record by record, none before its turn.
  public mutating func follow<Run: RecordRun & ~Escapable>(
    _ run: inout Run, until due: UInt64, stream: Int
  ) throws(PageFault) -> Bool {
    try takeInTurn(&run, until: due, stream: stream)
  }

  /// The loop of it, for consumers that have it compiled for one kind of run.
  @inlinable
  @inline(__always)
  public mutating func takeInTurn<Run: RecordRun & ~Escapable>(
    _ run: inout Run, until due: UInt64, stream: Int
  ) throws(PageFault) -> Bool {
    repeat {
      let time = run.record.timestamp
      take(run.record, in: run.bytes, stream: stream)
      guard try run.advance() else { return false }
      if run.record.timestamp < time {
        clockWentBack(to: run.record.timestamp, from: time, stream: stream)
      }
    } while run.record.timestamp <= due
    return true
  }
}
