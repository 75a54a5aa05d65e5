internal import TraceBytes

/// One event that `perf record` was asked for: the parts of `perf_event_attr` that reading needs.
///
/// Source: include/uapi/linux/perf_event.h.
public struct PerfAttribute: Sendable {
  /// `PERF_TYPE_…`.
  public let type: UInt32
  /// The event's number within its type: for a tracepoint, its id.
  public let config: UInt64
  /// Events from one sample to the next, or samples a second; 0 when it is only counted.
  let period: UInt64
  /// Which parts a sample has: `PERF_SAMPLE_…`.
  public let sampleType: UInt64
  /// Which parts a counter's value has: `PERF_FORMAT_…`.
  let readFormat: UInt64
  /// The flags behind `read_format`, bit 0 first.
  let flags: UInt64
  /// The clock of timestamps; counts only when `usesClock` is set.
  let clock: Int32
  /// The ids that its samples carry.
  var ids: [UInt64] = []

  /// A tracepoint.
  static let tracepoint: UInt32 = 2
  /// The smallest `perf_event_attr` there ever was.
  static let smallestSize = 64

  /// Whether it is a tracepoint.
  public var isTracepoint: Bool { type == Self.tracepoint }
  /// Whether each time that it happens is in the recording.
  ///
  /// Not so with a period of more than one, with a number of samples a second, and for members of a
  /// group that are only read with their leader (`perf record -e '{…}:S'`).
  public var isRecordedWhole: Bool { period == 1 && flags & 1 << 10 == 0 }
  /// Whether it has no samples at all: only its count is read, with the samples of a group's leader.
  public var isOnlyCounted: Bool { period == 0 }
  /// Whether records that are no samples end with the parts that place them.
  var placesAllRecords: Bool { flags & 1 << 18 != 0 }
  /// Whether `clock` counts.
  var usesClock: Bool { flags & 1 << 25 != 0 }

  /// Reads the attribute that `bytes` start with: 64 bytes at least.
  init(_ bytes: RawSpan, _ order: ByteOrder) {
    type = bytes.u32(at: 0, order)
    config = bytes.u64(at: 8, order)
    period = bytes.u64(at: 16, order)
    sampleType = bytes.u64(at: 24, order)
    readFormat = bytes.u64(at: 32, order)
    // Bit fields: the compilers of big-endian machines begin at the top of each byte.
    var flags: UInt64 = 0
    for bit in 0..<64 {
      let byte = bytes.u8(at: 40 + bit / 8)
      let isSet = byte >> UInt8(order == .little ? bit % 8 : 7 - bit % 8) & 1
      flags |= UInt64(isSet) << UInt64(bit)
    }
    self.flags = flags
    clock = bytes.byteCount >= 96 ? Int32(bitPattern: bytes.u32(at: 92, order)) : 0
  }

  /// What people call the clock.
  var clockName: String? {
    guard usesClock else { return nil }
    switch clock {
    case 0: return "realtime"
    case 1: return "monotonic"
    case 4: return "monotonic_raw"
    case 7: return "boottime"
    case 11: return "tai"
    default: return "clockid \(clock)"
    }
  }
}
