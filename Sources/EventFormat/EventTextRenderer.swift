public import TraceBytes

/// Writes what an event says: the part of a line behind the event's name, as `trace-cmd report` lays it out.
///
/// Some KVM and scheduler events have a layout of their own there (libtraceevent's plugins); all others follow the
/// `print fmt` of the file. An event whose `print fmt` is missing or beyond the parser is written field by field. No
/// record can make it read outside the record, loop, or write more than a bounded amount; the text is safe for a
/// terminal (see ``SafeText``). Not for use by several threads at once.
public final class EventTextRenderer {
  /// The events, by the same numbers as in the catalogue.
  let events: [EventDescription]
  let order: ByteOrder
  let longSize: Int
  /// How each event is written; made when it is first seen.
  private var layouts: [EventTextLayout?]
  /// The format text of each event; nil where there is none.
  private let texts: [[UInt8]?]
  /// The names of the events, safe to print.
  private let names: [String]
  /// The names of events that had none when the catalogue was made.
  private let lateName: ((Int) -> String)?
  /// The field that holds the words of every event; nil where they are made here.
  private let text: FieldDescription?
  private let kallsyms: [UInt8]
  private let printkFormats: [UInt8]
  private(set) lazy var symbols = KernelSymbols(
    kallsyms: kallsyms, printkFormats: printkFormats, longSize: longSize)

  /// Prepares to write the events of a file.
  ///
  /// - Parameters:
  ///   - sources: the format texts that the catalogue was made of.
  ///   - catalogue: numbers the events.
  ///   - longSize: bytes of a `long` on the recording machine.
  ///   - kallsyms: the kernel's symbols as in `/proc/kallsyms`; may be empty.
  ///   - printkFormats: the kernel's format strings as in `printk_formats`; may be empty.
  ///   - order: the byte order of the records.
  ///   - lateName: tells the name of an event that has none in the catalogue, by its number.
  public init(
    sources: [FormatSource], catalogue: EventCatalogue, longSize: Int, kallsyms: [UInt8],
    printkFormats: [UInt8], order: ByteOrder, lateName: ((Int) -> String)? = nil
  ) {
    self.lateName = lateName
    text = catalogue.text
    events = catalogue.events
    self.order = order
    self.longSize = longSize == 4 ? 4 : 8
    self.kallsyms = kallsyms
    self.printkFormats = printkFormats
    var texts = [[UInt8]?](repeating: nil, count: events.count)
    for source in sources {
      guard let id = Self.identifier(of: source.text), let small = UInt16(exactly: id) else {
        continue
      }
      let number = catalogue.number(of: small)
      // Where two texts declare the same id the first one counts, as in the catalogue.
      if number > 0, number < texts.count, texts[number] == nil,
        events[number].system == source.system
      {
        texts[number] = source.text
      }
    }
    self.texts = texts
    names = events.map { SafeText.sanitized($0.name) }
    layouts = [EventTextLayout?](repeating: nil, count: events.count)
  }

  /// The number in the line `ID:` of a format text.
  private static func identifier(of text: [UInt8]) -> Int? {
    let wanted = Array("ID:".utf8)
    var line = 0
    while line < text.count {
      if text[line...].starts(with: wanted) {
        var value = 0
        var found = false
        for byte in text[(line + wanted.count)...] {
          if byte >= 0x30 && byte <= 0x39 {
            value = value * 10 + Int(byte - 0x30)
            found = true
            if value > 65535 { return nil }
          } else if byte != 32 || found {
            break
          }
        }
        return found ? value : nil
      }
      guard let end = text[line...].firstIndex(of: 10) else { return nil }
      line = end + 1
    }
    return nil
  }

  /// The name of an event without its system, safe to print.
  public func name(of number: Int) -> String {
    guard names.indices.contains(number) else { return "unknown" }
    if names[number].isEmpty, let lateName { return SafeText.sanitized(lateName(number)) }
    return names[number]
  }

  /// Appends what a record says.
  ///
  /// - Parameters:
  ///   - number: the event's number in the catalogue; 0 for an id that no text declares.
  ///   - block: the bytes that the record lies in.
  ///   - offset: where its payload begins in `block`.
  ///   - length: the payload's bytes.
  ///   - bytes: where the text is appended, without a line break at the end. Only a call stack has several lines.
  public func append(
    number: Int, block: RawSpan, offset: Int, length: Int, to bytes: inout [UInt8]
  ) {
    let start = bytes.count
    let record = RecordView(block, base: offset, length: length, order: order)
    let layout = layout(of: number)
    var keepsLineBreaks = false
    switch layout {
    case .unknown: append(unknown: record, to: &bytes)
    case .fields(let fields): append(fields, record, to: &bytes)
    case .format(let format):
      PrintEvaluator(record, longSize: longSize, symbols: symbols).append(format, to: &bytes)
    case .stack(let field):
      keepsLineBreaks = true
      append(stack: field, record, to: &bytes)
    case .own(let own): append(own, record, to: &bytes)
    case .words(let field): bytes.append(record.block, record.text(record.range(field)))
    }
    while bytes.count > start, bytes[bytes.count - 1] == 10 { bytes.removeLast() }
    SafeText.sanitize(&bytes, from: start, keepingLineBreaks: keepsLineBreaks)
  }

  /// What a record says, as text.
  public func text(number: Int, block: RawSpan, offset: Int, length: Int) -> String {
    var bytes: [UInt8] = []
    append(number: number, block: block, offset: offset, length: length, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Goes through the fields of a record in the order of its format text, without the common ones.
  ///
  /// Field names are safe to print. Nothing is given for an event that no text declares.
  public func forEachField(
    number: Int, block: RawSpan, offset: Int, length: Int,
    _ body: (_ name: String, _ value: EventFieldValue) -> Void
  ) {
    guard number > 0, number < events.count else { return }
    let record = RecordView(block, base: offset, length: length, order: order)
    for field in events[number].fields {
      body(SafeText.sanitized(field.name), Self.value(field, record))
    }
  }

  private static func value(_ field: FieldDescription, _ record: borrowing RecordView)
    -> EventFieldValue
  {
    guard field.offset >= 0, field.offset <= record.length - (field.isDynamic ? 4 : field.size)
    else {
      return .missing
    }
    if field.isArray || field.isDynamic {
      let range = record.range(field)
      if field.isText {
        return .text(SafeText.sanitized(record.block.array(record.text(range))))
      }
      return .bytes(record.block.array(range))
    }
    guard [1, 2, 4, 8].contains(field.size), let value = record.integer(field) else {
      return .bytes(record.block.array(record.range(field)))
    }
    return field.isSigned ? .signed(Int64(bitPattern: value)) : .unsigned(value)
  }

  // MARK: Layouts

  func layout(of number: Int) -> EventTextLayout {
    guard layouts.indices.contains(number) else { return .unknown }
    if let layout = layouts[number] { return layout }
    let made = makeLayout(of: number)
    layouts[number] = made
    return made
  }

  private func makeLayout(of number: Int) -> EventTextLayout {
    guard number > 0 else { return .unknown }
    if let text { return .words(text) }
    let event = events[number]
    if let own = OwnLayout(event, text: texts[number] ?? []) { return .own(own) }
    if event.system == "ftrace", event.name == "kernel_stack" || event.name == "user_stack",
      let field = event.fields.first(where: { $0.name == "caller" })
    {
      return .stack(field)
    }
    guard let text = texts[number] else { return .fields(event.fields) }
    var parser = PrintFormatParser(text, fields: event.fields, longSize: longSize)
    do throws(PrintFormatError) {
      return .format(try parser.parse())
    } catch {
      return .fields(event.fields)
    }
  }

  // MARK: Without a format

  /// The fields by name: the first bytes of an unknown event.
  private func append(unknown record: borrowing RecordView, to bytes: inout [UInt8]) {
    bytes.append(text: "[UNKNOWN EVENT]")
    for index in 0..<min(record.length, 64) {
      bytes.append(32)
      bytes.append(hex: UInt64(record.block.u8(at: record.base + index)), width: 2)
    }
    if record.length > 64 { bytes.append(text: " …") }
  }

  private func append(
    _ fields: [FieldDescription], _ record: borrowing RecordView, to bytes: inout [UInt8]
  ) {
    for (index, field) in fields.enumerated() {
      if index > 0 { bytes.append(32) }
      bytes.append(text: field.name)
      bytes.append(UInt8(ascii: "="))
      switch Self.value(field, record) {
      case .unsigned(let value):
        if field.type.contains("*") || field.type.contains("long") {
          bytes.append(text: "0x")
          bytes.append(hex: value)
        } else {
          bytes.append(decimal: value)
        }
      case .signed(let value): bytes.append(signed: value)
      case .text(let text): bytes.append(text: text)
      case .bytes(let data):
        bytes.append(text: "ARRAY[")
        for (index, byte) in data.enumerated() {
          if index > 0 { bytes.append(text: ", ") }
          bytes.append(hex: UInt64(byte), width: 2)
        }
        bytes.append(UInt8(ascii: "]"))
      case .missing: bytes.append(text: "?")
      }
    }
  }

  /// A call stack: one line per caller, up to the end of the record or a mark of all ones.
  private func append(
    stack field: FieldDescription, _ record: borrowing RecordView, to bytes: inout [UInt8]
  ) {
    bytes.append(text: "<stack trace >\n")
    var offset = field.offset
    if field.isDynamic { offset = record.range(field).lowerBound - record.base }
    guard offset >= 0 else { return }
    while offset + longSize <= record.length {
      let address = record.integer(at: offset, size: longSize)
      if UInt32(truncatingIfNeeded: address) == .max { break }
      symbols.append(caller: address, to: &bytes)
      bytes.append(10)
      offset += longSize
    }
  }
}

/// How one event is written.
enum EventTextLayout {
  /// No text declares it.
  case unknown
  case fields([FieldDescription])
  case format(PrintFormat)
  case stack(FieldDescription)
  case own(OwnLayout)
  /// The words that a log of text has for it.
  case words(FieldDescription)
}
