import TraceBytes

extension FieldDescription {
  /// Whether it is text, and not bytes: libtraceevent takes every array of small numbers for text.
  var isText: Bool { isString && type.contains("char") && !type.contains("unsigned") }
}

/// The bytes of one record, every access checked against them.
struct RecordView: ~Escapable {
  let block: RawSpan
  /// Where the record's payload begins in `block`.
  let base: Int
  /// Its bytes.
  let length: Int
  let order: ByteOrder

  /// Clamps the place to the block: a damaged record is a short one.
  @_lifetime(copy block)
  init(_ block: RawSpan, base: Int, length: Int, order: ByteOrder) {
    self.block = block
    self.base = min(max(0, base), block.byteCount)
    self.length = min(max(0, length), block.byteCount - self.base)
    self.order = order
  }

  /// A number as it is stored, extended with zeros; 0 when it does not lie in the record.
  func integer(at offset: Int, size: Int) -> UInt64 {
    guard offset >= 0, offset <= length - size else { return 0 }
    switch size {
    case 1, 2, 4, 8: return block.integer(at: base + offset, size: size, order: order)
    default: return 0
    }
  }

  /// A number of a field, sign-extended where the field is signed; nil when the field does not lie in the record.
  func integer(_ field: FieldDescription) -> UInt64? {
    guard field.offset >= 0, field.offset <= length - field.size else { return nil }
    let raw = integer(at: field.offset, size: field.size)
    guard field.isSigned, field.size < 8, field.size > 0 else { return raw }
    let unused = Int64(64 - field.size * 8)
    return UInt64(bitPattern: Int64(bitPattern: raw << UInt64(unused)) >> unused)
  }

  /// Where the bytes of an array or a text are, in `block`; clamped to the record.
  func range(_ field: FieldDescription) -> Range<Int> {
    var offset = field.offset
    var size = field.size
    if field.isDynamic {
      // Source: `__data_loc` and `__rel_loc` in include/trace/stages: the offset below, the length above.
      guard field.offset >= 0, field.offset <= length - 4 else { return base..<base }
      let word = integer(at: field.offset, size: 4)
      offset = Int(word & 0xffff)
      if field.isRelative { offset += field.offset + field.size }
      size = Int(word >> 16)
    } else if size == 0 {
      // An array without a fixed end: the rest of the record.
      size = Int(UInt32.max)
    }
    guard offset >= 0, offset <= length, size >= 0 else { return base..<base }
    return base + offset..<base + offset + min(size, length - offset)
  }

  /// The part of a range before its first NUL.
  func text(_ range: Range<Int>) -> Range<Int> {
    guard let end = block.firstIndex(of: 0, from: range.lowerBound, to: range.upperBound) else {
      return range
    }
    return range.lowerBound..<end
  }
}
