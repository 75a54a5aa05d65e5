/// A number of the summary, and its bounds.
public struct MetricRule: Sendable {
  /// The number.
  public var metric: Metric
  /// One of these holds for each bound.
  public var bounds: [Bound]
  /// Over what it is taken.
  public var per: Grouping

  /// A bound.
  public struct Bound: Sendable, Equatable {
    /// How the number must compare with the value.
    public var comparison: ComparisonOperator
    /// In the metric's unit: nanoseconds, a share of 1, a count, or so many a second.
    public var value: Double
    /// As it was written.
    public var source: String
  }

  /// Over what a metric is taken.
  public enum Grouping: String, Sendable, CaseIterable {
    /// All vCPUs of the scope together.
    case trace
    /// Each vCPU.
    case vcpu
  }
}

/// A number that can be taken of vCPUs, or of the trace.
public struct Metric: Sendable, Equatable {
  /// What is measured.
  public enum Quantity: Sendable, Equatable {
    /// Exits.
    case exits(Aggregate)
    /// States.
    case state(StateAggregate)
    /// A counter of the vCPUs.
    case counter(Counter)
    /// Mean number of exits for one that is reflected.
    case exitMultiplication
    /// Events of the trace.
    case events
    /// Events lost; not known where a gap's count is not.
    case lostEvents
    /// Gaps.
    case lostGaps
    /// The trace's span.
    case duration
  }

  /// What is taken of the exits.
  public enum Aggregate: Sendable, Equatable {
    /// Their number.
    case count
    /// Those that an entry answered.
    case answered
    /// Their number by the second of the vCPUs' spans.
    case rate
    /// Of the time from exit to entry.
    case handling(Statistic)
    /// The same without userspace, halts and time off the CPU.
    case onCPU(Statistic)
  }

  /// What is taken of durations.
  public enum Statistic: String, Sendable, CaseIterable {
    case total, min, mean, p50, p90, p99, p999, max
  }

  /// What is taken of states.
  public enum StateAggregate: String, Sendable, CaseIterable {
    case share
    case totalNanoseconds = "total_ns"
    case count
  }

  /// A counter of a vCPU.
  public enum Counter: String, Sendable, CaseIterable {
    case entries
    case entriesFailed = "entries_failed"
    case l2Exits = "l2_exits"
    case l2ExitsReflected = "l2_exits_reflected"
    case l2ExitsSynthesized = "l2_exits_synthesized"
    case nestedEntries = "nested_entries"
  }

  /// What the number counts.
  public enum Dimension: Sendable {
    case count
    case time
    case share
    case rate
    case ratio

    /// What a bound must look like.
    var form: String {
      switch self {
      case .count: "a count, such as 100 or 1.5k"
      case .time: "a time, such as 50us, 1.5ms or 2s"
      case .share: "a share, such as 2% or 0.02"
      case .rate: "a rate, such as 1500/s or 1.5k/s"
      case .ratio: "a number, such as 4.5"
      }
    }
  }

  /// The name in a rules file.
  public let name: String
  /// What is measured.
  public let quantity: Quantity
  /// What it counts.
  public let dimension: Dimension

  /// Whether it is a fact of the recording, which is known whatever was lost.
  var isOfTrace: Bool {
    switch quantity {
    case .events, .lostEvents, .lostGaps, .duration: true
    default: false
    }
  }

  /// The metric with a name; nil when there is none.
  init?(named name: String) {
    guard let metric = Self.all.first(where: { $0.name == name }) else { return nil }
    self = metric
  }

  private init(_ name: String, _ quantity: Quantity, _ dimension: Dimension) {
    self.name = name
    self.quantity = quantity
    self.dimension = dimension
  }

  /// All of them.
  public static let all: [Metric] = {
    var all = [
      Metric("exits.count", .exits(.count), .count),
      Metric("exits.answered", .exits(.answered), .count),
      Metric("exits.rate", .exits(.rate), .rate),
    ]
    for statistic in Statistic.allCases {
      all.append(
        Metric("exits.handling_ns.\(statistic.rawValue)", .exits(.handling(statistic)), .time))
      all.append(
        Metric("exits.handling_on_cpu_ns.\(statistic.rawValue)", .exits(.onCPU(statistic)), .time))
    }
    all.append(Metric("state.share", .state(.share), .share))
    all.append(Metric("state.total_ns", .state(.totalNanoseconds), .time))
    all.append(Metric("state.count", .state(.count), .count))
    for counter in Counter.allCases {
      all.append(Metric(counter.rawValue, .counter(counter), .count))
    }
    all.append(Metric("exits", .exits(.count), .count))
    all.append(Metric("exit_multiplication", .exitMultiplication, .ratio))
    all.append(Metric("trace.events", .events, .count))
    all.append(Metric("trace.lost_events", .lostEvents, .count))
    all.append(Metric("trace.lost_gaps", .lostGaps, .count))
    all.append(Metric("trace.duration_ns", .duration, .time))
    return all
  }()
}
