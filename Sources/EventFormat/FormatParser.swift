import CTraceEvent

/// libtraceevent's parser of format texts. It is C with inner state: one thread, and nothing of it outlives this type.
///
/// A text is given to it alone, in a handle of its own lifetime; what it says is copied out at once.
@safe
struct FormatParser: ~Copyable {
  private let handle: OpaquePointer

  init?(longSize: Int, isBigEndian: Bool) {
    guard let handle = unsafe tep_alloc() else { return nil }
    // SAFETY: the handle was just made, and is freed only in deinit.
    unsafe self.handle = unsafe handle
    unsafe tep_set_long_size(handle, Int32(longSize))
    unsafe tep_set_file_bigendian(handle, isBigEndian ? TEP_BIG_ENDIAN : TEP_LITTLE_ENDIAN)
    tep_set_loglevel(TEP_LOG_NONE)
  }

  deinit {
    // SAFETY: made in init, used by nobody else.
    unsafe tep_free(handle)
  }

  /// What one text declares; nil when it is no format text.
  ///
  /// A `print fmt` that libtraceevent does not understand costs nothing but that.
  mutating func parse(_ source: FormatSource) -> (event: EventDescription, common: [FieldDescription])? {
    // The parser takes everything up to the given size, and nothing good has a NUL in it.
    guard !source.text.isEmpty, source.text.count < 1 << 20, !source.text.contains(0) else { return nil }
    var parsed: UnsafeMutablePointer<tep_event>?
    let result = unsafe source.text.withUnsafeBufferPointer { text -> tep_errno in
      unsafe text.withMemoryRebound(to: CChar.self) { text in
        // SAFETY: the buffer lives through the call, and its size is given; the handle is ours.
        unsafe tep_parse_format(handle, &parsed, text.baseAddress, UInt(text.count), source.system)
      }
    }
    guard let event = unsafe parsed else { return nil }
    // SAFETY: tep_parse_format put the event, with its strings and field lists, into the handle, which lives.
    guard let name = unsafe event.pointee.name else { return nil }
    let failed =
      unsafe result != TEP_ERRNO__SUCCESS || UInt32(bitPattern: event.pointee.flags) & 0x8000_0000 != 0
    let description = unsafe EventDescription(
      id: Int(event.pointee.id), system: source.system, name: String(cString: name),
      fields: Self.copy(event.pointee.format.fields), printFormatFailed: failed)
    return unsafe (description, Self.copy(event.pointee.format.common_fields))
  }

  /// Copies a linked list of fields.
  private static func copy(_ first: UnsafeMutablePointer<tep_format_field>?) -> [FieldDescription] {
    var fields: [FieldDescription] = []
    var next = unsafe first
    // SAFETY: libtraceevent links what it allocated and ends with a null pointer.
    while let field = unsafe next, fields.count < 1024 {
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
