public import KVMEvents
public import TraceBytes

/// Which events' fields a catalogue tells.
public enum DescribedFields: Sendable {
  /// Those of every event.
  case all
  /// Those of events that have the name of one which the timeline knows (see `EventSchema`); others may seem to have none.
  ///
  /// Most of a kernel's events are others: it is cheaper by far.
  case ofKnownEvents
}

/// All events that a file can hold, from its own format texts.
///
/// Made once per file, then only read.
public struct EventCatalogue: Sendable {
  /// The files' events, densely numbered; `events[0]` is a stand-in for ids that no text declares.
  public private(set) var events: [EventDescription]
  /// By the same numbers.
  public private(set) var descriptors: [EventDescriptor]
  /// Texts, or lines of them, that could not be used.
  ///
  /// They cost only what they declare.
  public private(set) var problems: [FormatProblem] = []
  /// The event id in every record.
  public private(set) var commonType = FieldLayout(offset: 0, size: 2, isSigned: false)
  /// The thread id in every record.
  public private(set) var commonPID = FieldLayout(offset: 4, size: 4, isSigned: true)
  /// Whether numbers are stored most significant byte first.
  public let isBigEndian: Bool
  /// The field with the words of a log of text; nil where records are the kernel's own.
  public internal(set) var text: FieldDescription?
  /// Event id → dense number.
  @usableFromInline var index: [UInt16]
  /// The common fields stand where they do in every kernel since 2.6.31, least significant byte first.
  public internal(set) var hasUsualHeader: Bool

  /// Reads format texts.
  ///
  /// - Parameters:
  ///   - sources: in file order; where two declare the same id the first one counts.
  ///   - longSize: bytes of a `long` on the recording machine.
  ///   - isBigEndian: whether that machine stores the most significant byte first.
  ///   - fields: which events' fields it tells; numbers, descriptors and problems do not depend on it.
  public init(
    _ sources: [FormatSource], longSize: Int, isBigEndian: Bool, fields: DescribedFields = .all
  ) {
    self.init(isBigEndian: isBigEndian)
    let texts = checked(sources)
    var schemas: [String: EventSchema] = [:]
    for schema in EventSchema.all {
      for name in schema.names { schemas[name] = schema }
    }
    guard
      let results = FormatParser.parse(
        texts, longSize: longSize, isBigEndian: isBigEndian,
        needsFields: { name in fields == .all || schemas[name] != nil })
    else {
      problems.append(FormatProblem(event: "all", what: "no memory for the parser"))
      return
    }
    func schema(_ system: String, _ name: String) -> EventSchema? {
      guard let schema = schemas[name], schema.system == system else { return nil }
      return schema
    }
    if let first = results.lazy.compactMap({ $0 }).first { takeCommonFields(first.commonFields) }
    for (source, result) in zip(texts, results) {
      guard let event = result?.event else {
        problems.append(
          FormatProblem(
            event: source.text.name, what: "libtraceevent refuses the text",
            costsEvents: schema(source.system, source.text.name) != nil))
        continue
      }
      add(event, schema(event.system, event.name))
    }
  }

  /// Without any event.
  init(isBigEndian: Bool) {
    self.isBigEndian = isBigEndian
    hasUsualHeader = !isBigEndian
    index = [UInt16](repeating: 0, count: 65536)
    events = [EventDescription(id: -1, system: "", name: "unknown", fields: [])]
    descriptors = [EventDescriptor(kind: .other, minimumLength: 0, fields: FieldLayouts())]
  }

  /// Adds an event whose id is free.
  mutating func append(_ event: EventDescription, _ descriptor: EventDescriptor) {
    index[event.id] = UInt16(events.count)
    events.append(event)
    descriptors.append(descriptor)
  }

  /// The texts that are format texts, up to the fields.
  private mutating func checked(
    _ sources: [FormatSource]
  ) -> [(system: String, text: CheckedFormatText)] {
    var texts: [(system: String, text: CheckedFormatText)] = []
    for source in sources {
      do throws(CheckedFormatTextError) {
        let text = try CheckedFormatText(source)
        if text.skippedLines > 0 {
          problems.append(
            FormatProblem(
              event: text.name,
              what: "\(text.skippedLines) lines are no fields, line \(text.firstSkippedLine) first")
          )
        }
        texts.append((source.system, text))
      } catch {
        let what =
          switch error {
          case .name: "a format text without a name"
          case .id: "a format text without an id in 0…65535"
          case .fields: "a format text without fields"
          }
        problems.append(
          FormatProblem(
            event: SafeText.sanitized(source.system), what: what,
            costsEvents: EventSchema.all.contains { $0.system == source.system }))
      }
    }
    return texts
  }

  private mutating func takeCommonFields(_ fields: [FieldDescription]) {
    for field in fields {
      // Every record that is looked at has eight bytes: fields elsewhere are another's mistake, or bait.
      guard let layout = Self.layout(of: field), layout.end <= 8 else { continue }
      if field.name == "common_type" { commonType = layout }
      if field.name == "common_pid" { commonPID = layout }
    }
    hasUsualHeader =
      !isBigEndian && commonType.offset == 0 && commonType.size == 2 && commonPID.offset == 4
      && commonPID.size == 4
  }

  private mutating func add(_ event: EventDescription, _ schema: EventSchema?) {
    guard event.id >= 0, event.id < index.count else {
      problems.append(FormatProblem(event: event.name, what: "id \(event.id) is out of range"))
      return
    }
    guard index[event.id] == 0, events.count < 65535 else {
      problems.append(FormatProblem(event: event.name, what: "id \(event.id) is taken already"))
      return
    }
    var layouts = FieldLayouts()
    var length = max(commonType.end, commonPID.end)
    for (slot, names) in (schema?.fields ?? []).enumerated() {
      guard let field = Self.find(names, in: event.fields), let layout = Self.layout(of: field)
      else { continue }
      layouts[slot] = layout
      length = max(length, layout.end)
    }
    var kind = schema?.kind ?? .other
    if let schema, let missing = schema.requiredSlots.first(where: { !layouts[$0].isPresent }) {
      // Zeros in place of what was recorded would be wrong answers: nothing is said instead.
      kind = .other
      layouts = FieldLayouts()
      length = 0
      let name = schema.fields[missing].first ?? "a field"
      problems.append(
        FormatProblem(event: event.name, what: "\(name) is not declared", costsEvents: true))
    }
    append(event, EventDescriptor(kind: kind, minimumLength: length, fields: layouts))
  }

  private static func find(_ names: [String], in fields: [FieldDescription]) -> FieldDescription? {
    for name in names {
      if let field = fields.first(where: { $0.name == name }) { return field }
    }
    return nil
  }

  /// A field that can be read as a number.
  static func layout(of field: FieldDescription) -> FieldLayout? {
    guard [1, 2, 4, 8].contains(field.size), field.offset >= 0, field.offset + field.size <= 65535,
      !field.isDynamic
    else { return nil }
    return FieldLayout(
      offset: UInt16(field.offset), size: UInt8(field.size), isSigned: field.isSigned)
  }

  /// The event id and the thread id of a record of at least eight bytes.
  ///
  /// - Parameters:
  ///   - block: the bytes that the record lies in.
  ///   - base: where its payload begins in `block`.
  /// - Returns: both numbers, as the record has them.
  @inlinable
  @inline(__always)
  public func header(in block: RawSpan, at base: Int) -> (id: UInt16, thread: Int32) {
    if hasUsualHeader {
      // u16 common_type, u8 flags, u8 preempt_count, i32 common_pid: one load.
      let word = block.u64(at: base)
      return (
        UInt16(truncatingIfNeeded: word), Int32(truncatingIfNeeded: word &>> 32)
      )
    }
    return unusualHeader(in: block, at: base)
  }

  @usableFromInline
  @inline(never)
  func unusualHeader(in block: RawSpan, at base: Int) -> (id: UInt16, thread: Int32) {
    guard base + max(commonType.end, commonPID.end) <= block.byteCount else { return (0, 0) }
    return (
      UInt16(truncatingIfNeeded: commonType.read(in: block, at: base, isBigEndian: isBigEndian)),
      Int32(truncatingIfNeeded: commonPID.read(in: block, at: base, isBigEndian: isBigEndian))
    )
  }

  /// The dense number of an event id; 0 for an id that no text declares.
  @inlinable
  @inline(__always)
  public func number(of id: UInt16) -> Int { Int(index[Int(id)]) }

  /// Whether the recording would show events of a kind.
  public func records(_ kind: EventKind) -> Bool { descriptors.contains { $0.kind == kind } }

  /// Whether the recording would show an event, by its name without system.
  public func records(named name: String) -> Bool { events.contains { $0.name == name } }

  /// The description of an event by name; the first one, where systems share a name.
  public func event(named name: String) -> EventDescription? { events.first { $0.name == name } }
}

extension FieldLayout {
  /// Where the field ends in the record.
  var end: Int { Int(offset) + Int(size) }
}
