public import TraceBytes

/// The layouts of all slots of an event in sixteen bytes, for records with the least significant byte first.
///
/// Small enough to stay in registers while a record is looked at. One slot takes sixteen bits:
///
///     15         14      6 5     0
///     | special |  from   | shift |
///
/// Every field is read the same way: eight bytes that end where the field ends, shifted right until only the field is
/// left. They begin at `from`, and never before the record, for its first eight bytes are the common fields. Signed
/// fields, and those that the event does not have, are special.
@frozen
public struct PackedLayouts: Sendable, BitwiseCopyable {
  @usableFromInline static let special: UInt16 = 0x8000

  /// Slots 0 to 3, lowest first.
  @usableFromInline let low: UInt64
  /// Slots 4 to 7.
  @usableFromInline let high: UInt64

  /// No fields.
  public static let none = PackedLayouts(
    low: 0x8000_8000_8000_8000, high: 0x8000_8000_8000_8000)

  private init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  /// Packs layouts; nil when a field ends too far behind for it, or before the eighth byte.
  public init?(_ layouts: FieldLayouts) {
    var words = (low: Self.none.low, high: Self.none.high)
    for slot in 0..<8 where layouts[slot].isPresent {
      guard let packed = Self.pack(layouts[slot]) else { return nil }
      let place = UInt64(slot % 4 * 16)
      // Into a slot that holds nothing but the mark of an absent field.
      let change = UInt64(packed ^ Self.special) << place
      if slot < 4 { words.low ^= change } else { words.high ^= change }
    }
    low = words.low
    high = words.high
  }

  private static func pack(_ layout: FieldLayout) -> UInt16? {
    let from = Int(layout.offset) + Int(layout.size) - 8
    guard from >= 0, from < 512 else { return nil }
    let packed = UInt16(from << 6 | (64 - Int(layout.size) * 8))
    return layout.isSigned && layout.size < 8 ? packed | special : packed
  }

  /// The sixteen bits of a slot.
  @inlinable
  @inline(__always)
  func packed(_ slot: Int) -> UInt16 {
    UInt16(
      truncatingIfNeeded: slot < 4 ? low >> UInt64(slot &* 16) : high >> UInt64((slot &- 4) &* 16))
  }

  /// Whether the event has the field.
  @inlinable
  @inline(__always)
  public func has(_ slot: Int) -> Bool { packed(slot) != Self.special }

  /// The value of a field, sign-extended if the field is signed; 0 when it is absent.
  ///
  /// Slots are 0 to 7. The read is checked against `record`, the payload.
  @inlinable
  @inline(__always)
  public func read(_ slot: Int, in record: RawSpan) -> UInt64 {
    let packed = packed(slot)
    guard packed & Self.special == 0 else { return Self.readSpecial(packed, in: record) }
    // The shift is taken modulo 64: of what is packed, the shift alone.
    return record.u64(at: Int(packed >> 6)) &>> UInt64(packed)
  }

  @usableFromInline
  @inline(never)
  static func readSpecial(_ packed: UInt16, in record: RawSpan) -> UInt64 {
    if packed == special { return 0 }
    let word = Int64(bitPattern: record.u64(at: Int((packed & ~special) >> 6)))
    return UInt64(bitPattern: word &>> Int64(packed & 63))
  }
}
