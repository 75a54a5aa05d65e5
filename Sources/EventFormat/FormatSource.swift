/// The text of one event's `format` file, with its subsystem.
public struct FormatSource: Sendable {
  /// The subsystem (`kvm`, `sched`, `ftrace` …).
  public let system: String
  /// The text as the kernel printed it.
  public let text: [UInt8]

  /// Names a text.
  public init(system: String, text: [UInt8]) {
    self.system = system
    self.text = text
  }
}

/// A format text that could not be used, or not whole, and why.
public struct FormatProblem: Sendable, Equatable {
  /// The event, or its subsystem where not even the name could be read; safe to print.
  public let event: String
  /// What is wrong.
  public let what: String
  /// Whether records that the timeline would have interpreted are passed over because of it.
  public let costsEvents: Bool

  init(event: String, what: String, costsEvents: Bool = false) {
    self.event = event
    self.what = what
    self.costsEvents = costsEvents
  }
}
