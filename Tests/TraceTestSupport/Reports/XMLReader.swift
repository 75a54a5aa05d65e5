/// An element of an XML document.
public struct XMLElement: Sendable, Equatable {
  /// The name.
  public var name: String
  /// The attributes in the order of the document.
  public var attributes: [(name: String, value: String)] = []
  /// The elements in it.
  public var children: [XMLElement] = []
  /// The text in it, without that of its children.
  public var text = ""

  /// The value of an attribute.
  public subscript(name: String) -> String? { attributes.first { $0.name == name }?.value }

  /// The children with a name.
  public func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

  /// Compares everything.
  public static func == (a: XMLElement, b: XMLElement) -> Bool {
    a.name == b.name && a.text == b.text && a.children == b.children
      && a.attributes.elementsEqual(b.attributes) { $0 == $1 }
  }
}

/// Reads XML 1.0 without DTD, namespaces, comments and CDATA, and refuses everything that is not well-formed: what it takes,
/// every XML reader takes too.
public struct XMLReader {
  /// Why a document is not well-formed.
  public struct Failure: Error, CustomStringConvertible {
    /// What was wrong, and at which character.
    public let description: String
  }

  private let text: [Unicode.Scalar]
  private var at = 0

  private init(_ text: String) { self.text = Array(text.unicodeScalars) }

  /// Reads one document.
  public static func parse(_ text: String) throws(Failure) -> XMLElement {
    var reader = XMLReader(text)
    if let bad = reader.text.firstIndex(where: { !isCharacter($0) }) {
      throw Failure(description: "character \(bad) is none of XML")
    }
    guard reader.take("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") else {
      throw reader.failure("no declaration")
    }
    let root = try reader.element()
    reader.skipSpace()
    guard reader.at == reader.text.count else { throw reader.failure("more after the root") }
    return root
  }

  /// `Char` of XML 1.0.
  private static func isCharacter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 9, 10, 13, 0x20...0xd7ff, 0xe000...0xfffd, 0x10000...0x10ffff: true
    default: false
    }
  }

  private func failure(_ what: String) -> Failure {
    Failure(description: "\(what) at character \(at)")
  }

  private mutating func take(_ word: String) -> Bool {
    let scalars = Array(word.unicodeScalars)
    guard text[at...].starts(with: scalars) else { return false }
    at += scalars.count
    return true
  }

  @discardableResult
  private mutating func skipSpace() -> Bool {
    let start = at
    while at < text.count, [" ", "\n", "\t", "\r"].contains(text[at]) { at += 1 }
    return at > start
  }

  private mutating func name() throws(Failure) -> String {
    var name = ""
    while at < text.count,
      text[at].properties.isAlphabetic || (!name.isEmpty && ("0"..."9").contains(text[at]))
        || (!name.isEmpty && [".", "-", "_"].contains(text[at]))
    {
      name.unicodeScalars.append(text[at])
      at += 1
    }
    guard !name.isEmpty else { throw failure("no name") }
    return name
  }

  private mutating func element() throws(Failure) -> XMLElement {
    guard take("<") else { throw failure("no element") }
    var element = XMLElement(name: try name())
    while skipSpace(), at < text.count, ![">", "/"].contains(text[at]) {
      let key = try name()
      guard element[key] == nil else { throw failure("\(key) twice") }
      guard take("=\"") else { throw failure("no value") }
      element.attributes.append((key, try value(until: "\"")))
      guard take("\"") else { throw failure("no end of the value") }
    }
    if take("/>") { return element }
    guard take(">") else { throw failure("no end of the tag") }
    while true {
      element.text += try value(until: "<")
      if take("</") {
        guard try name() == element.name, take(">") else { throw failure("the wrong end tag") }
        return element
      }
      element.children.append(try self.element())
    }
  }

  /// Text up to a character, references replaced.
  private mutating func value(until end: Unicode.Scalar) throws(Failure) -> String {
    var result = ""
    while at < text.count, text[at] != end {
      let isAttribute = end == "\""
      if isAttribute, text[at] == "<" { throw failure("< in a value") }
      if isAttribute, ["\n", "\t", "\r"].contains(text[at]) { throw failure("space that is lost") }
      if !isAttribute, text[at...].starts(with: "]]>".unicodeScalars) { throw failure("]]>") }
      if text[at] == "&" {
        result.unicodeScalars.append(try reference())
      } else {
        result.unicodeScalars.append(text[at])
        at += 1
      }
    }
    guard at < text.count else { throw failure("no end of the text") }
    return result
  }

  private mutating func reference() throws(Failure) -> Unicode.Scalar {
    let known: [(String, Unicode.Scalar)] = [
      ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"),
    ]
    for (name, scalar) in known where take(name) { return scalar }
    guard take("&#"), let end = text[at...].firstIndex(of: ";") else {
      throw failure("no reference")
    }
    var digits = String(String.UnicodeScalarView(text[at..<end]))
    let radix = digits.hasPrefix("x") ? 16 : 10
    if radix == 16 { digits.removeFirst() }
    guard let number = UInt32(digits, radix: radix), let scalar = Unicode.Scalar(number),
      Self.isCharacter(scalar)
    else { throw failure("no character") }
    at = end + 1
    return scalar
  }
}
