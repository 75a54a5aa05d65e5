/// What `info` says of one file: what is in it, before anything is made of it.
public struct TraceInfo: Sendable {
  /// The facts that every command shows.
  public var facts: TraceFacts
  /// What the file says of itself beyond that: trace id, byte order, page size, compression and so
  /// on.
  public var properties: [TraceProperty]
  /// The CPU streams, by buffer and CPU.
  public var streams: [StreamInfo]
  /// The events, most frequent first, then by name.
  public var events: [EventCount]
  /// The records of all kinds by the names of their types (perf.data), in order of the types.
  public var records: [EventCount]
  /// The options of the header, in file order.
  public var options: [OptionInfo]
  /// The names of the threads, as saved beside the events; sorted by thread.
  public var comms: [ThreadName]
  /// What the formats and the order of events showed.
  public var capabilities: [Capability]

  /// Starts from facts alone.
  public init(facts: TraceFacts) {
    self.facts = facts
    properties = []
    streams = []
    events = []
    records = []
    options = []
    comms = []
    capabilities = []
  }
}

/// One thing that a file says of itself.
public struct TraceProperty: Sendable, Equatable {
  /// The key in JSON, snake_case.
  public var name: String
  /// The value as text.
  public var value: String

  /// Names a property.
  public init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}

/// The recording of one CPU in one buffer.
public struct StreamInfo: Sendable, Equatable {
  /// The buffer; nil for the top one.
  public var buffer: String?
  /// The CPU.
  public var cpu: Int
  /// Where its data begins in the file, in bytes.
  public var offset: UInt64
  /// How much of the file it takes, in bytes; packed where the file is compressed.
  public var size: UInt64
  /// Its events.
  public var events: UInt64
  /// Events lost; nil when a gap's count is unknown.
  public var lostEvents: UInt64?
  /// Gaps.
  public var lostGaps: UInt64
  /// What the kernel counted (`entries`, `overrun` …), in file order; empty when not recorded.
  public var statistics: [TraceProperty]

  /// Names a stream that nothing is known of yet.
  public init(buffer: String?, cpu: Int, offset: UInt64, size: UInt64) {
    self.buffer = buffer
    self.cpu = cpu
    self.offset = offset
    self.size = size
    events = 0
    lostEvents = 0
    lostGaps = 0
    statistics = []
  }
}

/// How often one event occurs.
public struct EventCount: Sendable, Equatable {
  /// The system (`kvm`, `sched` …); nil when the file has no format of it.
  public var system: String?
  /// The name; the number where the file has no format of it.
  public var name: String
  /// Occurrences; 0 for an event that was recorded but never happened.
  public var count: UInt64

  /// Counts an event.
  public init(system: String?, name: String, count: UInt64) {
    self.system = system
    self.name = name
    self.count = count
  }
}

/// One option of a trace.dat header.
public struct OptionInfo: Sendable, Equatable {
  /// The number that the file has for it.
  public var id: Int
  /// The name that trace-cmd's documentation has for it; nil for a number it does not know.
  public var name: String?
  /// The payload's size in bytes.
  public var size: UInt64
  /// The payload, where it is text.
  public var text: String?

  /// Names an option.
  public init(id: Int, name: String?, size: UInt64, text: String? = nil) {
    self.id = id
    self.name = name
    self.size = size
    self.text = text
  }
}

/// The name of a thread.
public struct ThreadName: Sendable, Equatable {
  /// The thread.
  public var thread: Int32
  /// Its name.
  public var name: String

  /// Names a thread.
  public init(thread: Int32, name: String) {
    self.thread = thread
    self.name = name
  }
}
