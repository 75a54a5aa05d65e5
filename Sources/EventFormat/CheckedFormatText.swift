/// The head of one format text, found to be what kernels write, in the words that libtraceevent may be given.
///
/// The text comes from the trace and is untrusted; libtraceevent's parser is not made for that. It reads through a null
/// pointer at a text that ends behind `[`, frees twice on some `print fmt`, and runs out of stack on deep ones. So
/// nothing reaches it but lines that were checked here, written anew, and an empty `print fmt`:
///
/// ```
/// name: kvm_entry
/// ID: 1234
/// format:
/// <tab>field:unsigned short common_type;<tab>offset:0;<tab>size:2;<tab>signed:0;
///                                                        (an empty line ends the common fields)
/// <tab>field:unsigned int vcpu_id;<tab>offset:8;<tab>size:4;<tab>signed:0;
/// ```
///
/// A line that is no field costs that field, not the event: every field names its own place.
/// Source: `trace_event_seq_start` and `f_show` in `kernel/trace/trace_events.c`.
struct CheckedFormatText {
  /// The event's name: letters, digits and underscores.
  let name: String
  /// The event's number, in 0…65535.
  let id: Int
  /// Every field is declared by a ``CanonicalFieldLine``: libtraceevent does not refuse the text.
  private(set) var isCanonical = true
  /// Lines between `format:` and `print fmt:` that are no fields.
  private(set) var skippedLines = 0
  /// The number of the first of them, from 1; 0 when there is none.
  private(set) var firstSkippedLine = 0
  /// The fields that all events have: what stands before the first empty line.
  private var commonFields: [UInt8] = []
  private var fields: [UInt8] = []

  /// Longer lines are no kernel's.
  static let maximumLineLength = 1024
  /// More fields are no kernel's.
  static let maximumFields = 512

  /// Reads a text up to its `print fmt`; throws what is wrong with it as a whole.
  init(_ source: FormatSource) throws(CheckedFormatTextError) {
    var lines = LineReader(source.text)
    guard let first = lines.next(), let name = Self.value(of: first, after: "name:"),
      !name.isEmpty, name.allSatisfy(FieldLine.isWordByte)
    else { throw .name }
    self.name = String(decoding: name, as: UTF8.self)
    guard let second = lines.next(), let digits = Self.value(of: second, after: "ID:") else {
      throw .id
    }
    guard let id = FieldLine.number(digits) else { throw .id }
    self.id = id
    guard let third = lines.next(), Self.value(of: third, after: "format:")?.isEmpty == true else {
      throw .fields
    }
    readFields(&lines, isOfFtrace: source.system == "ftrace")
  }

  /// A format text of the same meaning, without attributes and `print fmt`; with the fields that all events have, or
  /// without.
  func canonical(withCommonFields: Bool) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(64 + name.utf8.count + commonFields.count + fields.count)
    text.append(text: "name: ")
    text.append(text: name)
    text.append(text: "\nID: ")
    text.append(decimal: UInt64(id))
    text.append(text: "\nformat:\n")
    if withCommonFields { text += commonFields }
    text.append(newline)
    text += fields
    text.append(text: "\nprint fmt: \"\"\n")
    return text
  }

  private mutating func readFields(_ lines: inout LineReader, isOfFtrace: Bool) {
    var count = 0
    // The first empty line ends the common fields. libtraceevent would take the second for the end of all.
    var areCommon = true
    while true {
      if count < Self.maximumFields, let line = lines.nextCanonicalField() {
        count += 1
        if areCommon { commonFields += line } else { fields += line }
        continue
      }
      guard let line = lines.next() else { return }
      if line.isEmpty {
        areCommon = false
        continue
      }
      if line.starts(with: printFormat) { return }
      // A last line without its end may be cut: it may lack its sign, or digits.
      if count < Self.maximumFields, lines.hasLineEnd, line.count <= Self.maximumLineLength,
        let field = FieldLine(line, isOfFtrace: isOfFtrace)
      {
        count += 1
        isCanonical = false
        if areCommon { field.append(to: &commonFields) } else { field.append(to: &fields) }
      } else {
        skippedLines += 1
        if firstSkippedLine == 0 { firstSkippedLine = lines.count }
      }
    }
  }

  /// What stands behind a keyword that begins the line, without blanks around it.
  private static func value(of line: ArraySlice<UInt8>, after keyword: String) -> ArraySlice<UInt8>?
  {
    guard line.count <= maximumLineLength, line.starts(with: Array(keyword.utf8)) else {
      return nil
    }
    var rest = line.dropFirst(keyword.utf8.count)
    while let byte = rest.first, FieldLine.isBlank(byte) { rest = rest.dropFirst() }
    while let byte = rest.last, FieldLine.isBlank(byte) { rest = rest.dropLast() }
    return rest
  }
}

/// Why a text is no format text.
enum CheckedFormatTextError: Error {
  /// It does not begin with `name:` and a name.
  case name
  /// `ID:` and a number up to 65535 do not follow.
  case id
  /// `format:` does not follow.
  case fields
}

private let newline = UInt8(ascii: "\n")
private let printFormat = Array("print fmt:".utf8)

/// The lines of a text, one after the other.
struct LineReader {
  private let text: [UInt8]
  private var at = 0
  /// How many lines have been read.
  private(set) var count = 0
  /// Whether a newline ended the line read last.
  private(set) var hasLineEnd = false

  init(_ text: [UInt8]) { self.text = text }

  /// The next line without its newline; nil at the end.
  mutating func next() -> ArraySlice<UInt8>? {
    guard at < text.count else { return nil }
    let found = text[at...].firstIndex(of: newline)
    let end = found ?? text.count
    hasLineEnd = found != nil
    defer { at = end + 1 }
    count += 1
    return text[at..<end]
  }

  /// The next line with its newline, where it is a ``CanonicalFieldLine``; otherwise nil, and nothing was read.
  mutating func nextCanonicalField() -> ArraySlice<UInt8>? {
    guard let end = CanonicalFieldLine.end(in: text, at: at) else { return nil }
    hasLineEnd = true
    count += 1
    defer { at = end }
    return text[at..<end]
  }
}
