import TraceBytes

/// The common fields of a record, as nearly all kernels store them.
struct RecordHeader: BitwiseCopyable {
  private let word: UInt64

  /// Reads u16 common_type, u8 flags, u8 preempt_count, i32 common_pid in one load.
  @inline(__always)
  init(_ bytes: RawSpan, at offset: Int) { word = bytes.u64(at: offset) }

  /// The same from eight bytes that were read already, lowest first.
  @inline(__always)
  init(_ word: UInt64) { self.word = word }

  /// The event's id.
  @inline(__always)
  var event: UInt16 { UInt16(truncatingIfNeeded: word) }

  /// The thread that the event happened on.
  @inline(__always)
  var thread: Int32 { Int32(truncatingIfNeeded: word &>> 32) }
}
