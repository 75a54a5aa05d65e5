/// One event of a file as its format text declares it.
public struct EventDescription: Sendable {
  /// The number that records carry.
  public let id: Int
  /// The subsystem (`kvm`, `sched` …).
  public let system: String
  /// The name without its system.
  public let name: String
  /// In the order of the format text, without the common fields.
  ///
  /// May be empty.
  public let fields: [FieldDescription]
}

/// One field of an event as its format text declares it.
public struct FieldDescription: Sendable {
  /// The name.
  public let name: String
  /// The C type.
  public let type: String
  /// From the start of the record, in bytes.
  public let offset: Int
  /// In bytes; 0 for an array without a fixed end.
  public let size: Int
  /// Whether a number is signed.
  public let isSigned: Bool
  /// Whether it has elements.
  public let isArray: Bool
  /// Whether it is text.
  public let isString: Bool
  /// Whether the record holds only offset and length of the data (`__data_loc`, `__rel_loc`).
  public let isDynamic: Bool
  /// Whether that offset counts from behind the field (`__rel_loc`).
  public let isRelative: Bool
  /// Bytes of one element; 0 when not an array.
  public let elementSize: Int
}
