/// What time stamps count.
public enum TimeUnit: String, Sendable {
  /// Nanoseconds.
  case nanoseconds = "ns"
  /// Ticks of a counter whose rate the trace does not tell.
  case ticks
}

/// A part of an input that could not be read.
public struct Damage: Sendable, Equatable {
  /// Where, in bytes from the file's start (text: the line's first byte).
  public var offset: UInt64
  /// What was found and what was skipped, as one sentence.
  public var what: String

  /// Describes one damaged part.
  public init(offset: UInt64, what: String) {
    self.offset = offset
    self.what = what
  }
}

/// What is true of a recording as a whole.
public struct TraceFacts: Sendable {
  /// The path as the user wrote it.
  public var path: String
  /// The kind of container, as in `trace.dat v7`.
  public var container: String
  /// The trace clock (`local`, `x86-tsc` …); nil when not recorded.
  public var clock: String?
  /// What time stamps count.
  public var timeUnit: TimeUnit
  /// `uname` of the host; nil when not recorded.
  public var kernel: String?
  /// CPUs of the recording, empty ones included.
  public var cpus: Int
  /// Events read.
  public var events: UInt64
  /// Events lost; nil when a gap's count is unknown.
  public var lostEvents: UInt64?
  /// Gaps that events were lost in.
  public var lostGaps: UInt64
  /// The first event's time; nil without events.
  public var begin: UInt64?
  /// The last event's time; nil without events.
  public var end: UInt64?
  /// What could not be read; in file order.
  public var damage: [Damage]

  /// Makes an empty record of facts.
  public init(path: String, container: String) {
    self.path = path
    self.container = container
    clock = nil
    timeUnit = .nanoseconds
    kernel = nil
    cpus = 0
    events = 0
    lostEvents = 0
    lostGaps = 0
    begin = nil
    end = nil
    damage = []
  }
}
