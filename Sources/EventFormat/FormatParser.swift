import CTraceEvent
import Synchronization

/// libtraceevent's parser of format texts.
///
/// It is C with inner state, in old versions even state that all handles share: it works on one thread at a time, what
/// it says is copied out at once, and nothing of it outlives a call. It is given checked texts only.
enum FormatParser {
  /// What one text declares.
  struct Result {
    let event: EventDescription
    /// Empty where they were not asked for.
    let commonFields: [FieldDescription]
  }

  private static let turn = Mutex(())

  /// Reads texts, each with its subsystem.
  ///
  /// The common fields, which are alike in all texts of a kernel, are asked for until one text has told them.
  ///
  /// - Parameters:
  ///   - texts: in file order.
  ///   - longSize: bytes of a `long` on the recording machine.
  ///   - isBigEndian: whether that machine stores the most significant byte first.
  ///   - needsFields: by name, whether an event's fields are asked for.
  /// - Returns: one result per text, nil for a text that libtraceevent refuses; nil when there is no memory for the
  ///   parser.
  static func parse(
    _ texts: [(system: String, text: CheckedFormatText)], longSize: Int, isBigEndian: Bool,
    needsFields: (String) -> Bool
  ) -> [Result?]? {
    turn.withLock { _ in
      guard let handle = unsafe tep_alloc() else { return nil }
      // SAFETY: the handle was just made, is used below only, and is freed last.
      defer { unsafe tep_free(handle) }
      unsafe tep_set_long_size(handle, longSize == 4 ? 4 : 8)
      unsafe tep_set_file_bigendian(handle, isBigEndian ? TEP_BIG_ENDIAN : TEP_LITTLE_ENDIAN)
      tep_set_loglevel(TEP_LOG_NONE)
      var results: [Result?] = []
      results.reserveCapacity(texts.count)
      var isFirst = true
      for (system, text) in texts {
        // Of a text that could be refused nothing is left out: whether it is must not depend on what is asked.
        if !isFirst, text.isCanonical, !needsFields(text.name) {
          results.append(Result(text, system))
          continue
        }
        // SAFETY: the handle lives until this function returns.
        let result = unsafe parse(
          text.canonical(withCommonFields: isFirst || !text.isCanonical), text, system, handle)
        if result != nil { isFirst = false }
        results.append(result)
      }
      return results
    }
  }

  private static func parse(
    _ canonical: [UInt8], _ text: CheckedFormatText, _ system: String, _ handle: OpaquePointer
  ) -> Result? {
    var parsed: UnsafeMutablePointer<tep_event>?
    let status = unsafe canonical.withUnsafeBufferPointer { text in
      unsafe text.withMemoryRebound(to: CChar.self) { text in
        // SAFETY: the buffer lives through the call, which is given its size; the text was written by CheckedFormatText, so
        // that none of the parser's unchecked paths is taken.
        unsafe tep_parse_format(handle, &parsed, text.baseAddress, UInt(text.count), system)
      }
    }
    // Out of memory the event is freed, and the pointer to it stays.
    guard status != TEP_ERRNO__MEM_ALLOC_FAILED, let event = unsafe parsed else { return nil }
    // SAFETY: tep_parse_format put the event, with its strings and field lists, into the handle, which lives.
    let description = unsafe EventDescription(
      id: text.id, system: system, name: text.name, fields: copy(event.pointee.format.fields))
    return unsafe Result(event: description, commonFields: copy(event.pointee.format.common_fields))
  }

  /// Copies a linked list of fields.
  private static func copy(_ first: UnsafeMutablePointer<tep_format_field>?) -> [FieldDescription] {
    var fields: [FieldDescription] = []
    var next = unsafe first
    // SAFETY: libtraceevent links what it allocated and ends with a null pointer.
    while let field = unsafe next {
      let flags = unsafe UInt32(truncatingIfNeeded: field.pointee.flags)
      unsafe fields.append(
        FieldDescription(
          name: field.pointee.name.map { unsafe String(cString: $0) } ?? "",
          type: field.pointee.type.map { unsafe String(cString: $0) } ?? "",
          offset: Int(field.pointee.offset), size: Int(field.pointee.size),
          isSigned: flags & TEP_FIELD_IS_SIGNED.rawValue != 0,
          isArray: flags & TEP_FIELD_IS_ARRAY.rawValue != 0,
          isString: flags & TEP_FIELD_IS_STRING.rawValue != 0,
          isDynamic: flags & TEP_FIELD_IS_DYNAMIC.rawValue != 0,
          isRelative: flags & TEP_FIELD_IS_RELATIVE.rawValue != 0,
          elementSize: Int(field.pointee.elementsize)))
      unsafe next = field.pointee.next
    }
    return fields
  }
}

extension FormatParser.Result {
  /// An event whose fields are not asked for.
  fileprivate init(_ text: CheckedFormatText, _ system: String) {
    self.init(
      event: EventDescription(id: text.id, system: system, name: text.name, fields: []),
      commonFields: [])
  }
}
