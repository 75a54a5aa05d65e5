/// One line of a format text that declares a field, taken apart.
///
/// What C declarations look like here:
///
/// ```
/// unsigned int vcpu_id          words, the last one is the name
/// const char * msg              a pointer
/// char comm[16]                 brackets behind the name
/// __data_loc char[] name        brackets behind the type
/// __data_loc cpumask_t *[] mask
/// char * p __attribute__((user))  attributes are left out
/// ```
struct FieldLine {
  private var words: [ArraySlice<UInt8>] = []
  /// What stands between the brackets; nil without brackets.
  private var brackets: ArraySlice<UInt8>?
  /// The word behind the brackets; nil when the last one before them is the name.
  private var nameBehindBrackets: ArraySlice<UInt8>?
  private let offset: Int
  private let size: Int
  private let isSigned: Bool?

  /// Takes a line apart; nil when it declares no field, or one outside of any record.
  ///
  /// In ftrace's own events old kernels wrote `field special:`, and dots between words.
  init?(_ line: ArraySlice<UInt8>, isOfFtrace: Bool) {
    var parts = line.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)[...]
    guard let declaration = parts.popFirst().map(Self.trimmed),
      let offset = Self.number(parts.popFirst(), after: "offset:"),
      let size = Self.number(parts.popFirst(), after: "size:"), offset + size <= 65535
    else { return nil }
    self.offset = offset
    self.size = size
    guard let rest = parts.popFirst() else { return nil }
    if Self.trimmed(rest).isEmpty && parts.isEmpty {
      // Kernels before 2.6.33 did not tell the sign.
      isSigned = nil
    } else {
      guard let sign = Self.number(rest, after: "signed:"), parts.count == 1,
        parts.allSatisfy({ Self.trimmed($0).isEmpty })
      else { return nil }
      isSigned = sign != 0
    }
    guard let type = Self.declaration(declaration, isOfFtrace), readWords(type, isOfFtrace) else {
      return nil
    }
  }

  /// Writes the line as kernels do.
  func append(to text: inout [UInt8]) {
    text += Array("\tfield:".utf8)
    for (number, word) in words.enumerated() {
      if number > 0 { text.append(UInt8(ascii: " ")) }
      text += word
    }
    if let brackets {
      text.append(UInt8(ascii: "["))
      text += brackets
      text.append(UInt8(ascii: "]"))
    }
    if let nameBehindBrackets {
      text.append(UInt8(ascii: " "))
      text += nameBehindBrackets
    }
    text += Array(";\toffset:\(offset);\tsize:\(size);".utf8)
    if let isSigned { text += Array("\tsigned:\(isSigned ? 1 : 0);".utf8) }
    text.append(UInt8(ascii: "\n"))
  }

  /// What stands behind `field:`.
  private static func declaration(_ part: ArraySlice<UInt8>, _ isOfFtrace: Bool) -> ArraySlice<
    UInt8
  >? {
    for keyword in isOfFtrace ? ["field:", "field special:"] : ["field:"]
    where part.starts(with: Array(keyword.utf8)) {
      return part.dropFirst(keyword.utf8.count)
    }
    return nil
  }

  private mutating func readWords(_ declaration: ArraySlice<UInt8>, _ isOfFtrace: Bool) -> Bool {
    var rest = declaration
    while let byte = rest.first {
      if Self.isBlank(byte) {
        rest = rest.dropFirst()
      } else if Self.isWordByte(byte) {
        let word = rest.prefix(while: Self.isWordByte)
        rest = rest[word.endIndex...]
        if word.elementsEqual("__attribute__".utf8) {
          guard let behind = Self.behindParentheses(rest) else { return false }
          rest = behind
        } else if brackets == nil {
          words.append(word)
        } else if nameBehindBrackets == nil {
          nameBehindBrackets = word
        } else {
          return false
        }
      } else if byte == UInt8(ascii: "*") || (byte == UInt8(ascii: ".") && isOfFtrace) {
        guard brackets == nil else { return false }
        words.append(rest.prefix(1))
        rest = rest.dropFirst()
      } else if byte == UInt8(ascii: "["), brackets == nil {
        let inside = rest.dropFirst().prefix(while: Self.isBracketByte)
        guard inside.endIndex < rest.endIndex, rest[inside.endIndex] == UInt8(ascii: "]") else {
          return false
        }
        brackets = inside
        rest = rest[(inside.endIndex + 1)...]
      } else {
        return false
      }
    }
    // A type and a name, and both are words where they must be.
    guard words.count >= 2, let first = words.first, let last = words.last else { return false }
    return first.allSatisfy(Self.isWordByte)
      && (nameBehindBrackets != nil || last.allSatisfy(Self.isWordByte))
  }

  /// What follows `((…))`; nil when it is not closed.
  private static func behindParentheses(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var depth = 0
    for (index, byte) in zip(text.indices, text) {
      switch byte {
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"):
        depth -= 1
        if depth <= 0 { return depth == 0 ? text[(index + 1)...] : nil }
      default:
        guard isWordByte(byte) || isBlank(byte) || depth > 0 else { return nil }
      }
    }
    return nil
  }

  private static func number(_ part: ArraySlice<UInt8>?, after keyword: String) -> Int? {
    guard let part = part.map(trimmed), part.starts(with: Array(keyword.utf8)) else { return nil }
    return number(part.dropFirst(keyword.utf8.count))
  }

  /// A decimal number up to 65535.
  static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard (1...5).contains(digits.count) else { return nil }
    var value = 0
    for byte in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return value <= 65535 ? value : nil
  }

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text
    while let byte = text.first, isBlank(byte) { text = text.dropFirst() }
    while let byte = text.last, isBlank(byte) { text = text.dropLast() }
    return text
  }

  static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }

  static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// The length of an array may be an expression: `(16 * 2)`.
  private static func isBracketByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "*"),
      UInt8(ascii: "/"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","),
      UInt8(ascii: "<"), UInt8(ascii: ">"):
      true
    default: isWordByte(byte)
    }
  }
}
