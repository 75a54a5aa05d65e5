/// A line that declares a field, word for word as ``FieldLine`` would write it anew.
///
/// Nearly every line of every kernel is one:
///
/// ```
/// <tab>field:unsigned int vcpu_id;<tab>offset:8;<tab>size:4;<tab>signed:0;
/// <tab>field:char comm[16];<tab>offset:8;<tab>size:16;<tab>signed:0;
/// ```
///
/// It says so little that libtraceevent never refuses it, and can be copied as it is.
enum CanonicalFieldLine {
  /// What stands between the parts that differ.
  private enum Mark {
    static let field = Array("\tfield:".utf8)
    static let offset = Array(";\toffset:".utf8)
    static let size = Array(";\tsize:".utf8)
    static let signed = Array(";\tsigned:".utf8)
    static let end = Array(";\n".utf8)
  }

  /// Where the line behind one ends; nil when there is another line, or none.
  static func end(in text: [UInt8], at begin: Int) -> Int? {
    var scan = Scan(text: text, at: begin)
    guard scan.skip(Mark.field), scan.skipDeclaration(), scan.skip(Mark.offset),
      let offset = scan.number(), scan.skip(Mark.size), let size = scan.number(),
      offset + size <= 65535, scan.skip(Mark.signed), let sign = scan.number(), sign <= 1,
      scan.skip(Mark.end), scan.at - begin <= CheckedFormatText.maximumLineLength
    else { return nil }
    return scan.at
  }

  private struct Scan {
    let text: [UInt8]
    var at: Int

    /// The byte at hand; 0 behind the end.
    var byte: UInt8 { at < text.count ? text[at] : 0 }

    mutating func skip(_ word: [UInt8]) -> Bool {
      guard word.count <= text.count - at else { return false }
      for index in word.indices where text[at + index] != word[index] { return false }
      at += word.count
      return true
    }

    /// A decimal number without zeros before it, up to 65535.
    mutating func number() -> Int? {
      let begin = at
      var value = 0
      while case let digit = byte &- UInt8(ascii: "0"), digit < 10, value <= 65535 {
        value = value * 10 + Int(digit)
        at += 1
      }
      guard value <= 65535, at > begin, at == begin + 1 || text[begin] != UInt8(ascii: "0") else {
        return nil
      }
      return value
    }

    /// Two words or more, one blank between each, and perhaps a number in brackets.
    mutating func skipDeclaration() -> Bool {
      var words = 0
      while true {
        let begin = at
        while FieldLine.isWordByte(byte) { at += 1 }
        // Attributes are left out, by those who look closer.
        guard at > begin,
          !(at - begin == 13 && text[begin..<at].elementsEqual("__attribute__".utf8))
        else { return false }
        words += 1
        guard byte == UInt8(ascii: " ") else { break }
        at += 1
      }
      guard words >= 2 else { return false }
      if byte == UInt8(ascii: "[") {
        at += 1
        guard number() != nil, byte == UInt8(ascii: "]") else { return false }
        at += 1
      }
      return true
    }
  }
}
