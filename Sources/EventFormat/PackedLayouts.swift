public import TraceBytes

/// The layouts of all slots of an event in sixteen bytes, for records with the least significant byte first.
///
/// Small enough to stay in registers while a record is looked at. One slot takes sixteen bits:
///
///     15            4 3      0
///     |    offset    | format |
@frozen
public struct PackedLayouts: Sendable, BitwiseCopyable {
  /// How a field is stored: the low four bits of a slot.
  @frozen
  @usableFromInline
  enum Format {
    @usableFromInline static let absent: UInt16 = 0
    @usableFromInline static let unsigned8: UInt16 = 1
    @usableFromInline static let signed8: UInt16 = 2
    @usableFromInline static let unsigned16: UInt16 = 3
    @usableFromInline static let signed16: UInt16 = 4
    @usableFromInline static let unsigned32: UInt16 = 5
    @usableFromInline static let signed32: UInt16 = 6
    @usableFromInline static let word64: UInt16 = 7
  }

  /// Slots 0 to 3, lowest first.
  @usableFromInline let low: UInt64
  /// Slots 4 to 7.
  @usableFromInline let high: UInt64

  /// No fields.
  public static let none = PackedLayouts(low: 0, high: 0)

  private init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  /// Packs layouts; nil when a field lies too far behind for it.
  public init?(_ layouts: FieldLayouts) {
    var words: (low: UInt64, high: UInt64) = (0, 0)
    for slot in 0..<8 where layouts[slot].isPresent {
      let layout = layouts[slot]
      guard layout.offset < 4096 else { return nil }
      let format: UInt16
      switch layout.size {
      case 1: format = layout.isSigned ? Format.signed8 : Format.unsigned8
      case 2: format = layout.isSigned ? Format.signed16 : Format.unsigned16
      case 4: format = layout.isSigned ? Format.signed32 : Format.unsigned32
      default: format = Format.word64
      }
      let packed = UInt64(layout.offset << 4 | format) << UInt64(slot % 4 * 16)
      if slot < 4 { words.low |= packed } else { words.high |= packed }
    }
    low = words.low
    high = words.high
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
  public func has(_ slot: Int) -> Bool { packed(slot) != Format.absent }

  /// The value of a field, sign-extended if the field is signed; 0 when it is absent.
  ///
  /// Slots are 0 to 7. The read is checked against `record`, the payload.
  @inlinable
  @inline(__always)
  public func read(_ slot: Int, in record: RawSpan) -> UInt64 {
    let packed = packed(slot)
    let offset = Int(packed >> 4)
    // Few comparisons and no jump table: the format of a field is the same every time, so each is predicted.
    let format = packed & 15
    if format == Format.unsigned32 { return UInt64(record.u32(at: offset)) }
    if format == Format.word64 { return record.u64(at: offset) }
    if format == Format.unsigned8 { return UInt64(record.u8(at: offset)) }
    return Self.readUncommon(packed, in: record)
  }

  @usableFromInline
  @inline(never)
  static func readUncommon(_ packed: UInt16, in record: RawSpan) -> UInt64 {
    let offset = Int(packed >> 4)
    switch packed & 15 {
    case Format.signed8: return UInt64(bitPattern: Int64(Int8(bitPattern: record.u8(at: offset))))
    case Format.unsigned16: return UInt64(record.u16(at: offset))
    case Format.signed16:
      return UInt64(bitPattern: Int64(Int16(bitPattern: record.u16(at: offset))))
    case Format.signed32:
      return UInt64(bitPattern: Int64(Int32(bitPattern: record.u32(at: offset))))
    default: return 0
    }
  }
}
