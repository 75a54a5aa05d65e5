internal import KVMEvents
internal import TraceBytes

/// What a text behind a line's time means: its event, and the fields that it gives.
struct TextMeaning {
  /// The event, in the table.
  var entry = 0
  var kind = EventKind.other
  /// The number of the event with these fields.
  var id: UInt16 = 0
  /// An event whose words are not understood.
  var isUnreadable = false
  var fields = TextFields()
}

/// The meaning of texts that were read not long ago.
///
/// Guests exit at the same few places for the same few reasons, and tasks take turns: most texts
/// behind a time have been there before, letter by letter. Comparing a text with one that was there
/// costs a fraction of reading it. Nothing is taken for the same but the same bytes.
struct TextMemo {
  /// Longer texts are not remembered.
  private static let longest = 160
  private static let words = longest / 8
  /// A power of two.
  private static let slotCount = 1024

  private struct Slot {
    /// 0 where there is nothing.
    var length = 0
    /// The instruction set known before the text, which may have decided what it means.
    var isaBefore: UInt64 = 0
    var isaAfter: UInt64 = 0
    var meaning = TextMeaning()
  }

  private var slots = [Slot](repeating: Slot(), count: slotCount)
  /// The texts, word by word; the last word is that of a text's last eight bytes.
  private var texts = [UInt64](repeating: 0, count: slotCount * words)
  /// Where the text that was looked for last would be.
  private var place = 0

  /// Whether a text was there before.
  ///
  /// - Parameters:
  ///   - bytes: what the text lies in.
  ///   - text: from the first letter to the line's end.
  ///   - isa: the instruction set known; set to the one known behind the text.
  ///   - meaning: set to what the text means.
  /// - Returns: false when it has to be read.
  @inline(__always)
  mutating func recall(
    _ bytes: RawSpan, _ text: Range<Int>, _ isa: inout UInt64, _ meaning: inout TextMeaning
  ) -> Bool {
    let length = text.upperBound &- text.lowerBound
    guard length >= 8, length <= Self.longest else {
      place = -1
      return false
    }
    let last = text.upperBound &- 8
    var even = UInt64(truncatingIfNeeded: length)
    var odd = bytes.u64(at: last)
    var at = text.lowerBound
    while at < last {
      even = (even &<< 5 | even &>> 59) ^ bytes.u64(at: at)
      odd = (odd &<< 7 | odd &>> 57) ^ bytes.u64(at: min(at &+ 8, last))
      at &+= 16
    }
    let mixed = (even ^ (odd &* 0xff51_afd7_ed55_8ccd)) &* 0x9e37_79b9_7f4a_7c15
    place = Int(truncatingIfNeeded: mixed &>> 54)
    guard slots[place].length == length, slots[place].isaBefore == isa, holds(bytes, text) else {
      return false
    }
    isa = slots[place].isaAfter
    meaning = slots[place].meaning
    return true
  }

  @inline(__always)
  private func holds(_ bytes: RawSpan, _ text: Range<Int>) -> Bool {
    let last = text.upperBound &- 8
    var at = text.lowerBound
    var word = place &* Self.words
    while at < last {
      guard texts[word] == bytes.u64(at: at) else { return false }
      at &+= 8
      word &+= 1
    }
    return texts[word] == bytes.u64(at: last)
  }

  /// Remembers the text that was looked for last.
  ///
  /// - Parameters:
  ///   - bytes: what the text lies in.
  ///   - text: the same as in ``recall(_:_:_:_:)``.
  ///   - before: the instruction set known before it.
  ///   - after: the one known behind it.
  ///   - meaning: what it means.
  @inline(never)
  mutating func keep(
    _ bytes: RawSpan, _ text: Range<Int>, isa before: UInt64, _ after: UInt64,
    _ meaning: TextMeaning
  ) {
    guard place >= 0 else { return }
    slots[place] = Slot(
      length: text.count, isaBefore: before, isaAfter: after, meaning: meaning)
    let last = text.upperBound - 8
    var at = text.lowerBound
    var word = place * Self.words
    while at < last {
      texts[word] = bytes.u64(at: at)
      at += 8
      word += 1
    }
    texts[word] = bytes.u64(at: last)
  }
}
