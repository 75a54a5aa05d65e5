/// How an event of a text log is stored as a record, so that it is read like any other.
///
///     0   u16 event number, u16 zero, i32 thread: the common fields of a ring buffer's records
///     8   8 × u64: the fields, by slot, sign-extended
///     72  u32: offset 80 in the low half, length in the high half (`__data_loc`)
///     80  the text behind the event's name, and a zero byte
public enum TextRecordLayout {
  /// Where the first slot is.
  public static let slots = 8
  /// Where the word that tells of the text is.
  public static let textWord = 72
  /// Where the text begins.
  public static let text = 80
  /// Longer texts are cut.
  public static let longestText = 16_384

  /// Where a slot is.
  public static func offset(ofSlot slot: Int) -> Int { slots + slot * 8 }
}
