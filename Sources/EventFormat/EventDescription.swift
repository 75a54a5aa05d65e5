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
  /// May be empty; a catalogue that tells only some events' fields leaves out those of the others.
  public let fields: [FieldDescription]

  /// Describes an event.
  public init(id: Int, system: String, name: String, fields: [FieldDescription]) {
    self.id = id
    self.system = system
    self.name = name
    self.fields = fields
  }
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

  /// A number of eight bytes.
  public init(number name: String, isSigned: Bool, offset: Int) {
    self.init(
      name: name, type: isSigned ? "s64" : "u64", offset: offset, size: 8, isSigned: isSigned,
      isArray: false, isString: false, isDynamic: false, isRelative: false, elementSize: 0)
  }

  /// A text that lies elsewhere in the record (`__data_loc char[]`).
  public init(dynamicText name: String, offset: Int) {
    self.init(
      name: name, type: "__data_loc char[]", offset: offset, size: 4, isSigned: false,
      isArray: true, isString: true, isDynamic: true, isRelative: false, elementSize: 1)
  }

  /// Describes a field.
  init(
    name: String, type: String, offset: Int, size: Int, isSigned: Bool, isArray: Bool,
    isString: Bool, isDynamic: Bool, isRelative: Bool, elementSize: Int
  ) {
    self.name = name
    self.type = type
    self.offset = offset
    self.size = size
    self.isSigned = isSigned
    self.isArray = isArray
    self.isString = isString
    self.isDynamic = isDynamic
    self.isRelative = isRelative
    self.elementSize = elementSize
  }
}
