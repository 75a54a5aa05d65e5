/// Finding out what is due, and forgetting what was handed out.
extension RecordQueue {
  /// Where the records of one stream that are due stand: a part of one run.
  public struct Head: Sendable, BitwiseCopyable {
    /// The next record, as an index into `entries`.
    public var at: Int
    /// The end of this part.
    public var end: Int
    /// Where this part began.
    public let start: Int
    /// The stream.
    public let stream: Int
    let run: Int32
  }

  /// The heads of all streams that have something due, by stream.
  ///
  /// To be called when nothing is added any more until `removeDue`.
  public mutating func heads() -> [Head] {
    closeRun()
    for stream in active where !lanes[Int(stream)].isSorted { sort(Int(stream)) }
    var heads: [Head] = []
    for at in runs.indices {
      runs[at].due = firstEntry(after: bound, in: runs[at])
      let late = wasDue == 0 ? runs[at].start : firstEntry(after: wasDue - 1, in: runs[at])
      lateCount += UInt64(late - runs[at].start)
    }
    wasDue = max(wasDue, bound)
    for stream in active {
      if let head = head(at: lanes[Int(stream)].firstRun, Int(stream)) { heads.append(head) }
    }
    heads.sort { $0.stream < $1.stream }
    return heads
  }

  /// The next part of the same stream's records that are due; nil when there is none.
  public func next(after head: Head) -> Head? {
    self.head(at: runs[Int(head.run)].next, head.stream)
  }

  private func head(at first: Int32, _ stream: Int) -> Head? {
    var run = first
    while run >= 0 {
      let one = runs[Int(run)]
      if one.start < one.due {
        return Head(at: one.start, end: one.due, start: one.start, stream: stream, run: run)
      }
      run = one.next
    }
    return nil
  }

  /// The time of the last record of a stream that was handed out.
  public func delivered(of stream: Int) -> UInt64? {
    stream < lanes.count ? lanes[stream].delivered : nil
  }

  /// Notes the last record of a stream that was handed out.
  public mutating func deliver(_ time: UInt64, of stream: Int) { lanes[stream].delivered = time }

  /// How many streams were seen.
  public var streamCount: Int { lanes.count }

  /// The first entry of a run that is later than a time.
  private func firstEntry(after time: UInt64, in run: Run) -> Int {
    var low = run.start
    var high = run.end
    while low < high {
      let middle = low + (high - low) / 2
      if waiting[middle].timestamp <= time { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Sorts the entries of one stream; at the same time the one that was read first comes first.
  private mutating func sort(_ stream: Int) {
    var all: [(entry: QueuedRecord, place: Int)] = []
    var run = lanes[stream].firstRun
    while run >= 0 {
      for at in runs[Int(run)].start..<runs[Int(run)].end { all.append((waiting[at], at)) }
      run = runs[Int(run)].next
    }
    all.sort { ($0.entry.timestamp, $0.place) < ($1.entry.timestamp, $1.place) }
    // Back into the same places, in order: each run stays one, and they follow one another now.
    var next = 0
    run = lanes[stream].firstRun
    while run >= 0 {
      for at in runs[Int(run)].start..<runs[Int(run)].end {
        waiting[at] = all[next].entry
        next += 1
      }
      run = runs[Int(run)].next
    }
    wasSorted = true
    lanes[stream].isSorted = true
    lanes[stream].last = all.last?.entry.timestamp ?? 0
  }

  /// Forgets all that was due; the rest stays in the order in which it was read.
  public mutating func removeDue() {
    let old = runs
    runs.removeAll(keepingCapacity: true)
    for stream in active {
      lanes[Int(stream)].firstRun = -1
      lanes[Int(stream)].lastRun = -1
    }
    active.removeAll(keepingCapacity: true)
    var end = 0
    for run in old where run.due < run.end {
      let start = end
      end = keep(run.due..<run.end, at: end)
      addRun(start..<end, stream: run.stream)
    }
    used = end
    kept = end
    if end == 0 { wasSorted = false }
  }

  /// Moves entries down to `start`; returns where the last of them ends.
  private mutating func keep(_ range: Range<Int>, at start: Int) -> Int {
    let first = range.lowerBound
    precondition(start >= 0 && start <= first && range.upperBound <= waiting.count)
    if start == first { return range.upperBound }
    var all = waiting.mutableSpan
    for step in 0..<range.count { all[start &+ step] = all[first &+ step] }
    return start &+ range.count
  }

  /// Moves the places of all records: the bytes before `distance` are gone.
  public mutating func moveDown(_ distance: Int) {
    for at in 0..<count { waiting[at] = waiting[at].moved(up: -distance) }
  }

  /// Moves the places of all records up by `distance`; those behind a place by another one.
  public mutating func moveUp(_ distance: Int, behind place: Int, _ other: Int) {
    for at in 0..<count {
      waiting[at] = waiting[at].moved(up: waiting[at].offset > place ? other : distance)
    }
  }

  /// The lowest place of a record that waits, of those from `least` on; nil when none does.
  ///
  /// What was read first must have such a place, if any has.
  public func lowestOffset(from least: Int = 0) -> Int? {
    var lowest: Int?
    for at in 0..<count where !waiting[at].isMark {
      let offset = waiting[at].offset
      if offset >= least { lowest = min(lowest ?? .max, offset) }
      // They wait in the order in which they were read, but for what was sorted.
      if !wasSorted { break }
    }
    return lowest
  }
}
