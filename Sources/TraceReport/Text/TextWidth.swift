/// How much room text takes.
extension String {
  /// How many columns the text takes: its characters.
  var width: Int { plainWidth ?? count }

  /// The same, told from the bytes; nil where it takes the rules of Unicode.
  ///
  /// That is so for ASCII without CR, Latin letters and arrows: none of them joins with what stands beside it.
  var plainWidth: Int? {
    var columns = 0
    var before: UInt8 = 0
    for byte in utf8 {
      if Self.beginsScalar(byte) {
        let isPlain = byte < 0xcc ? byte != UInt8(ascii: "\r") : byte == Self.arrows.0
        guard isPlain else { return nil }
        columns += 1
      } else if before == Self.arrows.0 && byte != Self.arrows.1 {
        return nil
      }
      before = byte
    }
    return columns
  }

  /// How U+2180 to U+21BF begin; Latin letters, up to U+02FF, begin with less than 0xcc.
  private static let arrows: (UInt8, UInt8) = (0xe2, 0x86)

  /// Whether a byte of UTF-8 is the first one of a scalar.
  static func beginsScalar(_ byte: UInt8) -> Bool { byte & 0xc0 != 0x80 }
}
