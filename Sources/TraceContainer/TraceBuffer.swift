public import RingBuffer
public import TraceBytes

/// One ring buffer of a trace: the top one, or an instance.
public struct TraceBuffer: Sendable, Hashable {
  /// The instance's name; empty for the top buffer.
  public var name: String
  /// The clock of its timestamps as tracefs names it, such as `local` or `x86-tsc`.
  public var clock: String
  /// Where the parts of its sub-buffers are.
  public var layout: SubBufferLayout
  /// Its CPUs, in order; those without events too, with size 0.
  public var streams: [CPUStreamLocation]
  /// Which of the files of a recording it is in: 0 where there is only one.
  var source = 0

  /// Bytes of one sub-buffer.
  public var pageSize: Int { layout.pageSize }
}

/// Where the events of one CPU lie in a file.
public struct CPUStreamLocation: Sendable, Hashable {
  /// The CPU's number.
  public var cpu: Int
  /// Where its sub-buffers (packed: its chunk count) start.
  public var offset: FileOffset
  /// Bytes in the file; 0 when the CPU recorded nothing.
  ///
  /// Offset and size lie inside the file.
  public var size: UInt64
  /// Bytes that the file says there should be: more than `size` when it was cut.
  public var announcedSize: UInt64
  /// Whether the sub-buffers are packed in chunks.
  public var compressed: Bool
}
