public import KVMEvents

/// The fields of one record, read where they lie and only when asked for.
@frozen
public struct RecordFields: EventFields, BitwiseCopyable, ~Escapable {
  @usableFromInline let block: RawSpan
  @usableFromInline let base: Int
  @usableFromInline let layouts: FieldLayouts
  @usableFromInline let isBigEndian: Bool

  /// Looks at a record.
  ///
  /// - Parameters:
  ///   - block: the bytes that the record lies in.
  ///   - base: where its payload begins; it has at least the descriptor's `minimumLength` bytes.
  @inlinable
  @inline(__always)
  @_lifetime(copy block)
  public init(_ block: RawSpan, at base: Int, _ descriptor: EventDescriptor, isBigEndian: Bool) {
    self.block = block
    self.base = base
    layouts = descriptor.fields
    self.isBigEndian = isBigEndian
  }

  /// See ``EventFields/integer(_:)``.
  @inlinable
  @inline(__always)
  public func integer(_ slot: Int) -> UInt64 {
    layouts[slot].read(in: block, at: base, isBigEndian: isBigEndian)
  }

  /// See ``EventFields/has(_:)``.
  @inlinable
  @inline(__always)
  public func has(_ slot: Int) -> Bool { layouts[slot].isPresent }
}
