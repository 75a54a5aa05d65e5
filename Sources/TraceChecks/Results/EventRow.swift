/// One decoded event, as `events` shows it.
public struct EventRow: Sendable, Equatable {
  /// The value of a field.
  public enum Value: Sendable, Equatable {
    /// A number that the kernel declared unsigned.
    case unsigned(UInt64)
    /// A number that the kernel declared signed.
    case signed(Int64)
    /// Text.
    case text(String)
    /// An array of anything else, byte by byte.
    case bytes([UInt8])
    /// The record ends before the field.
    case missing
  }

  /// A field with its name.
  public struct Field: Sendable, Equatable {
    /// The name as the kernel has it.
    public var name: String
    /// The value.
    public var value: Value

    /// Names a value.
    public init(name: String, value: Value) {
      self.name = name
      self.value = value
    }
  }

  /// When, by the trace clock.
  public var timestamp: UInt64
  /// The CPU that recorded it.
  public var cpu: Int
  /// The thread.
  public var thread: Int32
  /// The thread's name; nil when not recorded.
  public var comm: String?
  /// The event's name, without its system.
  public var event: String
  /// The instance; nil for the top buffer.
  public var buffer: String?
  /// What it says, as `trace-cmd report` words it; empty when the receiver does not ask for it.
  public var text: String
  /// Its fields in the kernel's order, each name once; empty when the receiver does not ask for
  /// them.
  public var fields: [Field]

  /// Makes an event.
  public init(
    timestamp: UInt64, cpu: Int, thread: Int32, comm: String?, event: String, buffer: String?,
    text: String, fields: [Field]
  ) {
    self.timestamp = timestamp
    self.cpu = cpu
    self.thread = thread
    self.comm = comm
    self.event = event
    self.buffer = buffer
    self.text = text
    self.fields = fields
  }
}
