/// The format text of one event, as tracefs shows it in `events/<system>/<event>/format`.
public struct FormatText: Sendable, Hashable {
  /// The system, such as `kvm`; `ftrace` for the tracer's own events.
  public var system: String
  /// The text, not ended by a zero byte.
  public var text: [UInt8]

  /// The format `text` of an event of `system`.
  public init(system: String, text: [UInt8]) {
    self.system = system
    self.text = text
  }
}
