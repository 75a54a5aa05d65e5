internal import TraceBytes

/// The commit word: how much data a sub-buffer holds, and what was lost before it.
///
/// Kernel: `RB_MISSED_EVENTS`, `RB_MISSED_STORED`; only the low 32 bits count, for new kernels
/// extend bit 31 over the upper half.
private enum CommitWord {
  /// Bits 0–26: bytes of data.
  static let sizeMask: UInt32 = (1 << 27) - 1
  /// Bit 30: the number of lost events is stored behind the data.
  static let countStored: UInt32 = 1 << 30
  /// Bit 31: events were lost before this sub-buffer.
  static let eventsMissed: UInt32 = 1 << 31
}

extension SubBufferCursor {
  /// Turns to another sub-buffer.
  ///
  /// A sub-buffer without records is fine. One that is cut short is read as far as it goes: `next`
  /// then ends with a fault of kind `dataCut` in place of nil.
  ///
  /// - Parameters:
  ///   - page: where the sub-buffer starts in `block`.
  ///   - pageLength: how many bytes of it are there; more than the layout's page size is not looked
  ///     at.
  ///   - block: the bytes; page and length must lie inside it (a programmer's error otherwise).
  /// - Returns: what was lost between the sub-buffer before and this one.
  /// - Throws: `PageFault` when the header is cut or its data could not fit; the sub-buffer is then
  ///   done.
  public mutating func begin(pageAt page: Int, pageLength: Int, in block: RawSpan)
    throws(PageFault) -> Loss
  {
    precondition(
      page >= 0 && pageLength >= 0 && pageLength <= block.byteCount
        && page <= block.byteCount - pageLength, "the sub-buffer lies outside its block")
    self.page = page
    position = page
    end = page
    committedEnd = page
    guard pageLength >= layout.dataOffset else {
      throw PageFault(.headerCut, at: 0, found: pageLength, expected: layout.dataOffset)
    }
    timestamp = block.u64(at: page, layout.order) &+ layout.timeOffset
    let commit = UInt32(
      truncatingIfNeeded: block.integer(
        at: page + layout.commitOffset, size: layout.commitSize, order: layout.order))
    let size = Int(commit & CommitWord.sizeMask)
    let capacity = layout.pageSize - layout.dataOffset
    guard size <= capacity else {
      throw PageFault(.commitTooLarge, at: layout.commitOffset, found: size, expected: capacity)
    }
    let there = min(pageLength, layout.pageSize) - layout.dataOffset
    position = page + layout.dataOffset
    committedEnd = position + size
    end = position + min(size, there)
    return loss(commit: commit, size: size, there: there, in: block)
  }

  /// What the commit word says about lost events.
  private func loss(commit: UInt32, size: Int, there: Int, in block: RawSpan) -> Loss {
    guard commit & CommitWord.eventsMissed != 0 else { return .none }
    // The kernel stores the count only if it fits behind the data; a flag without room is not
    // believed.
    guard commit & CommitWord.countStored != 0, size <= there - layout.commitSize else {
      return .uncounted
    }
    let count = block.integer(
      at: page + layout.dataOffset + size, size: layout.commitSize, order: layout.order)
    // Zero and numbers that are negative as a `long` cannot be counts.
    let largest: UInt64 = layout.commitSize == 8 ? UInt64(Int64.max) : UInt64(Int32.max)
    return count == 0 || count > largest ? .uncounted : .counted(count)
  }
}
