/// Text from a trace made fit for a terminal and for a line-based file.
///
/// A task chooses its own name and may write anything into a trace: escape sequences that move the cursor, line breaks
/// that forge events, marks that turn the direction of reading, bytes that are no text. Each such byte becomes `\x1b`,
/// or `\n`, `\t`, `\r`; everything else stays as it is. Not reversible: a backslash is not doubled.
public enum SafeText {
  /// The text without anything that could act on a terminal.
  public static func sanitized(_ text: String) -> String {
    if text.utf8.allSatisfy(isPlain) { return text }
    var bytes = Array(text.utf8)
    sanitize(&bytes, from: 0)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The bytes as text without anything that could act on a terminal, up to the first NUL.
  public static func sanitized(_ bytes: [UInt8]) -> String {
    var bytes = Array(bytes.prefix { $0 != 0 })
    sanitize(&bytes, from: 0)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Makes the end of `bytes` safe in place: what comes before `start` stays.
  ///
  /// Line breaks are kept in a text whose line breaks are not the trace's but the printer's.
  public static func sanitize(
    _ bytes: inout [UInt8], from start: Int, keepingLineBreaks: Bool = false
  ) {
    var position = start
    while position < bytes.count && isPlain(bytes[position]) { position += 1 }
    guard position < bytes.count else { return }
    let rest = Array(bytes[position...])
    bytes.removeSubrange(position...)
    var index = 0
    while index < rest.count {
      let byte = rest[index]
      if isPlain(byte) || (keepingLineBreaks && byte == 10) {
        bytes.append(byte)
        index += 1
      } else if byte < 0x80 {
        escape(byte, into: &bytes)
        index += 1
      } else {
        let length = scalarLength(rest, index)
        if length == 0 {
          escape(byte, into: &bytes)
          index += 1
        } else {
          bytes.append(contentsOf: rest[index..<index + length])
          index += length
        }
      }
    }
  }

  @inline(__always)
  static func isPlain(_ byte: UInt8) -> Bool { byte >= 0x20 && byte < 0x7f }

  private static func escape(_ byte: UInt8, into bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case 9: bytes.append(UInt8(ascii: "t"))
    case 10: bytes.append(UInt8(ascii: "n"))
    case 13: bytes.append(UInt8(ascii: "r"))
    default:
      bytes.append(UInt8(ascii: "x"))
      bytes.append(hex: UInt64(byte), width: 2)
    }
  }

  /// The bytes of the well-formed scalar at `index`; 0 when there is none, or none that may be shown.
  private static func scalarLength(_ bytes: [UInt8], _ index: Int) -> Int {
    let lead = bytes[index]
    let length: Int
    var scalar: UInt32
    switch lead {
    case 0xc2...0xdf: (length, scalar) = (2, UInt32(lead & 0x1f))
    case 0xe0...0xef: (length, scalar) = (3, UInt32(lead & 0x0f))
    case 0xf0...0xf4: (length, scalar) = (4, UInt32(lead & 0x07))
    default: return 0
    }
    guard index + length <= bytes.count else { return 0 }
    for next in bytes[index + 1..<index + length] {
      guard next & 0xc0 == 0x80 else { return 0 }
      scalar = scalar << 6 | UInt32(next & 0x3f)
    }
    let smallest: [UInt32] = [0x80, 0x800, 0x10000]
    guard scalar >= smallest[length - 2], Unicode.Scalar(scalar) != nil else { return 0 }
    switch scalar {
    // C1 controls, marks of direction, line and paragraph separators, the byte order mark.
    case 0x80..<0xa0, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069, 0xfeff: return 0
    default: return length
    }
  }
}
