public import EventFormat
import KVMEvents
public import RingBuffer
import TraceBytes

/// What one pass over a recording found beside the vCPUs.
public struct WalkStatistics: Sendable {
  /// Records, by the dense numbers of the catalogue.
  public internal(set) var eventCounts: [UInt64]
  /// All records.
  public var events: UInt64 { eventCounts.reduce(0, &+) }
  /// First and last time, trace clock; nil without records.
  public internal(set) var span: ClosedRange<UInt64>?
  /// Gaps that events were lost in.
  public internal(set) var lostGaps: UInt64 = 0
  /// Events lost in gaps that say how many.
  public internal(set) var lostEvents: UInt64 = 0
  /// A gap does not say how many were lost.
  public internal(set) var lostUncounted = false
  /// What could not be read: at most `mostDamages`, in order of discovery.
  public internal(set) var damages: [(offset: UInt64, what: String)] = []
  /// All that could not be read.
  public internal(set) var damageCount: UInt64 = 0
  /// How often the time of a stream ran backwards, and when it did first.
  public internal(set) var clockBackwards: (count: UInt64, first: UInt64) = (0, 0)
  /// The walk was stopped before the end.
  public internal(set) var wasStopped = false

  /// So many damages are kept; the rest is counted.
  public static let mostDamages = 100

  /// Nothing seen yet.
  public init(eventKinds: Int) { eventCounts = [UInt64](repeating: 0, count: eventKinds) }

  /// Notes a gap.
  public mutating func add(_ loss: Loss) {
    switch loss {
    case .none: return
    case .counted(let events):
      let (sum, overflow) = lostEvents.addingReportingOverflow(events)
      lostEvents = overflow ? .max : sum
    case .uncounted: lostUncounted = true
    }
    lostGaps += 1
  }

  /// Notes something that could not be read.
  public mutating func add(damage what: String, at offset: UInt64) {
    damageCount += 1
    if damages.count < Self.mostDamages { damages.append((offset, what)) }
  }

  /// Notes that time ran backwards.
  public mutating func addClockBackwards(to time: UInt64) {
    if clockBackwards.count == 0 { clockBackwards.first = time }
    clockBackwards.count += 1
  }

}

/// Feeds the records of a merge to a tracker: finds each record's event and thread, and hands on
/// those that matter.
public struct TimelineConsumer: RecordConsumer {
  /// The vCPUs.
  public internal(set) var tracker: TimelineTracker
  /// Everything else.
  public private(set) var statistics: WalkStatistics
  let catalogue: EventCatalogue
  /// The catalogue's parts that every record needs: reading them through it would copy it.
  let events: EventTable
  let conversion: ClockConversion?
  let isConverted: Bool
  /// By stream: the position of its CPU.
  let cpus: [Int]
  private let progress: ((Int) -> Bool)?
  /// See `takesBeforeTurn`.
  let ordersByThread: Bool
  private let ignored: Set<Int>
  var counts: EventCounts
  var first = UInt64.max
  var last: UInt64 = 0

  /// Prepares a pass.
  ///
  /// - Parameters:
  ///   - tracker: takes the events of vCPUs.
  ///   - catalogue: says what records mean.
  ///   - cpus: by stream, the position of its CPU among the tracker's `cpuNumbers`.
  ///   - conversion: to nanoseconds; nil when time stamps stay as they are.
  ///   - ordersByThread: events of different threads may come out of order, which is faster. Only for
  ///     recordings with one stream per CPU that hold all switches of threads.
  ///   - ignored: events that are treated as if they had not been recorded, by number.
  ///   - progress: told of bytes read; false stops the pass.
  public init(
    tracker: TimelineTracker, catalogue: EventCatalogue, cpus: [Int], conversion: ClockConversion?,
    ordersByThread: Bool = false, ignoring ignored: Set<Int> = [],
    progress: ((Int) -> Bool)? = nil
  ) {
    self.tracker = tracker
    self.catalogue = catalogue
    events = EventTable(
      catalogue, ignoring: ignored, wantsDetails: tracker.output.wantsDetails,
      watchesInterrupts: tracker.output.limits.needsOrder)
    self.ignored = ignored
    self.cpus = cpus
    self.conversion = conversion
    isConverted = conversion != nil
    self.ordersByThread = ordersByThread && events.isUsual
    self.progress = progress
    statistics = WalkStatistics(eventKinds: catalogue.events.count)
    counts = EventCounts(kinds: catalogue.events.count)
  }

  /// Feeds a whole trace to the tracker and ends the pass: all vCPUs end with it.
  ///
  /// It stands here, beside the tracker, so that the merge is compiled for this consumer.
  public mutating func walk(_ set: any CPUStreamSet) {
    StreamMerger.merge(set, into: &self)
    finish()
  }

  /// Feeds a whole trace of queued records to the tracker and ends the pass.
  public mutating func walk(_ source: any QueuedRecordSource) {
    QueueMerger.merge(source, into: &self)
    finish()
  }

  /// Feeds a whole ordered trace to the tracker and ends the pass.
  public mutating func walk(_ source: any OrderedRecordSource) {
    OrderedWalk.run(source, into: &self)
    finish()
  }

  /// The records that are given to `take` come from a stream up to the next call: for whoever feeds record by record.
  public mutating func turn(to stream: Int) { tracker.move(to: cpus[stream]) }

  /// Ends a pass that somebody else fed: all vCPUs end with it.
  public mutating func finish() {
    tracker.finish()
    statistics.eventCounts = counts.all
    for number in ignored { statistics.eventCounts[number] = 0 }
    last = max(last, tracker.lastTime)
    if first <= last { statistics.span = first...last }
  }

  @inline(__always)
  func converted(_ time: UInt64) -> UInt64 {
    isConverted ? Self.convert(time, conversion) : time
  }

  @inline(never)
  static func convert(_ time: UInt64, _ conversion: ClockConversion?) -> UInt64 {
    conversion?.nanoseconds(time) ?? time
  }

  /// See ``RecordConsumer/take(_:in:stream:)``.
  ///
  /// The long way: any record at all. `follow` takes nearly all records a shorter one.
  @inline(never)
  public mutating func take(_ record: Record, in block: RawSpan, stream: Int) {
    // The common fields' eight bytes; everything behind them is checked against the event's own
    // length.
    guard record.length >= 8 else { return isShort(record.timestamp) }
    guard events.isUsual else { return takeUnusual(record, in: block) }
    let bytes = block.extracting(record.offset..<record.offset &+ record.length)
    let header = RecordHeader(bytes, at: 0)
    let event = events[header.event]
    counts.add(Int(event.number))
    let time = converted(record.timestamp)
    guard record.length >= Int(event.minimumLength) else { return isShort(record.timestamp) }
    tracker.touch(thread: header.thread, at: time)
    if event.kind == .other { return }
    guard event.isPacked else { return takeUnpacked(record, in: block) }
    tracker.handleHere(event.kind, RecordFields(bytes, event.layouts), at: time)
  }

  @inline(never)
  mutating func isShort(_ time: UInt64) {
    last = max(last, converted(time))
    statistics.add(damage: "a record is shorter than its event's fields", at: 0)
  }

  /// See ``RecordConsumer/lost(_:stream:after:)``.
  public mutating func lost(_ loss: Loss, stream: Int, after time: UInt64?) {
    statistics.add(loss)
    tracker.lost(on: cpus[stream], after: time.map { conversion?.nanoseconds($0) ?? $0 })
  }

  /// See ``RecordConsumer/endedEarly(stream:after:)``.
  public mutating func endedEarly(stream: Int, after time: UInt64?) {
    tracker.fellSilent(after: time.map { conversion?.nanoseconds($0) ?? $0 })
  }

  /// See ``RecordConsumer/damaged(_:at:stream:)``.
  public mutating func damaged(_ what: String, at offset: UInt64, stream: Int) {
    statistics.add(damage: what, at: offset)
  }

  /// See ``RecordConsumer/clockWentBack(to:from:stream:)``.
  public mutating func clockWentBack(to time: UInt64, from: UInt64, stream: Int) {
    first = min(first, converted(time))
    last = max(last, converted(from))
    statistics.addClockBackwards(to: converted(time))
    // What is earlier than something that was taken already might have had to come before another CPU's.
    if ordersByThread { tracker.sawDisorder = true }
  }

  /// See ``RecordConsumer/progressed(bytes:)``.
  public mutating func progressed(bytes: Int) -> Bool {
    // The walk has to begin again anyway.
    if ordersByThread && tracker.sawDisorder { return false }
    guard let progress else { return true }
    let goesOn = progress(bytes)
    if !goesOn { statistics.wasStopped = true }
    return goesOn
  }
}
