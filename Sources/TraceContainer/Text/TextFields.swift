internal import KVMEvents

/// The fields of one event as a line of text gave them, by the slots of the event's schema.
struct TextFields {
  private(set) var values = InlineArray<8, UInt64>(repeating: 0)
  /// One bit per slot that has a value.
  private(set) var present: UInt8 = 0

  /// Gives a field its value; a later one counts.
  @inline(__always)
  mutating func set(_ slot: Int, _ value: UInt64) {
    values[slot & 7] = value
    present |= 1 &<< UInt8(truncatingIfNeeded: slot)
  }

  @inline(__always)
  func has(_ slot: Int) -> Bool { present & (1 &<< UInt8(truncatingIfNeeded: slot)) != 0 }
}
