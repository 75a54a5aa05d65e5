import EventFormat
import KVMEvents

/// The fields of one record, read where they lie and only when asked for.
///
/// Four words: what is larger would be laid out in memory for every call.
struct RecordFields: EventFields, BitwiseCopyable, ~Escapable {
  let record: RawSpan
  let layouts: PackedLayouts

  /// Looks at a record with at least the `minimumLength` bytes of its event's descriptor.
  @inline(__always)
  @_lifetime(copy record)
  init(_ record: RawSpan, _ layouts: PackedLayouts) {
    self.record = record
    self.layouts = layouts
  }

  /// See ``EventFields/integer(_:)``.
  @inline(__always)
  func integer(_ slot: Int) -> UInt64 { layouts.read(slot, in: record) }

  /// See ``EventFields/has(_:)``.
  @inline(__always)
  func has(_ slot: Int) -> Bool { layouts.has(slot) }
}
