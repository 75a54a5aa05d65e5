/// Writes one XML 1.0 document as it comes, two spaces a level, without keeping any of it.
///
/// What XML cannot hold at all (control characters, not even as references) and what would act on a terminal is written
/// out as ``Printable`` does it.
struct XMLWriter {
  /// A name and its value; nil leaves it out.
  typealias Attribute = (name: String, value: String?)

  private let sink: ByteSink
  private var names: [String] = []
  /// The start tag of the innermost element is still without its `>`.
  private var isOpen = false

  /// Begins a document.
  init(_ sink: ByteSink) {
    self.sink = sink
    sink.write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
  }

  /// An element with attributes; `body` writes what is in it.
  mutating func element(
    _ name: String, _ attributes: [Attribute] = [],
    _ body: (inout XMLWriter) -> Void = { _ in }
  ) {
    begin(name, attributes)
    body(&self)
    names.removeLast()
    if isOpen {
      sink.write("/>\n")
    } else {
      indent()
      sink.write("</\(name)>\n")
    }
    isOpen = false
  }

  /// An element that holds text, line breaks included, and nothing else.
  mutating func text(
    _ name: String, _ attributes: [Attribute] = [], _ text: String
  ) {
    begin(name, attributes)
    names.removeLast()
    sink.write(">" + Self.escaped(text, isAttribute: false) + "</\(name)>\n")
    isOpen = false
  }

  private mutating func begin(_ name: String, _ attributes: [Attribute]) {
    if isOpen { sink.write(">\n") }
    indent()
    sink.write("<" + name)
    for (key, value) in attributes {
      guard let value else { continue }
      sink.write(" \(key)=\"" + Self.escaped(value, isAttribute: true) + "\"")
    }
    names.append(name)
    isOpen = true
  }

  private func indent() { sink.write(repeatElement(UInt8(ascii: " "), count: 2 * names.count)) }

  private static func escaped(_ text: String, isAttribute: Bool) -> String {
    var result = String.UnicodeScalarView()
    func append(_ text: String) { result.append(contentsOf: text.unicodeScalars) }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": append("&amp;")
      case "<": append("&lt;")
      // `]]>` must not stand in text; as a reference it never does.
      case ">": append("&gt;")
      case "\"": append(isAttribute ? "&quot;" : "\"")
      // Readers turn a bare one in an attribute into a space.
      case "\n": append(isAttribute ? "&#10;" : "\n")
      case "\u{fffe}", "\u{ffff}": append(Printable.code(of: scalar))
      case _ where Printable.isUnsafe(scalar): append(Printable.code(of: scalar))
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
