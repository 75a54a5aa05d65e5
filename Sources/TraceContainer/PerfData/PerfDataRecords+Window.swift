internal import RingBuffer
internal import TraceBytes

/// Reading the file through memory that is used again.
///
/// All that waits must fit into it. Where that is not so, and where records lead elsewhere, the rest
/// is looked at in the mapping of the file.
extension PerfDataRecords {
  /// The memory: a few rounds of a small machine, and little enough to stay in the caches.
  static let windowCapacity = 8 << 20

  /// Where the window begins in the file; 0 when it is not used.
  var windowBase: Int { usesWindow ? window?.base ?? 0 : 0 }

  /// Records that are only understood in the mapping.
  static func needsMapping(_ type: UInt32) -> Bool {
    switch type {
    case PerfRecordType.compressed, PerfRecordType.compressed2, PerfRecordType.headerTracingData,
      PerfRecordType.auxiliaryTrace:
      true
    default: false
    }
  }

  /// The next records in the window; reads on where one is not whole.
  func step(in window: FileWindow, _ queue: inout RecordQueue) -> Stop {
    let stop = read(
      window.memory, from: parsed, to: window.byteCount, Self.window, &queue, isUnpacked: false,
      &parsed)
    position = window.base + parsed
    switch stop {
    case .foreign:
      leaveWindow(window, &queue)
      return .window
    case .partial where window.end < perf.data.upperBound:
      if window.room < Self.window { makeRoom(in: window, queue) }
      guard window.room >= Self.window else {
        leaveWindow(window, &queue)
        return .window
      }
      let wanted = min(Self.window, perf.data.upperBound - window.end)
      return window.read(wanted) > 0 ? .window : .partial
    default: return stop
    }
  }

  /// Gives up the bytes of records that nobody waits for any more; at the end of the memory a new lap
  /// begins, if it has room.
  private func makeRoom(in window: FileWindow, _ queue: borrowing RecordQueue) {
    // One byte is left free, so that places behind the present lap's bytes are of the lap before.
    window.keep(from: queue.lowestOffset(from: window.byteCount + 1).map { $0 - 1 })
    guard window.room < Self.window, window.limit == window.capacity else { return }
    let rest = parsed
    let needed = min(queue.lowestOffset() ?? rest, rest) - 1
    guard needed >= window.byteCount - rest + Self.window else { return }
    window.startLap(with: rest, needed: needed)
    parsed = 0
  }

  /// From here on the file's mapping is used.
  private func leaveWindow(_ window: FileWindow, _ queue: inout RecordQueue) {
    queue.moveUp(window.base, behind: window.byteCount, window.baseBefore)
    usesWindow = false
  }
}
