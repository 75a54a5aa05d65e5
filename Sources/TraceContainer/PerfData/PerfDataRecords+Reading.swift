public import RingBuffer
internal import TraceBytes

/// Reading records: samples into the queue, everything else where it belongs.
extension PerfDataRecords {
  /// Reads whole records from `start` on, those that begin in the first `window` bytes.
  ///
  /// Moves `position` to where the next record starts, and says why it stopped there.
  @inline(never)
  func read(
    _ bytes: RawSpan, from start: Int, to end: Int, _ window: Int, _ queue: inout RecordQueue,
    isUnpacked: Bool, _ position: inout Int
  ) -> Stop {
    let order = self.order
    let idPlace = layouts.idPlace
    let table = layouts.dense
    let lowest = layouts.lowest
    let streamCount = UInt32(perf.streamCount)
    let copiesSamples = !isUnpacked && stream != nil
    // What the short way of `readRun` can do.
    let isPlain = order == .little && !copiesSamples && (idPlace < 0 || !table.isEmpty)
    let last = min(end, start + window)
    var seen = self.seen
    self.seen = []
    var samples: UInt64 = 0
    // The layout of the sample before, and its number.
    var number: UInt16 = 1
    guard var layout = layouts.layouts.first else { return .damaged }
    var at = start
    defer {
      position = at
      self.seen = seen
      recordCounts[Int(PerfRecordType.sample)] += samples
    }
    while at < last {
      if isPlain && layout.isUsable && layout.isFixed && queue.openStream >= 0 {
        samples += readRun(
          bytes, &at,
          Places(
            id: idPlace, time: layout.time, cpu: layout.cpu, thread: layout.thread,
            rawSize: layout.fixedEnd),
          Expected(
            layout: number, lowest: lowest,
            stream: UInt32(truncatingIfNeeded: queue.openStream), last: last, end: end),
          table.span, seen.span, &queue)
        if at >= last { break }
      }
      guard end - at >= 8 else { return .partial }
      let type = bytes.u32(at: at, order)
      let size = Int(bytes.u16(at: at + 6, order))
      guard size >= 8 else {
        note("a record of \(size) bytes", at: fileOffset(at, isUnpacked))
        return .damaged
      }
      guard size <= end - at else { return .partial }
      let record = at..<at + size
      if type != PerfRecordType.sample {
        if let stop = other(type, record, bytes, end, &queue, isUnpacked, &at) { return stop }
        continue
      }
      if copiesSamples {
        at = record.upperBound
        return .plain(record)
      }
      samples += 1
      at = record.upperBound
      if idPlace >= 0 {
        guard size >= idPlace + 8 else {
          isBad(record, isUnpacked)
          continue
        }
        let place = bytes.u64(at: record.lowerBound + idPlace, order) &- lowest
        let found =
          place < UInt64(truncatingIfNeeded: table.count)
          ? table[Int(truncatingIfNeeded: place)] : layouts.number(of: place &+ lowest)
        if found != number {
          guard found > 0 else {
            isUnknown(record, isUnpacked)
            continue
          }
          number = found
          layout = layouts.layouts[Int(found) - 1]
        }
      }
      guard layout.isUsable else {
        passedOver += 1
        continue
      }
      var raw = record.lowerBound + layout.fixedEnd
      if !layout.isFixed {
        let place = layout.rawPlace(bytes, record.lowerBound, record.upperBound, order)
        raw = place ?? record.upperBound
      }
      guard raw + 4 <= record.upperBound else {
        isBad(record, isUnpacked)
        continue
      }
      let length = Int(bytes.u32(at: raw, order))
      var cpu: UInt32 = 0
      if layout.cpu >= 0 { cpu = bytes.u32(at: record.lowerBound + layout.cpu, order) }
      guard length <= record.upperBound - raw - 4, cpu < streamCount else {
        isBad(record, isUnpacked)
        continue
      }
      let time = bytes.u64(at: record.lowerBound + layout.time, order)
      let stream = Int32(truncatingIfNeeded: cpu)
      if layout.thread >= 0 {
        let thread = Int32(
          truncatingIfNeeded: bytes.u32(at: record.lowerBound + layout.thread + 4, order))
        let slot = Int(thread & 255)
        if seen[slot] != thread {
          seen[slot] = thread
          let process = bytes.u32(at: record.lowerBound + layout.thread, order)
          tasks.note(process: Int32(truncatingIfNeeded: process), thread: thread)
        }
      }
      if !pendingLoss.isEmpty { placeLoss(before: stream, at: time, &queue) }
      queue.append(QueuedRecord(timestamp: time, offset: raw + 4, length: length), stream: stream)
    }
    return end - at >= 8 ? .window : .partial
  }

  private var order: ByteOrder { perf.order }

  /// Where a record stands in the file; for an unpacked one, where its piece does.
  private func fileOffset(_ at: Int, _ isUnpacked: Bool) -> UInt64 {
    UInt64(isUnpacked ? pieceRecord : at + windowBase)
  }

  @inline(never)
  private func isBad(_ record: Range<Int>, _ isUnpacked: Bool) {
    note(
      "a sample of \(record.count) bytes does not hold what its event says: left out",
      at: fileOffset(record.lowerBound, isUnpacked))
    add(.uncounted, before: -1)
  }

  @inline(never)
  private func isUnknown(_ record: Range<Int>, _ isUnpacked: Bool) {
    note(
      "a sample carries an id that no event has: left out",
      at: fileOffset(record.lowerBound, isUnpacked))
    add(.uncounted, before: -1)
  }

  /// A record that is no sample.
  ///
  /// Moves `at` behind it and what follows it, and says why reading must stop; nil when it goes on.
  @inline(never)
  private func other(
    _ type: UInt32, _ record: Range<Int>, _ bytes: RawSpan, _ end: Int, _ queue: inout RecordQueue,
    _ isUnpacked: Bool, _ at: inout Int
  ) -> Stop? {
    if usesWindow && Self.needsMapping(type) { return .foreign }
    recordCounts[Int(min(type, 256))] += 1
    at = record.upperBound
    switch type {
    case PerfRecordType.finishedRound: return .round
    case PerfRecordType.compressed, PerfRecordType.compressed2:
      // Packed records do not stand in packed records.
      guard !isUnpacked else { break }
      pieceRecord = record.lowerBound
      var content = record.lowerBound + 8..<record.upperBound
      if type == PerfRecordType.compressed2 {
        // u64 size, then so many bytes, then padding.
        guard content.count >= 8 else { break }
        let size = bytes.u64(at: content.lowerBound, order)
        let left = content.count - 8
        content = content.lowerBound + 8..<content.lowerBound + 8 + Int(min(size, UInt64(left)))
      }
      if content.isEmpty { break }
      return .piece(content)
    case PerfRecordType.headerTracingData:
      if record.count >= 12 {
        let size = Int(bytes.u32(at: record.lowerBound + 8, order))
        at = min(record.upperBound + (size + 7) / 8 * 8, end)
      }
    case PerfRecordType.auxiliaryTrace:
      at = PerfDataFile.end(ofAuxiliaryTrace: record.lowerBound, record.count, bytes, end, order)
    case PerfRecordType.lost, PerfRecordType.lostSamples: lost(type, record, bytes)
    case PerfRecordType.comm, PerfRecordType.fork: task(type, record, bytes, &queue)
    default: break
    }
    return nil
  }

  /// Where and when a record that is no sample happened; zeros where it does not say.
  private func placement(_ record: Range<Int>, _ bytes: RawSpan) -> (time: UInt64, cpu: Int32?) {
    guard let trailer = layouts.trailer(bytes, record, order) else { return (0, nil) }
    var time: UInt64 = 0
    if trailer.trailerTime > 0 {
      time = bytes.u64(at: record.upperBound - trailer.trailerTime, order)
    }
    guard trailer.trailerCPU > 0 else { return (time, nil) }
    let cpu = bytes.u32(at: record.upperBound - trailer.trailerCPU, order)
    return (time, cpu < UInt32(perf.streamCount) ? Int32(cpu) : nil)
  }
}

/// Loss, and what happens to threads.
extension PerfDataRecords {
  /// What was lost, in LOST: u64 id, u64 count; in LOST_SAMPLES: u64 count.
  private func lost(_ type: UInt32, _ record: Range<Int>, _ bytes: RawSpan) {
    let isSamples = type == PerfRecordType.lostSamples
    let place = record.lowerBound + (isSamples ? 8 : 16)
    guard place + 8 <= record.upperBound else { return add(.uncounted, before: -1) }
    var count = bytes.u64(at: place, order)
    if isSamples {
      // Samples that a filter program dropped were not wanted.
      let misc = bytes.u16(at: record.lowerBound + 4, order)
      if misc & 1 << 15 != 0 { return }
      // perf sums up at the end what the kernel may have told with LOST before: only what is more
      // counts.
      let (sum, overflow) = lostSamples.addingReportingOverflow(count)
      lostSamples = overflow ? .max : sum
      if lostSamples <= lostRecords { return }
      count = lostSamples - lostRecords
      lostRecords = lostSamples
    } else {
      let (sum, overflow) = lostRecords.addingReportingOverflow(count)
      lostRecords = overflow ? .max : sum
    }
    if count == 0 { return }
    add(.counted(count), before: placement(record, bytes).cpu ?? -1)
  }

  /// Adds a gap to those before the next sample of a CPU; -1: of any.
  func add(_ loss: Loss, before cpu: Int32) {
    switch (pendingLoss[cpu] ?? .none, loss) {
    case (_, .none): return
    case (.none, _): pendingLoss[cpu] = loss
    case (.counted(let a), .counted(let b)):
      let (sum, overflow) = a.addingReportingOverflow(b)
      pendingLoss[cpu] = overflow ? .uncounted : .counted(sum)
    default: pendingLoss[cpu] = .uncounted
    }
  }

  /// Puts the gap before a sample into the queue.
  @inline(never)
  private func placeLoss(before stream: Int32, at time: UInt64, _ queue: inout RecordQueue) {
    for cpu in [stream, -1] {
      guard let loss = pendingLoss.removeValue(forKey: cpu) else { continue }
      queue.append(QueuedRecord(timestamp: time, mark: newMark(.loss(loss))), stream: stream)
    }
  }

  /// See ``QueuedRecordSource/lossesAtEnd()``.
  public func lossesAtEnd() -> [(stream: Int, loss: Loss)] {
    defer { pendingLoss = [:] }
    return pendingLoss.sorted { $0.key < $1.key }.map { (Int(max($0.key, 0)), $0.value) }
  }

  /// What happens to a thread.
  ///
  /// COMM: u32 process, thread; name. FORK: u32 process, parent process, thread, parent thread; u64
  /// time.
  private func task(
    _ type: UInt32, _ record: Range<Int>, _ bytes: RawSpan, _ queue: inout RecordQueue
  ) {
    let isFork = type == PerfRecordType.fork
    guard record.count >= (isFork ? 24 : 16) else { return }
    func number(_ offset: Int) -> Int32 {
      Int32(truncatingIfNeeded: bytes.u32(at: record.lowerBound + offset, order))
    }
    let change: PerfTasks.Change
    if isFork {
      change = PerfTasks.Change(
        kind: .forked(by: number(20)), process: number(8), thread: number(16))
    } else {
      let start = record.lowerBound + 16
      // Names have 15 letters and a zero byte; more is no name of Linux.
      let end = min(start + 16, record.upperBound)
      let zero = bytes.firstIndex(of: 0, from: start, to: end)
      change = PerfTasks.Change(
        kind: .named(bytes.text(start..<(zero ?? end))), process: number(8), thread: number(12))
    }
    let (time, cpu) = placement(record, bytes)
    // Without a time it is what was so when the recording began.
    if time == 0 || time == .max { return tasks.apply(change) }
    queue.append(QueuedRecord(timestamp: time, mark: newMark(.task(change))), stream: cpu ?? 0)
  }

  private func newMark(_ mark: Mark) -> Int {
    if let free = freeMarks.popLast() {
      marks[free] = mark
      return free
    }
    marks.append(mark)
    return marks.count - 1
  }

  /// See ``QueuedRecordSource/reached(mark:)``.
  public func reached(mark: Int) -> Loss {
    guard mark < marks.count else { return .none }
    freeMarks.append(mark)
    switch marks[mark] {
    case .loss(let loss): return loss
    case .task(let change):
      tasks.apply(change)
      return .none
    }
  }
}
