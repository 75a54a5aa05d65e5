/// An event whose fields have been copied out: by a parser of text, or to wait until it is known
/// whose it is.
public struct StoredEvent: EventFields, Sendable {
  /// What happened.
  public var kind: EventKind
  private var values: InlineArray<8, UInt64>
  private var present: UInt8

  /// An event without fields.
  public init(_ kind: EventKind) {
    self.kind = kind
    values = InlineArray(repeating: 0)
    present = 0
  }

  /// Copies the fields of another event.
  public init<Fields: EventFields & ~Copyable & ~Escapable>(
    _ kind: EventKind, copying fields: borrowing Fields
  ) {
    self.init(kind)
    for slot in 0..<EventSchema.maximumSlots where fields.has(slot) {
      set(slot, fields.integer(slot))
    }
  }

  /// Gives a field its value, sign-extended where the kernel declares it signed.
  public mutating func set(_ slot: Int, _ value: UInt64) {
    values[slot] = value
    present |= 1 << UInt8(slot)
  }

  /// See ``EventFields/integer(_:)``.
  public func integer(_ slot: Int) -> UInt64 { values[slot] }

  /// See ``EventFields/has(_:)``.
  public func has(_ slot: Int) -> Bool { present & (1 << UInt8(slot)) != 0 }
}
