public import KVMEvents

/// What the hot path must know of one event of a file: which kind it is, and where the fields of that kind stand.
@frozen
public struct EventDescriptor: Sendable {
  /// What the event means.
  public let kind: EventKind
  /// A record shorter than this is damaged: it ends before the last of its fields. Common fields included.
  public let minimumLength: UInt32
  /// By slot (see `FieldSlot.swift`).
  public let fields: InlineArray<8, FieldLayout>

  /// Describes an event.
  public init(kind: EventKind, minimumLength: Int, fields: InlineArray<8, FieldLayout>) {
    self.kind = kind
    self.minimumLength = UInt32(clamping: minimumLength)
    self.fields = fields
  }
}
