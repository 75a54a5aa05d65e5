/// Records that wait for their turn, in the order in which they were read.
///
/// They are kept as runs: a run is sorted and of one stream. A recorder empties one CPU's buffer
/// after the other, so there are few of them.
///
///     entries  0 1 2 3 4 5 6 7 8 9 …
///     runs     ├ CPU 0 ┤├ CPU 1 ─┤├ CPU 0 …
///     bound        │ due  later     (in each run)
public struct RecordQueue {
  /// A stretch of entries that are sorted and of one stream.
  struct Run {
    let stream: Int32
    /// The stream's next run; -1 at the last.
    var next: Int32
    var start: Int
    var end: Int
    /// Where its records begin that are not due yet.
    var due: Int
  }

  /// What is remembered of a stream.
  struct Lane {
    var firstRun: Int32 = -1
    var lastRun: Int32 = -1
    /// The time of its last entry.
    var last: UInt64 = 0
    /// Whether its runs follow one another in time.
    var isSorted = true
    /// The time of the last record handed out; nil before the first.
    var delivered: UInt64?
  }

  /// All that wait, and room for more behind `count`.
  @usableFromInline var waiting: [QueuedRecord] = []
  var runs: [Run] = []
  var lanes: [Lane] = []
  /// The streams that have runs.
  var active: [Int32] = []
  /// Records up to this time are due.
  public var bound: UInt64 = 0
  /// All that wait, and what waited before behind them.
  public var entries: [QueuedRecord] { waiting }
  @usableFromInline var used = 0
  /// How many wait.
  @inlinable public var count: Int { used }
  /// Entries added since records were handed out last.
  public var added: Int { count - kept }
  /// Entries left over when records were handed out last.
  var kept = 0
  /// The latest time of all entries of closed runs, those gone included.
  public private(set) var latest: UInt64 = 0
  /// The latest time that was due before.
  var wasDue: UInt64 = 0
  /// Entries that wait are no longer in the order in which they were read.
  var wasSorted = false
  /// Records that came after their time was due.
  public internal(set) var lateCount: UInt64 = 0

  /// The stream of the run that is being added to; -1 without one.
  public private(set) var openStream: Int32 = -1
  /// The time of its last entry.
  @usableFromInline var openTime: UInt64 = 0
  private var openStart = 0

  /// The most streams: a kernel has 8192 CPUs at most.
  public static let mostStreams = 8192
  /// The most runs: more than any recorder makes within its rounds.
  static let mostRuns = 1 << 18

  /// An empty queue; memory for `capacity` entries is reserved, not taken.
  public init(capacity: Int) { waiting.reserveCapacity(capacity) }

  /// Whether so many runs wait that some must be handed out.
  public var isFragmented: Bool { runs.count >= Self.mostRuns }

  /// Adds a record or mark; `stream` is less than `mostStreams`.
  public mutating func append(_ entry: QueuedRecord, stream: Int32) {
    if stream != openStream || entry.timestamp < openTime {
      closeRun()
      openStream = stream
      openStart = count
      while lanes.count <= Int(stream) { lanes.append(Lane()) }
    }
    openTime = entry.timestamp
    makeRoom(for: 1)
    waiting[count] = entry
    used += 1
  }

  /// Lets `body` add records to the run that was added to last.
  ///
  /// - Parameters:
  ///   - most: how many it may add.
  ///   - body: writes them from the given place on, none earlier than the given time, and moves
  ///     both behind the last.
  @inlinable
  @inline(__always)
  public mutating func extendRun(
    most: Int,
    _ body: (
      _ room: inout MutableSpan<QueuedRecord>, _ count: inout Int, _ time: inout UInt64
    ) -> Void
  ) {
    makeRoom(for: most)
    var (place, time) = (count, openTime)
    var room = waiting.mutableSpan
    body(&room, &place, &time)
    (used, openTime) = (place, time)
  }

  @usableFromInline
  mutating func makeRoom(for most: Int) {
    let missing = count + most - waiting.count
    if missing <= 0 { return }
    let none = QueuedRecord(timestamp: 0, offset: 0, length: 0)
    waiting.append(contentsOf: repeatElement(none, count: max(missing, 1024)))
  }

  /// Ends the run that is being added to, so that all entries belong to runs.
  public mutating func closeRun() {
    guard openStream >= 0 else { return }
    let end = count
    if openStart < end {
      addRun(openStart..<end, stream: openStream)
      latest = max(latest, openTime)
    }
    openStream = -1
    openTime = 0
  }

  mutating func addRun(_ range: Range<Int>, stream: Int32) {
    let lane = Int(stream)
    let number = Int32(truncatingIfNeeded: runs.count)
    runs.append(
      Run(
        stream: stream, next: -1, start: range.lowerBound, end: range.upperBound,
        due: range.lowerBound))
    if lanes[lane].lastRun >= 0 {
      runs[Int(lanes[lane].lastRun)].next = number
      if waiting[range.lowerBound].timestamp < lanes[lane].last { lanes[lane].isSorted = false }
    } else {
      lanes[lane].firstRun = number
      active.append(stream)
    }
    lanes[lane].lastRun = number
    lanes[lane].last = waiting[range.upperBound - 1].timestamp
  }
}
