internal import Decompression
public import RingBuffer
internal import TraceBytes

/// The samples of a perf.data file that are tracepoints, from the start, for one walk.
///
/// perf empties the CPUs' buffers in turn and writes FINISHED_ROUND when it has been at all of them:
/// what is older than the end of the round before can then no longer come.
///
///     round 1        round 2        round 3
///     [CPU 0][CPU 1] [CPU 0][CPU 1] [CPU 0][CPU 1]
///                                 ↑ all up to the latest time of round 1 is due
///
/// Source: tools/perf/util/session.c, `process_finished_round`.
public final class PerfDataRecords: QueuedRecordSource {
  /// Names and processes of threads at the present moment of the walk.
  public let tasks: PerfTasks
  /// Records by type, those in packed parts included; the last entry counts all higher types.
  public internal(set) var recordCounts = [UInt64](repeating: 0, count: 257)
  /// Samples that are no tracepoints, or carry no data.
  public internal(set) var passedOver: UInt64 = 0

  /// Records by the names of their types, those that occur, in order of the types.
  public var countsByName: [(name: String, count: UInt64)] {
    recordCounts.enumerated().filter { $0.element > 0 }.map { type, count in
      (PerfRecordType.name(UInt32(type)) ?? (type < 256 ? "type_\(type)" : "unknown"), count)
    }
  }

  let perf: PerfDataFile
  let layouts: SampleLayouts
  /// Where packed records are unpacked to; nil if none are packed.
  ///
  /// Never replaced.
  private(set) var stream: UnpackedStream?
  /// Where records are read to first; nil if they are looked at in the mapping from the start.
  let window: FileWindow?
  /// Whether the records that wait lie in `window`.
  var usesWindow: Bool
  /// Up to where unpacked bytes, or those in the window, were read.
  var parsed = 0
  /// The packed piece that is being unpacked, in the file.
  private var piece = 0..<0
  private var pieceDone = 0
  /// Where the next record starts in the file.
  var position: Int
  /// Up to where memory of the file was given back.
  private var released: Int
  private var reported: Int
  /// The latest time of the round before.
  private var roundLatest: UInt64 = 0
  private var unpackedInRound = 0
  /// How many waited when the present round began.
  private var countAtRound = 0
  private var hasEnded = false
  /// Samples before the last FINISHED_ROUND.
  private var samplesAtRound: UInt64 = 0

  var marks: [Mark] = []
  var freeMarks: [Int] = []
  /// What was lost before the next sample of a CPU; -1: of any.
  var pendingLoss: [Int32: Loss] = [:]
  var lostRecords: UInt64 = 0
  var lostSamples: UInt64 = 0
  /// The end of the data is missing or cannot be read.
  var isCut = false
  var seen = [Int32](repeating: -1, count: 256)
  var damage: [(offset: UInt64, what: String)] = []
  var damageCount = 0
  private var highestStream = 0

  /// What a mark in the queue stands for.
  enum Mark {
    case loss(Loss)
    case task(PerfTasks.Change)
  }

  /// Why reading has stopped.
  enum Stop {
    /// A window was read.
    case window
    /// A FINISHED_ROUND was read.
    case round
    /// What is left is less than a record.
    case partial
    /// A packed piece was read: its place in the file.
    case piece(Range<Int>)
    /// A sample that is not packed stands among packed ones.
    case plain(Range<Int>)
    /// A record that is not understood in a window.
    case foreign
    /// A record that cannot be true.
    case damaged
  }

  /// Bytes of records that are read at a time.
  static let window = 256 << 10
  /// Unpacked bytes that are held.
  private static let unpackedCapacity = 24 << 20

  /// Prepares a walk.
  public init(_ perf: PerfDataFile) {
    self.perf = perf
    layouts = SampleLayouts(perf.attributes)
    tasks = PerfTasks(perf.savedCommands)
    position = perf.data.lowerBound
    released = position
    reported = position
    stream = perf.isCompressed ? UnpackedStream(capacity: Self.unpackedCapacity) : nil
    window =
      perf.isCompressed || perf.isPipe
      ? nil : FileWindow(perf.file, at: position, capacity: Self.windowCapacity)
    usesWindow = window != nil
    isCut = UInt64(perf.data.count) < perf.announcedSize
    if layouts.isAmbiguous {
      note("samples carry their ids at different places: all are read like the first", at: 0)
    }
  }

  /// See ``QueuedRecordSource/bytes``.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // All owners are held by this object for its whole life; the stream is never replaced.
      if usesWindow, let window { return lend(window.memory, heldBy: self) }
      if let stream { return lend(stream.memory, heldBy: self) }
      let file = perf.file
      return lend(file.bytes, heldBy: self)
    }
  }

  /// See ``QueuedRecordSource/queueCapacity``.
  ///
  /// Two rounds of 4096 samples for each CPU, and 16 MiB of entries anyway.
  public var queueCapacity: Int { 1 << 20 + min(perf.cpuCount, 8192) * 4096 }

  /// See ``QueuedRecordSource/fill(_:)``.
  public func fill(_ queue: inout RecordQueue) -> Bool {
    makeRoom(&queue)
    while true {
      switch step(&queue) {
      case .round:
        samplesAtRound = recordCounts[Int(PerfRecordType.sample)]
        let due = endRound(&queue)
        // Small rounds are taken together; what waits must not be looked at for every few records.
        if queue.added >= max(2048, queue.count / 8) {
          queue.bound = due
          return true
        }
        queue.bound = max(queue.bound, due)
      case .window:
        if isFull(queue) {
          // A round that is too large to be held.
          let due = endRound(&queue)
          queue.bound = due > queue.bound ? due : queue.latest
          return true
        }
        // Without FINISHED_ROUND, so much is taken for a round.
        if isLarge(queue) {
          queue.bound = max(queue.bound, endRound(&queue))
          return true
        }
      case .piece, .plain:
        // The first packed record in a file that did not say that there are any.
        _ = endRound(&queue)
        queue.bound = queue.latest
        return true
      case .damaged:
        isCut = true
        end(&queue)
        queue.bound = .max
        return false
      case .foreign: break
      case .partial:
        end(&queue)
        queue.bound = .max
        return false
      }
    }
  }

  /// The next window or piece, of the file or of what was unpacked.
  private func step(_ queue: inout RecordQueue) -> Stop {
    if hasEnded { return .partial }
    if usesWindow, let window { return step(in: window, &queue) }
    if let stream {
      if parsed < stream.byteCount {
        let old = parsed
        let stop = read(
          stream.memory, from: parsed, to: stream.byteCount, Self.window, &queue, isUnpacked: true,
          &parsed)
        unpackedInRound += parsed - old
        // What is left of a record comes with the next piece.
        guard case .partial = stop else { return stop }
      }
      if !piece.isEmpty { return unpack(stream) }
    }
    let file = perf.file
    let stop = read(
      file.bytes, from: position, to: perf.data.upperBound, Self.window, &queue, isUnpacked: false,
      &position)
    switch stop {
    case .piece(let range):
      guard let stream else {
        position = pieceRecord
        return queue.count == 0 ? beginUnpacking() : stop
      }
      piece = range
      pieceDone = 0
      return unpack(stream)
    case .plain(let range):
      guard let stream, parsed == stream.byteCount, range.count <= stream.room else {
        note(
          "a sample stands between two parts of a packed one: left out",
          at: UInt64(range.lowerBound))
        add(.uncounted, before: -1)
        return .window
      }
      stream.add(file.bytes.extracting(range))
      return .window
    default: return stop
    }
  }

  /// The start of the packed record read last.
  var pieceRecord = 0

  /// The file has packed records, without saying so of itself.
  private func beginUnpacking() -> Stop {
    stream = UnpackedStream(capacity: Self.unpackedCapacity)
    if stream != nil { return .window }
    note("no memory to unpack records", at: UInt64(position))
    return .damaged
  }

  /// Unpacks as much of the present piece as there is room for.
  private func unpack(_ stream: UnpackedStream) -> Stop {
    let file = perf.file
    do {
      if try stream.unpack(file.bytes.extracting(piece), from: &pieceDone) { piece = 0..<0 }
      return .window
    } catch {
      note("packed records: \(error)", at: UInt64(piece.lowerBound))
      return .damaged
    }
  }

  /// Ends a round: returns up to when all is due.
  private func endRound(_ queue: inout RecordQueue) -> UInt64 {
    queue.closeRun()
    let due = roundLatest
    roundLatest = queue.latest
    unpackedInRound = 0
    countAtRound = queue.count
    return due
  }

  /// Whether so much waits that some must go.
  private func isFull(_ queue: RecordQueue) -> Bool {
    if queue.count >= queueCapacity || queue.isFragmented { return true }
    guard let stream else { return false }
    return stream.room < stream.capacity / 8
  }

  /// Whether the present round has more than any should have.
  private func isLarge(_ queue: RecordQueue) -> Bool {
    if queue.count - countAtRound >= queueCapacity / 3 { return true }
    guard let stream else { return false }
    return unpackedInRound >= stream.capacity / 4
  }

  /// Forgets what was handed out: bytes that were unpacked, memory of the file.
  private func makeRoom(_ queue: inout RecordQueue) {
    countAtRound = min(countAtRound, queue.count)
    if usesWindow { return }
    var unneeded = position
    if let stream {
      if stream.byteCount >= stream.capacity / 2 {
        let lowest = min(queue.lowestOffset() ?? parsed, parsed)
        if lowest >= stream.capacity / 8 {
          stream.removeFirst(lowest)
          queue.moveDown(lowest)
          parsed -= lowest
        }
      }
    } else if position - released >= 1 << 20 {
      unneeded = min(queue.lowestOffset() ?? position, position)
    }
    if unneeded - released >= 1 << 20 {
      perf.file.release(released..<unneeded)
      // The page that the place is in is given back with the next ones.
      released = unneeded & ~0xffff
    }
  }

  private func end(_ queue: inout RecordQueue) {
    queue.closeRun()
    hasEnded = true
    if position < perf.data.upperBound {
      note(
        "the records end early: \(perf.data.upperBound - position) bytes are not read",
        at: UInt64(position))
      isCut = true
    }
    if let stream, parsed < stream.byteCount {
      note("the packed records end within a record", at: UInt64(position))
      isCut = true
    }
    if perf.isPipe, !isCut, recordCounts[Int(PerfRecordType.sample)] > samplesAtRound {
      // perf ends each round with its mark, the last one too; a pipe has no other end.
      note("the recording ends within a round: its end may be missing", at: UInt64(position))
      isCut = true
    }
    if isCut { for lane in 0..<max(queue.streamCount, 1) { add(.uncounted, before: Int32(lane)) } }
    position = perf.data.upperBound
  }

  /// See ``QueuedRecordSource/progress()``.
  public func progress() -> Int {
    defer { reported = position }
    return position - reported
  }

  /// See ``QueuedRecordSource/newDamage()``.
  public func newDamage() -> [(offset: UInt64, what: String)] {
    defer { damage.removeAll() }
    return damage
  }

  /// Notes damage; only the first ones are told one by one.
  func note(_ what: String, at offset: UInt64) {
    damageCount += 1
    if damageCount <= 100 { damage.append((offset, what)) }
  }
}
