internal import RingBuffer
internal import TraceBytes

/// The short way for almost all samples.
extension PerfDataRecords {
  /// Where the parts of samples stand that are read the short way.
  struct Places {
    let id: Int
    let time: Int
    let cpu: Int
    let thread: Int
    let rawSize: Int
    /// The layout's number, and the lowest of the ids.
    let number: UInt16
    let lowest: UInt64

    init(_ layout: SampleLayout, _ id: Int, _ number: UInt16, _ lowest: UInt64) {
      self.id = id
      time = layout.time
      cpu = layout.cpu
      thread = layout.thread
      rawSize = layout.fixedEnd
      self.number = number
      self.lowest = lowest
    }
  }

  /// Reads samples of one layout and one CPU, in order of time, of threads that were seen before.
  ///
  /// Stops at the first record that is anything else, or that is damaged: that is read the long way.
  ///
  /// - Returns: how many samples were read; `at` stands behind the last.
  @inline(never)
  func readRun(
    _ bytes: RawSpan, _ at: inout Int, _ last: Int, _ end: Int, _ places: Places,
    _ table: Span<UInt16>, _ seen: Span<Int32>, _ queue: inout RecordQueue
  ) -> UInt64 {
    guard pendingLoss.isEmpty else { return 0 }
    let stream = UInt32(truncatingIfNeeded: queue.openStream)
    let start = at
    // All parts lie before the data's size: one comparison with this covers them.
    let least = places.rawSize + 4
    var behind = start
    var samples: UInt64 = 0
    queue.extendRun(most: (last - start) / least + 1) { room, count, time in
      // Locals: what a closure captures is kept in memory.
      var next = behind
      var place = count
      var latest = time
      while next < last, end - next >= least {
        let head = bytes.u64(at: next)
        let size = Int(truncatingIfNeeded: head &>> 48)
        guard UInt32(truncatingIfNeeded: head) == PerfRecordType.sample, size >= least,
          size <= end - next
        else { break }
        if places.id >= 0 {
          let id = bytes.u64(at: next + places.id) &- places.lowest
          guard id < UInt64(truncatingIfNeeded: table.count),
            table[Int(truncatingIfNeeded: id)] == places.number
          else { break }
        }
        if places.thread >= 0 {
          let thread = Int32(bitPattern: bytes.u32(at: next + places.thread + 4))
          guard seen[Int(thread & 255)] == thread else { break }
        }
        if places.cpu >= 0 {
          guard bytes.u32(at: next + places.cpu) == stream else { break }
        }
        let length = Int(bytes.u32(at: next + places.rawSize))
        let now = bytes.u64(at: next + places.time)
        guard length <= size - least, now >= latest else { break }
        latest = now
        room[place] = QueuedRecord(timestamp: now, offset: next + least, length: length)
        place += 1
        next += size
      }
      samples = UInt64(place - count)
      count = place
      time = latest
      behind = next
    }
    at = behind
    return samples
  }
}
