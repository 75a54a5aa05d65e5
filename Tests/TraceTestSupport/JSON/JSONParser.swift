/// Parses JSON as RFC 8259 has it, and nothing more: what it takes, every other parser takes too.
public struct JSONParser {
  /// Why a document is not JSON.
  public struct Failure: Error, CustomStringConvertible {
    /// What was wrong, and at which byte.
    public let description: String
  }

  private let bytes: [UInt8]
  private var at = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Parses one document.
  public static func parse(_ text: String) throws(Failure) -> JSONValue {
    var parser = JSONParser(Array(text.utf8))
    let value = try parser.value()
    parser.skipSpace()
    guard parser.at == parser.bytes.count else { throw parser.failure("more after the end") }
    return value
  }

  private func failure(_ what: String) -> Failure { Failure(description: "\(what) at byte \(at)") }

  private mutating func skipSpace() {
    while at < bytes.count, [0x20, 0x0a, 0x0d, 0x09].contains(bytes[at]) { at += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard at < bytes.count, UInt32(bytes[at]) == character.value else { return false }
    at += 1
    return true
  }

  private mutating func value() throws(Failure) -> JSONValue {
    skipSpace()
    if take("{") { return try object() }
    if take("[") { return try array() }
    if take("\"") { return .string(try string()) }
    for (word, value) in [("null", JSONValue.null), ("true", .bool(true)), ("false", .bool(false))]
    where bytes[at...].starts(with: word.utf8) {
      at += word.utf8.count
      return value
    }
    return try number()
  }

  private mutating func object() throws(Failure) -> JSONValue {
    var members: [JSONValue.Member] = []
    skipSpace()
    if take("}") { return .object([]) }
    repeat {
      skipSpace()
      guard take("\"") else { throw failure("no key") }
      let key = try string()
      guard !members.contains(where: { $0.key == key }) else { throw failure("\(key) twice") }
      skipSpace()
      guard take(":") else { throw failure("no colon") }
      members.append(JSONValue.Member(key: key, value: try value()))
      skipSpace()
    } while take(",")
    guard take("}") else { throw failure("no end of the object") }
    return .object(members)
  }

  private mutating func array() throws(Failure) -> JSONValue {
    var elements: [JSONValue] = []
    skipSpace()
    if take("]") { return .array([]) }
    repeat {
      elements.append(try value())
      skipSpace()
    } while take(",")
    guard take("]") else { throw failure("no end of the array") }
    return .array(elements)
  }

  private mutating func string() throws(Failure) -> String {
    var units: [UInt8] = []
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: units, as: UTF8.self) else { throw failure("no UTF-8") }
        return text
      case UInt8(ascii: "\\"): units += try escape()
      case 0..<0x20: throw failure("a control character")
      default: units.append(byte)
      }
    }
    throw failure("no end of the text")
  }

  private mutating func escape() throws(Failure) -> [UInt8] {
    let plain: [(Unicode.Scalar, UInt8)] = [
      ("\"", 0x22), ("\\", 0x5c), ("/", 0x2f), ("b", 8), ("f", 12), ("n", 10), ("r", 13), ("t", 9),
    ]
    for (letter, byte) in plain where take(letter) { return [byte] }
    guard take("u"), at + 4 <= bytes.count,
      let value = UInt32(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16),
      let scalar = Unicode.Scalar(value)
    else { throw failure("no escape") }
    at += 4
    return Array(String(Character(scalar)).utf8)
  }

  private mutating func number() throws(Failure) -> JSONValue {
    let start = at
    while at < bytes.count, "+-.eE0123456789".utf8.contains(bytes[at]) { at += 1 }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    let digits = text.drop { $0 == "-" }
    if !digits.isEmpty, digits.allSatisfy({ "0123456789".contains($0) }) {
      guard digits == "0" || digits.first != "0" else { throw failure("a leading zero") }
      return .integer(text)
    }
    guard let number = Double(text), let first = digits.first, first.isNumber else {
      throw failure("no value")
    }
    return .number(number)
  }
}
