internal import Glibc

/// Parts of a span, as copies that outlive it.
extension RawSpan {
  /// A copy of the bytes in `range`, which must lie inside the span.
  public func array(_ range: Range<Int>) -> [UInt8] {
    let part = extracting(range)
    // SAFETY: `buffer` has room for the whole part, all of which is written, and the two cannot
    // overlap: one is new.
    return unsafe [UInt8](unsafeUninitializedCapacity: part.byteCount) { buffer, count in
      unsafe part.withUnsafeBytes { source in
        unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: source)
      }
      count = part.byteCount
    }
  }

  /// A copy of all bytes.
  public func array() -> [UInt8] {
    array(0..<byteCount)
  }

  /// The bytes in `range` as text; what is not UTF-8 is replaced by U+FFFD.
  public func text(_ range: Range<Int>) -> String {
    String(decoding: array(range), as: UTF8.self)
  }

  /// Where the first byte with the value `byte` is, from `start` up to but not including `end`.
  ///
  /// Both bounds must lie inside the span. The time taken is linear in their distance.
  public func firstIndex(of byte: UInt8, from start: Int, to end: Int) -> Int? {
    guard start < end else { return nil }
    let part = extracting(start..<end)
    // SAFETY: the search stays inside the part, whose bounds were checked when it was made.
    return unsafe part.withUnsafeBytes { bytes in
      guard let first = bytes.baseAddress,
        let found = unsafe memchr(first, CInt(byte), bytes.count)
      else { return nil }
      return unsafe start + (UnsafeRawPointer(found) - first)
    }
  }

  /// Whether the bytes at `position` are those of a word; false where the span ends before it does.
  public func holds(_ word: StaticString, at position: Int) -> Bool {
    let count = word.utf8CodeUnitCount
    guard position >= 0, position <= byteCount - count else { return false }
    // SAFETY: the word has `count` bytes and is constant; the part's bounds were just checked.
    return unsafe extracting(position..<position + count).withUnsafeBytes { bytes in
      guard let first = bytes.baseAddress else { return true }
      return unsafe memcmp(first, word.utf8Start, count) == 0
    }
  }
}
