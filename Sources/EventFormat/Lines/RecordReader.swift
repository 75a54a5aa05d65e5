import TraceBytes

/// The fields of one record for the programs: those of a record that is as long as its program wants.
struct RecordReader: ~Escapable {
  /// The record's bytes.
  let bytes: RawSpan
  /// They and what lies behind them in their block.
  private let rest: RawSpan
  private let isBigEndian: Bool

  /// The record at a place that lies in the block.
  @inline(__always)
  @_lifetime(copy block)
  init(_ block: RawSpan, offset: Int, length: Int, isBigEndian: Bool) {
    rest = block.suffix(from: offset)
    bytes = rest.extracting(first: length)
    self.isBigEndian = isBigEndian
  }

  /// A number as it is stored, extended to 64 bits.
  @inline(__always)
  func number(at offset: Int, unused: UInt8, isSigned: Bool) -> UInt64 {
    // A whole word is loaded wherever the block has one, and what is not the field's is shifted out.
    var word: UInt64
    if offset &+ 8 <= rest.byteCount {
      word = rest.u64(at: offset)
    } else {
      word = lastWord(at: offset)
    }
    let shift = UInt64(unused)
    word = isBigEndian ? word.byteSwapped : word &<< shift
    return isSigned
      ? UInt64(bitPattern: Int64(bitPattern: word) &>> Int64(shift)) : word &>> shift
  }

  /// What there is of the word at a place near the end of the block, with zeros behind it.
  @inline(never)
  private func lastWord(at offset: Int) -> UInt64 {
    var word: UInt64 = 0
    for index in 0..<min(8, max(0, rest.byteCount - offset)) {
      word |= UInt64(rest.u8(at: offset + index)) << UInt64(index * 8)
    }
    return word
  }

  /// Where the bytes of an array are; clamped to the record.
  ///
  /// As ``RecordView/range(_:)`` has it.
  func range(_ stored: StoredRange) -> Range<Int> {
    var offset = Int(stored.offset)
    var size = Int(stored.size)
    let length = bytes.byteCount
    if stored.isDynamic {
      let word = number(at: offset, unused: 32, isSigned: false)
      if stored.isRelative { offset += size } else { offset = 0 }
      offset += Int(word & 0xffff)
      size = Int(word >> 16)
    } else if size == 0 {
      size = Int(UInt32.max)
    }
    guard offset <= length else { return 0..<0 }
    return offset..<offset + min(size, length - offset)
  }

  /// The bytes from a place in the record on, as far as there are eight in the block; else those of the record.
  @inline(__always)
  func word(at offset: Int) -> UInt64 {
    offset &+ 8 <= rest.byteCount ? rest.u64(at: offset) : lastWord(at: offset)
  }
}
