/// The fields of one event, asked for by slot.
///
/// A record of a ring buffer and a parsed line of text both answer; whoever reads an event does not
/// know which it was. Nothing is decoded before it is asked for.
public protocol EventFields: ~Copyable, ~Escapable {
  /// The value of a field, sign-extended where the kernel declared it signed; 0 when the event has
  /// no such field.
  func integer(_ slot: Int) -> UInt64
  /// Whether the event has the field at all: kernels add and drop fields.
  func has(_ slot: Int) -> Bool
}
