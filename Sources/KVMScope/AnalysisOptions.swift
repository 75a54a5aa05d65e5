public import TraceChecks

/// What part of a trace to look at, and how to be told of progress.
public struct AnalysisOptions: Sendable {
  /// A time as the user gives it: seconds of the trace clock, or its ticks.
  public struct Moment: Sendable, Equatable {
    /// Nanoseconds (from seconds), used where the trace counts nanoseconds.
    public var nanoseconds: UInt64
    /// The number as given, used where the trace counts ticks.
    public var ticks: UInt64

    /// Makes a moment.
    public init(nanoseconds: UInt64, ticks: UInt64) {
      self.nanoseconds = nanoseconds
      self.ticks = ticks
    }
  }

  /// Nothing before it is counted or shown; the state at it is known from before.
  ///
  /// nil: the trace's begin.
  public var begin: Moment?
  /// Nothing from it on is counted or shown.
  ///
  /// nil: the trace's end.
  public var end: Moment?
  /// How the inputs belong together.
  public var input = InputOptions()
  /// Only these CPUs; nil: all.
  public var cpus: Set<Int>?
  /// Only these `vcpu_id`s; nil: all.
  public var vcpus: Set<Int32>?
  /// Only vCPUs of these processes; nil: all.
  public var vms: Set<Int32>?
  /// Only these threads; nil: all.
  public var threads: Set<Int32>?
  /// Only events of these names (`events`); `*` stands for any letters; empty: all.
  public var events: [String] = []
  /// Findings from this severity on make the verdict `fail`; nil: none does.
  public var failOn: FailThreshold = .error
  /// Whether the only trace, when it cannot be read, is named in the results as one of several would be; otherwise that
  /// is thrown.
  public var namesUnreadable = false
  /// Which checks speak, and from which numbers on.
  public var checks = CheckConfiguration()
  /// Told of bytes done and bytes in all; false stops the analysis, and what was found so far is
  /// the result.
  public var progress: (@Sendable (_ done: UInt64, _ total: UInt64) -> Bool)?

  /// From which severity on a finding makes the verdict `fail`.
  public enum FailThreshold: String, Sendable, CaseIterable {
    /// Errors.
    case error
    /// Warnings and errors.
    case warning
    /// Every finding.
    case note
    /// No finding.
    case never
  }

  /// Everything.
  public init() {}
}
