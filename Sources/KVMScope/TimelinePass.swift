import KVMTimeline
import TraceContainer

/// One walk over a trace that feeds the vCPU tracker.
enum TimelinePass {
  /// Walks.
  ///
  /// `between` is asked from time to time: false ends the walk.
  static func run(
    _ trace: OpenedTrace, _ options: AnalysisOptions, limits: WatchLimits = WatchLimits(),
    receiver: (any IntervalReceiver)?, between: (() -> Bool)? = nil, done: inout UInt64,
    total: UInt64
  ) -> (tracker: TimelineTracker, statistics: WalkStatistics) {
    // Intervals are handed out as they come: then the order between threads matters too.
    if receiver == nil && trace.allowsOrderByThread(options) && !limits.needsOrder {
      let quick = walk(
        trace, options, limits, receiver: nil, ordersByThread: true, done, total)
      if !quick.tracker.sawDisorder {
        done = done &+ trace.byteCount
        return quick
      }
    }
    let assumed = trace.records
    let pass = walk(
      trace, options, limits, receiver: receiver, ordersByThread: false, between: between,
      done, total)
    done = done &+ trace.byteCount
    // Only after all lines of a log it is known what was recorded: the level rests on it.
    if receiver == nil, trace.records != assumed, trace.canBeWalkedAgain,
      !pass.statistics.wasStopped
    {
      return walk(trace, options, limits, receiver: nil, ordersByThread: false, done, total)
    }
    return pass
  }

  private static func walk(
    _ trace: OpenedTrace, _ options: AnalysisOptions, _ limits: WatchLimits,
    receiver: (any IntervalReceiver)?, ordersByThread: Bool, between: (() -> Bool)? = nil,
    _ done: UInt64, _ total: UInt64
  ) -> (tracker: TimelineTracker, statistics: WalkStatistics) {
    // What was not asked for counts as not recorded.
    let ignored = trace.events(leftOutBy: options.events)
    let tracker = TimelineTracker(
      records: trace.records(without: ignored), cpuNumbers: trace.cpuNumbers,
      window: trace.window(options), cpus: receiver == nil ? options.cpus : nil, limits: limits,
      receiver: receiver, process: { trace.process(of: $0) })
    let counter = ProgressCounter(done: done, total: total, options.progress)
    var consumer = TimelineConsumer(
      tracker: tracker, catalogue: trace.catalogue, cpus: trace.streams.map(\.cpu),
      conversion: trace.conversion, ordersByThread: ordersByThread,
      ignoring: ignored,
      progress: counter.isNeeded || between != nil
        ? { bytes in
          let isWanted = between?() ?? true
          return counter.add(bytes) && isWanted
        } : nil)
    trace.walk(into: &consumer)
    return (consumer.tracker, consumer.statistics)
  }
}

/// Adds up the bytes read and tells the user's function.
final class ProgressCounter {
  private var done: UInt64
  private let total: UInt64
  private let report: (@Sendable (UInt64, UInt64) -> Bool)?

  init(done: UInt64, total: UInt64, _ report: (@Sendable (UInt64, UInt64) -> Bool)?) {
    self.done = done
    self.total = total
    self.report = report
  }

  var isNeeded: Bool { report != nil }

  func add(_ bytes: Int) -> Bool {
    done &+= UInt64(clamping: bytes)
    return report?(done, total) ?? true
  }
}
