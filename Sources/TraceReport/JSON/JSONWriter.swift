/// Writes one JSON document as it comes, without keeping any of it.
///
/// Containers are laid out over lines, two spaces a level; an *inline* container and all within it stays on one line,
/// which makes a long list of rows readable and easy to search. Keys keep the order they are written in.
final class JSONWriter {
  private struct Container {
    let isInline: Bool
    let isArray: Bool
    var isEmpty = true
  }

  private let sink: ByteSink
  private var containers: [Container] = []
  private var isAfterKey = false

  init(_ sink: ByteSink) { self.sink = sink }

  /// An object; `body` writes its members.
  func object(inline: Bool = false, _ body: () -> Void) {
    begin(isArray: false, inline: inline)
    body()
    end()
  }

  /// A member that is an object.
  func object(_ key: String, inline: Bool = false, _ body: () -> Void) {
    self.key(key)
    object(inline: inline, body)
  }

  /// A member that is an array, with one element for each of `elements`, written by `body`.
  func array<Elements: Sequence>(
    _ key: String, _ elements: Elements, inline: Bool = false, _ body: (Elements.Element) -> Void
  ) {
    self.key(key)
    begin(isArray: true, inline: inline)
    for element in elements { body(element) }
    end()
  }

  /// An array as an element, with one element for each of `elements`, written by `body`.
  func array<Elements: Sequence>(_ elements: Elements, _ body: (Elements.Element) -> Void) {
    begin(isArray: true, inline: true)
    for element in elements { body(element) }
    end()
  }

  /// Opens an array that `end` closes.
  func beginArray(_ key: String) {
    self.key(key)
    begin(isArray: true, inline: false)
  }

  /// Opens an object that `end` closes.
  func beginObject() { begin(isArray: false, inline: false) }

  /// Closes the innermost container; the outermost one with a line feed.
  func end() {
    guard let container = containers.popLast() else { return }
    if !container.isInline, !container.isEmpty { newLine() }
    sink.write(UInt8(ascii: container.isArray ? "]" : "}"))
    if containers.isEmpty { sink.write(UInt8(ascii: "\n")) }
  }

  func member(_ key: String, _ value: String?) {
    self.key(key)
    if let value { string(value) } else { null() }
  }

  func member(_ key: String, _ value: UInt64?) {
    self.key(key)
    if let value { number(value) } else { null() }
  }

  func member(_ key: String, _ value: (some SignedInteger & FixedWidthInteger)?) {
    self.key(key)
    if let value { number(value) } else { null() }
  }

  func member(_ key: String, _ value: Bool?) {
    self.key(key)
    if let value {
      element(value ? "true" : "false")
    } else {
      null()
    }
  }

  /// A member that is a fraction; infinities, which JSON does not know, become null.
  func member(_ key: String, _ value: Double?) {
    self.key(key)
    if let value, value.isFinite {
      element(value == value.rounded() && value.magnitude < 1e15 ? "\(Int64(value))" : "\(value)")
    } else {
      null()
    }
  }

  func string(_ value: String) {
    separate()
    quoted(value)
  }

  func number(_ value: UInt64) {
    separate()
    sink.write(decimal: value)
  }

  func number(_ value: some SignedInteger & FixedWidthInteger) {
    separate()
    if value < 0 { sink.write(UInt8(ascii: "-")) }
    sink.write(decimal: UInt64(value.magnitude))
  }

  private func null() { element("null") }

  private func element(_ text: String) {
    separate()
    sink.write(text)
  }

  private func key(_ key: String) {
    separate()
    quoted(key)
    sink.write(": ")
    isAfterKey = true
  }

  private func begin(isArray: Bool, inline: Bool) {
    separate()
    sink.write(UInt8(ascii: isArray ? "[" : "{"))
    containers.append(
      Container(isInline: inline || containers.last?.isInline == true, isArray: isArray))
  }

  /// Puts what belongs between the previous value and the next.
  private func separate() {
    if isAfterKey {
      isAfterKey = false
      return
    }
    guard let last = containers.last else { return }
    if last.isEmpty {
      containers[containers.count - 1].isEmpty = false
    } else {
      sink.write(last.isInline ? ", " : ",")
    }
    if !last.isInline { newLine() }
  }

  private func newLine() {
    sink.write(UInt8(ascii: "\n"))
    sink.write(repeatElement(UInt8(ascii: " "), count: 2 * containers.count))
  }

  private func quoted(_ text: String) {
    // Most text needs no escape: one look, one copy.
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }) {
      sink.append { bytes in
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: text.utf8)
        bytes.append(UInt8(ascii: "\""))
      }
      return
    }
    sink.write(UInt8(ascii: "\""))
    for scalar in text.unicodeScalars { escape(scalar) }
    sink.write(UInt8(ascii: "\""))
  }

  private func escape(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\"": sink.write("\\\"")
    case "\\": sink.write("\\\\")
    case "\n": sink.write("\\n")
    case "\r": sink.write("\\r")
    case "\t": sink.write("\\t")
    // Beyond what JSON demands: a document that is looked at in a terminal must not steer it.
    case _ where Printable.isUnsafe(scalar):
      let digits = String(scalar.value, radix: 16)
      sink.write("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
    default: sink.write(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
  }
}
