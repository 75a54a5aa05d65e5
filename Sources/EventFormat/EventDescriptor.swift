public import KVMEvents

/// What the hot path must know of one event of a file: which kind it is, and where the fields of that kind stand.
@frozen
public struct EventDescriptor: Sendable, BitwiseCopyable {
  /// What the event means.
  public let kind: EventKind
  /// A record shorter than this is damaged: it ends before the last of its fields.
  ///
  /// In bytes, common fields included.
  public let minimumLength: UInt32
  /// By slot (see `FieldSlot.swift`).
  public let fields: FieldLayouts

  /// Describes an event.
  public init(kind: EventKind, minimumLength: Int, fields: FieldLayouts) {
    self.kind = kind
    self.minimumLength = UInt32(clamping: minimumLength)
    self.fields = fields
  }
}

/// The layouts of all slots of an event.
///
/// Eight stored properties and no array: a slot that is a constant is read without any arithmetic, and the whole is
/// trivial to copy.
@frozen
public struct FieldLayouts: Sendable, BitwiseCopyable {
  @usableFromInline var s0 = FieldLayout.absent
  @usableFromInline var s1 = FieldLayout.absent
  @usableFromInline var s2 = FieldLayout.absent
  @usableFromInline var s3 = FieldLayout.absent
  @usableFromInline var s4 = FieldLayout.absent
  @usableFromInline var s5 = FieldLayout.absent
  @usableFromInline var s6 = FieldLayout.absent
  @usableFromInline var s7 = FieldLayout.absent

  /// All slots absent.
  public init() {}

  /// The layout of a slot; a slot that does not exist is absent.
  @inlinable
  public subscript(slot: Int) -> FieldLayout {
    @inline(__always) get {
      switch slot {
      case 0: s0
      case 1: s1
      case 2: s2
      case 3: s3
      case 4: s4
      case 5: s5
      case 6: s6
      case 7: s7
      default: .absent
      }
    }
    set {
      switch slot {
      case 0: s0 = newValue
      case 1: s1 = newValue
      case 2: s2 = newValue
      case 3: s3 = newValue
      case 4: s4 = newValue
      case 5: s5 = newValue
      case 6: s6 = newValue
      case 7: s7 = newValue
      default: break
      }
    }
  }
}
