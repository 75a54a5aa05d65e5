/// A value of a JSON document; integers keep all of their digits.
indirect enum JSONValue {
  case null
  case bool(Bool)
  case integer(UInt64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([(key: String, value: JSONValue)])

  /// A member; nil when this is no object, or has none such.
  subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
  var text: String? { if case .string(let text) = self { text } else { nil } }
  var integer: UInt64? { if case .integer(let number) = self { number } else { nil } }
  var truth: Bool? { if case .bool(let truth) = self { truth } else { nil } }
}

/// Reads JSON (RFC 8259), for documents that kvmscope wrote itself.
struct JSONReader {
  /// Why a document cannot be read.
  struct Failure: Error {
    /// What is wrong.
    let what: String
    /// At which byte.
    let offset: Int
  }

  private static let deepest = 64
  private let bytes: [UInt8]
  private var at = 0
  private var depth = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Reads one document.
  static func read(_ bytes: [UInt8]) throws(Failure) -> JSONValue {
    var reader = JSONReader(bytes)
    let value = try reader.value()
    reader.skipSpace()
    guard reader.at == bytes.count else { throw reader.failure("more behind the document") }
    return value
  }

  private func failure(_ what: String) -> Failure { Failure(what: what, offset: at) }

  private mutating func skipSpace() {
    while at < bytes.count, [0x20, 0x0a, 0x0d, 0x09].contains(bytes[at]) { at += 1 }
  }

  private mutating func take(_ character: Character) -> Bool {
    guard at < bytes.count, bytes[at] == character.asciiValue else { return false }
    at += 1
    return true
  }

  private mutating func value() throws(Failure) -> JSONValue {
    skipSpace()
    guard at < bytes.count else { throw failure("a value is missing") }
    if bytes[at] == UInt8(ascii: "{") || bytes[at] == UInt8(ascii: "[") {
      depth += 1
      defer { depth -= 1 }
      guard depth <= Self.deepest else { throw failure("nested too deeply") }
      return take("{") ? try object() : try array()
    }
    if take("\"") { return .string(try string()) }
    for (word, value) in [("null", JSONValue.null), ("true", .bool(true)), ("false", .bool(false))]
    where bytes[at...].starts(with: word.utf8) {
      at += word.utf8.count
      return value
    }
    return try number()
  }

  private mutating func object() throws(Failure) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = []
    skipSpace()
    if take("}") { return .object([]) }
    repeat {
      skipSpace()
      guard take("\"") else { throw failure("a key is missing") }
      let key = try string()
      skipSpace()
      guard take(":") else { throw failure("a colon is missing") }
      members.append((key, try value()))
      skipSpace()
    } while take(",")
    guard take("}") else { throw failure("an object does not end") }
    return .object(members)
  }

  private mutating func array() throws(Failure) -> JSONValue {
    guard take("[") else { throw failure("a value is missing") }
    var elements: [JSONValue] = []
    skipSpace()
    if take("]") { return .array([]) }
    repeat {
      elements.append(try value())
      skipSpace()
    } while take(",")
    guard take("]") else { throw failure("an array does not end") }
    return .array(elements)
  }

  private mutating func string() throws(Failure) -> String {
    var units: [UInt8] = []
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: units, as: UTF8.self)
      case UInt8(ascii: "\\"): units += try escape()
      default: units.append(byte)
      }
    }
    throw failure("a text does not end")
  }

  private mutating func escape() throws(Failure) -> [UInt8] {
    let plain: [(Character, UInt8)] = [
      ("\"", 0x22), ("\\", 0x5c), ("/", 0x2f), ("b", 8), ("f", 12), ("n", 10), ("r", 13), ("t", 9),
    ]
    for (letter, byte) in plain where take(letter) { return [byte] }
    guard take("u"), at + 4 <= bytes.count,
      let value = UInt32(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16),
      let scalar = Unicode.Scalar(value)
    else { throw failure("an escape is none") }
    at += 4
    return Array(String(Character(scalar)).utf8)
  }

  private mutating func number() throws(Failure) -> JSONValue {
    let start = at
    while at < bytes.count, "+-.eE0123456789".utf8.contains(bytes[at]) { at += 1 }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    if let integer = UInt64(text) { return .integer(integer) }
    guard let number = Double(text) else {
      at = start
      throw failure("a value is none")
    }
    return .number(number)
  }
}
