internal import RingBuffer
internal import TraceBytes

/// The short way for almost all samples.
extension PerfDataRecords {
  /// Where the parts of samples stand that are read the short way; -1 for what is not there.
  struct Places: Equatable {
    let id: Int
    let time: Int
    let cpu: Int
    let thread: Int
    let rawSize: Int

    /// All places lie below it; a power of two.
    ///
    /// The parts in front of the data have 80 bytes at most.
    static let reach = 128

    /// `perf record -e … -e …`: IDENTIFIER, IP, TID, TIME, CPU, PERIOD, RAW.
    @inline(__always)
    static var usual: Places { Places(id: 8, time: 32, cpu: 40, thread: 24, rawSize: 56) }
  }

  /// What samples are compared with.
  struct Expected {
    /// The layout's number.
    let layout: UInt16
    /// By id, minus the lowest: the numbers of layouts.
    let lowest: UInt64
    /// The CPU.
    let stream: UInt32
    /// Up to where records begin, and up to where they end.
    let last: Int
    let end: Int
  }

  /// Reads samples of one layout and one CPU, in order of time, of threads that were seen before.
  ///
  /// Stops at the first record that is anything else, or that is damaged: that is read the long way.
  ///
  /// - Returns: how many samples were read; `at` stands behind the last.
  @inline(never)
  func readRun(
    _ bytes: RawSpan, _ at: inout Int, _ places: Places, _ expected: Expected,
    _ table: Span<UInt16>, _ seen: Span<Int32>, _ queue: inout RecordQueue
  ) -> UInt64 {
    guard pendingLoss.isEmpty, places.rawSize < Places.reach else { return 0 }
    let before = queue.count
    // Numbers that the compiler knows cost no registers, of which there are few.
    if places == .usual {
      Self.read(bytes, &at, .usual, expected, table, seen, &queue)
    } else {
      Self.read(bytes, &at, places, expected, table, seen, &queue)
    }
    return UInt64(queue.count - before)
  }

  @inline(__always)
  private static func read(
    _ bytes: RawSpan, _ at: inout Int, _ places: Places, _ expected: Expected,
    _ table: Span<UInt16>, _ seen: Span<Int32>, _ queue: inout RecordQueue
  ) {
    // All parts lie before the data's size: one comparison with this covers them.
    let least = places.rawSize + 4
    // Places below `reach` need no comparison of their own, once so much is known to be readable.
    let inside = Places.reach - 1
    let hasID = places.id >= 0
    // A part that is not there compares equal, whatever stands in its place.
    let threadMask: UInt32 = places.thread >= 0 ? .max : 0
    let cpuMask: UInt32 = places.cpu >= 0 ? .max : 0
    // What lies behind it may be old: so a record that fits into the span is whole.
    let bytes = bytes.extracting(0..<expected.end)
    let (lowest, layout, stream) = (expected.lowest, expected.layout, expected.stream)
    let last = expected.last
    var behind = at
    queue.extendRun(most: (expected.last - at) / least + 1) { room, count, latestTime in
      // Locals: what a closure captures is kept in memory.
      var next = behind
      var place = count
      var latest = latestTime
      // The thread before; a number that none has at first.
      var known: UInt64 = threadMask == 0 ? 0 : .max
      while next < last {
        let record = bytes.suffix(from: next)
        guard record.byteCount >= Places.reach &+ 8 else { break }
        let head = record.u64(at: 0)
        let size = Int(truncatingIfNeeded: head &>> 48)
        guard UInt32(truncatingIfNeeded: head) == PerfRecordType.sample, size >= least,
          size <= record.byteCount
        else { break }
        if hasID {
          let id = record.u64(at: places.id & inside) &- lowest
          guard id < UInt64(truncatingIfNeeded: table.count),
            table[Int(truncatingIfNeeded: id)] == layout
          else { break }
        }
        let thread = record.u32(at: (places.thread + 4) & inside) & threadMask
        if UInt64(thread) != known {
          guard seen[Int(thread & 255)] == Int32(bitPattern: thread) else { break }
          known = UInt64(thread)
        }
        guard (record.u32(at: places.cpu & inside) ^ stream) & cpuMask == 0 else { break }
        let length = Int(record.u32(at: places.rawSize & inside))
        let now = record.u64(at: places.time & inside)
        guard length <= size &- least, now >= latest else { break }
        latest = now
        room[place] = QueuedRecord(timestamp: now, offset: next &+ least, length: length)
        place &+= 1
        next &+= size
      }
      count = place
      latestTime = latest
      behind = next
    }
    at = behind
  }
}
