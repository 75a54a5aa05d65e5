public import KVMEvents
public import KVMTimeline

/// The events of a trace, copied out of it, so that tests can count, change and drop them.
public struct EventLog: Sendable {
  /// One event.
  public struct Entry: Sendable {
    /// What happened, with the fields that the timeline reads.
    public var event: StoredEvent
    /// The thread that it happened on (`common_pid`).
    public var thread: Int32
    /// The CPU, as a position among `cpuNumbers`.
    public var cpu: Int
    /// Trace clock.
    public var time: UInt64
    /// The event's name in the trace; empty for one that a test made.
    public var name: String
    /// No event but a gap on its CPU; `time` is that of the CPU's last event before it, 0 for none.
    public var isLossMark = false

    /// An event.
    public init(_ event: StoredEvent, thread: Int32, cpu: Int, time: UInt64, name: String = "") {
      self.event = event
      self.thread = thread
      self.cpu = cpu
      self.time = time
      self.name = name
    }

    /// A gap on a CPU after an event at `time`.
    public static func loss(cpu: Int, after time: UInt64) -> Entry {
      var entry = Entry(StoredEvent(.other), thread: 0, cpu: cpu, time: time)
      entry.isLossMark = true
      return entry
    }
  }

  /// In the order in which the timeline takes them.
  public var entries: [Entry]
  /// What the recording would show if it happened.
  public var records: RecordedEvents
  /// The numbers of the CPUs, by position; empty: positions are numbers.
  public var cpuNumbers: [Int]

  /// A log of events.
  public init(_ entries: [Entry], records: RecordedEvents = .all, cpuNumbers: [Int] = []) {
    self.entries = entries
    self.records = records
    self.cpuNumbers = cpuNumbers
  }

  /// The events of one kind, marks of loss left out.
  public func entries(of kind: EventKind) -> [Entry] {
    entries.filter { $0.event.kind == kind && !$0.isLossMark }
  }
}
