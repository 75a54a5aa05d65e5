internal import TraceBytes

/// The kinds of record header that are not short data.
///
/// Kernel: `enum ring_buffer_type`.
private enum HeaderType {
  /// Data whose length is in the word behind the header.
  static let longData: UInt32 = 0
  /// 1 up to this: data of so many words.
  static let lastShortData: UInt32 = 28
  /// Nothing: the rest of the sub-buffer, or a record that was discarded.
  static let padding: UInt32 = 29
  /// 59 bits of time to add.
  static let timeExtend: UInt32 = 30
  /// 59 bits of time to set.
  ///
  /// The only value left of the five bits, so it needs no comparison.
  static let timeStamp: UInt32 = 31
}

extension SubBufferCursor {
  /// The next record, whatever its header: all byte orders and all kinds.
  ///
  /// Where decoders differ, this follows libtraceevent's kbuffer, whose times `trace-cmd report`
  /// prints; see the tests named after the differences.
  @inline(never)
  @usableFromInline
  mutating func nextUncommon(in block: RawSpan) throws(PageFault) -> Record? {
    while position < end {
      guard end - position >= 4 else { throw cut(.recordHeaderCut, needing: 4) }
      let word = block.u32(at: position, layout.order)
      let type = isBigEndian ? word >> 27 : word & 31
      let delta = UInt64(isBigEndian ? word & 0x07ff_ffff : word >> 5)

      if type != HeaderType.longData, type <= HeaderType.lastShortData {
        let length = Int(type) * 4
        guard length <= end - position - 4 else {
          throw cut(.recordTooLong, needing: 4 + length)
        }
        // The clock may wrap: that is no damage. The same holds for the sums below.
        timestamp &+= delta
        let payload = position + 4
        position = payload + length
        return Record(timestamp: timestamp, offset: payload, length: length)
      }

      // All others have a second word.
      guard end - position >= 8 else {
        // Padding at the very end may lack its length word: there is nothing behind it anyway.
        if type == HeaderType.padding { break }
        throw cut(.recordHeaderCut, needing: 8)
      }
      let second = block.u32(at: position + 4, layout.order)
      switch type {
      case HeaderType.longData:
        return try longRecord(announced: second, delta: delta)
      case HeaderType.padding:
        try skipPadding(announced: second, delta: delta)
      case HeaderType.timeExtend:
        timestamp &+= UInt64(second) << 27 &+ delta
        position += 8
      default:
        // A stamp has no room for the five highest bits: those of the running time stay.
        let stamp = UInt64(second) << 27 | delta
        let running = timestamp &- layout.timeOffset
        timestamp = (stamp | running & 0xf800_0000_0000_0000) &+ layout.timeOffset
        position += 8
      }
    }
    return try finish()
  }

  /// A record whose length stands in a word of its own, which the length counts too.
  private mutating func longRecord(announced: UInt32, delta: UInt64) throws(PageFault) -> Record {
    guard announced >= 4 else {
      throw abandon(
        PageFault(
          .lengthTooSmall, at: position + 4 - page, found: Int(announced), expected: 4))
    }
    // As kbuffer does, the payload is what is left after the word, rounded up to whole words.
    let length = (Int(announced) - 4 + 3) & ~3
    guard length <= end - position - 8 else { throw cut(.recordTooLong, needing: 8 + length) }
    timestamp &+= delta
    let payload = position + 8
    position = payload + length
    return Record(timestamp: timestamp, offset: payload, length: length)
  }

  /// Goes past padding: to the next record, or to the end when it reaches that far.
  private mutating func skipPadding(announced: UInt32, delta: UInt64) throws(PageFault) {
    timestamp &+= delta
    guard announced >= 4 else {
      // Without a time, padding means that the rest is empty, and its length word may hold
      // anything.
      guard delta != 0 else {
        position = end
        return
      }
      throw abandon(
        PageFault(
          .lengthTooSmall, at: position + 4 - page, found: Int(announced), expected: 4))
    }
    let next = position + 4 + Int(announced)
    position = min(next, end)
  }

  /// The end of the data: nil, or the fault if they should go on.
  private mutating func finish() throws(PageFault) -> Record? {
    position = end
    guard end < committedEnd else { return nil }
    throw dataCut()
  }

  /// Gives up on a record that needs `needed` bytes and has fewer; says `dataCut` if the sub-buffer
  /// was cut there.
  private mutating func cut(_ kind: PageFault.Kind, needing needed: Int) -> PageFault {
    if end < committedEnd && needed <= committedEnd - position { return dataCut() }
    return abandon(
      PageFault(kind, at: position - page, found: needed, expected: end - position))
  }

  /// The fault of a sub-buffer with fewer data than it says.
  private mutating func dataCut() -> PageFault {
    let start = page + layout.dataOffset
    return abandon(
      PageFault(
        .dataCut, at: end - page, found: end - start, expected: committedEnd - start))
  }

  /// Makes this the last word about the sub-buffer.
  private mutating func abandon(_ fault: PageFault) -> PageFault {
    position = end
    committedEnd = end
    return fault
  }
}
