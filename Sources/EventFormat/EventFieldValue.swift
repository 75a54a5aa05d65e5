/// The value of one field of a record.
public enum EventFieldValue: Sendable, Equatable {
  /// A number that the kernel declared unsigned, or a pointer.
  case unsigned(UInt64)
  /// A number that the kernel declared signed.
  case signed(Int64)
  /// Text up to its first NUL, made safe (see ``SafeText``).
  case text(String)
  /// An array of anything else; the bytes as they lie in the record.
  case bytes([UInt8])
  /// The record ends before the field.
  case missing
}
