import EventFormat
import KVMEvents

/// The fields of one record, read where they lie and only when asked for.
///
/// A value of this type is made where it is used and never lent to a function that is not inlined, so that nothing of
/// it but the fields that are asked for is ever loaded.
struct RecordFields: EventFields, BitwiseCopyable, ~Escapable {
  let block: RawSpan
  let base: Int
  let layouts: FieldLayouts
  let isBigEndian: Bool

  /// Looks at a record.
  ///
  /// - Parameters:
  ///   - block: the bytes that the record lies in.
  ///   - base: where its payload begins; it has at least the descriptor's `minimumLength` bytes.
  @inline(__always)
  @_lifetime(copy block)
  init(_ block: RawSpan, at base: Int, _ descriptor: EventDescriptor, isBigEndian: Bool) {
    self.block = block
    self.base = base
    layouts = descriptor.fields
    self.isBigEndian = isBigEndian
  }

  /// See ``EventFields/integer(_:)``.
  @inline(__always)
  func integer(_ slot: Int) -> UInt64 {
    layouts[slot].read(in: block, at: base, isBigEndian: isBigEndian)
  }

  /// See ``EventFields/has(_:)``.
  @inline(__always)
  func has(_ slot: Int) -> Bool { layouts[slot].isPresent }
}
