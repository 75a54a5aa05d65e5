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
  /// Longer texts are not remembered: a nested exit with all its numbers has 165 bytes and more.
  private static let longest = 224
  private static let words = longest / 8
  /// Places in a text lie below it; a power of two.
  private static let reach = 256
  /// A power of two.
  ///
  /// Each text has two slots that it may be in: with one, the few hundred texts that a guest repeats
  /// all the time drive each other out.
  private static let slotCount = 1024

  private struct Slot {
    /// 0 where there is nothing.
    var length = 0
    /// Of the text and its length: tells most others from it at a glance.
    var hash: UInt64 = 0
    /// The instruction set known before the text, which may have decided what it means.
    var isaBefore: UInt64 = 0
    var isaAfter: UInt64 = 0
    var meaning = TextMeaning()
  }

  private var slots = [Slot](repeating: Slot(), count: slotCount)
  /// The texts, word by word; the last word is that of a text's last eight bytes.
  private var texts = [UInt64](repeating: 0, count: slotCount * words)
  /// By pair of slots: which one was used last, 0 or 1.
  private var recent = [UInt8](repeating: 0, count: slotCount / 2)
  /// Where the text that was looked for last would be; -1 for one that is not remembered.
  private var place = 0
  private var hash: UInt64 = 0

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
    // Places below `reach` need no comparison of their own, once so much is known to be readable.
    let words = bytes.suffix(from: text.lowerBound)
    guard length >= 8, length <= Self.longest, words.byteCount >= Self.reach &+ 8 else {
      place = -1
      return false
    }
    let last = length &- 8
    var even = UInt64(truncatingIfNeeded: length)
    var odd = words.u64(at: last)
    var at = 0
    while at < last {
      even = (even &<< 5 | even &>> 59) ^ words.u64(at: at & (Self.reach - 1))
      odd =
        (odd &<< 7 | odd &>> 57) ^ words.u64(at: min(at &+ 8, last) & (Self.reach - 1))
      at &+= 16
    }
    let mixed = (even ^ (odd &* 0xff51_afd7_ed55_8ccd)) &* 0x9e37_79b9_7f4a_7c15
    hash = mixed
    let pair = Int(truncatingIfNeeded: mixed &>> 55)
    let used = recent[pair]
    place = pair &* 2 &+ Int(used & 1)
    if !isHere(words, length, isa) {
      place ^= 1
      guard isHere(words, length, isa) else { return false }
      recent[pair] = used ^ 1
    }
    isa = slots[place].isaAfter
    meaning = slots[place].meaning
    return true
  }

  @inline(__always)
  private func isHere(_ words: RawSpan, _ length: Int, _ isa: UInt64) -> Bool {
    slots[place].hash == hash && slots[place].length == length && slots[place].isaBefore == isa
      && holds(words, length)
  }

  /// Whether the text that is remembered is the one that `words` begin with.
  @inline(__always)
  private func holds(_ words: RawSpan, _ length: Int) -> Bool {
    guard words.byteCount >= Self.reach &+ 8 else { return false }
    let last = length &- 8
    let known = texts.span
    var at = 0
    var word = place &* Self.words
    while at < last {
      guard known[word] == words.u64(at: at & (Self.reach - 1)) else { return false }
      at &+= 8
      word &+= 1
    }
    return known[word] == words.u64(at: last & (Self.reach - 1))
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
    recent[place / 2] = UInt8(place & 1)
    slots[place] = Slot(
      length: text.count, hash: hash, isaBefore: before, isaAfter: after, meaning: meaning)
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
