internal import CTraceEvent
public import TraceBytes

/// libtraceevent's reader of sub-buffers (kbuffer), as the peer to compare with.
///
/// It does not check lengths: give it well-formed sub-buffers only.
public enum KernelBufferReader {
  /// What kbuffer says about one sub-buffer.
  public struct Result: Hashable, Sendable {
    /// Its records: offsets from the start of the sub-buffer.
    public var records: [PageBuilder.Expected] = []
    /// Lost events: 0 for none, -1 for an unknown number.
    public var lost: Int64 = 0
  }

  /// Reads a whole sub-buffer.
  public static func read(_ page: [UInt8], longSize: Int, order: ByteOrder) -> Result {
    let size = longSize == 8 ? KBUFFER_LSIZE_8 : KBUFFER_LSIZE_4
    let endian = order == .little ? KBUFFER_ENDIAN_LITTLE : KBUFFER_ENDIAN_BIG
    // SAFETY: the handle is freed below; kbuffer reads inside `page` as long as the sub-buffer is
    // well-formed, which is the caller's part, and the array is lent for all the calls.
    guard let handle = unsafe kbuffer_alloc(size, endian) else {
      preconditionFailure("kbuffer cannot be allocated")
    }
    defer { unsafe kbuffer_free(handle) }
    var copy = page
    return unsafe copy.withUnsafeMutableBytes { bytes in
      var result = Result()
      guard unsafe kbuffer_load_subbuffer(handle, bytes.baseAddress) == 0 else { return result }
      result.lost = Int64(unsafe kbuffer_missed_events(handle))
      var timestamp: UInt64 = 0
      var payload = unsafe kbuffer_read_event(handle, &timestamp)
      while let start = unsafe payload, let base = bytes.baseAddress {
        result.records.append(
          PageBuilder.Expected(
            timestamp: timestamp, offset: unsafe UnsafeRawPointer(base).distance(to: start),
            length: Int(unsafe kbuffer_event_size(handle))))
        unsafe payload = kbuffer_next_event(handle, &timestamp)
      }
      return result
    }
  }
}
