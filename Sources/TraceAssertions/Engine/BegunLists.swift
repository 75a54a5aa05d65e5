/// When sequences began that are at one point of their way: what began together is one entry, however many rules it is of.
///
/// Each list is of the rules of one word (a bit each). An entry's bits may be out of date: only those count that its owner
/// still has at that point, and of several entries with a rule the first one.
struct BegunLists {
  /// A sequence that has begun.
  struct Begun: BitwiseCopyable, Equatable {
    var begin: UInt64 = 0
    var last: UInt64 = 0
    var cpu: Int32 = 0
    var thread: Int32 = 0
  }

  private struct Entry: BitwiseCopyable {
    var bits: UInt64
    var begun: Begun
    /// The entry behind it; -1: none.
    var next: Int32
  }

  private var heads: [Int32] = []
  private var entries: [Entry] = []

  /// Appends empty lists.
  mutating func addLists(_ count: Int) { heads.append(contentsOf: repeatElement(-1, count: count)) }

  /// Adds what begins now; `kept` are the rules of the list that stay as they are.
  ///
  /// An entry whose rules have all gone is taken for the new one: a list has no more of them than were needed at once.
  @inline(__always)
  mutating func add(_ bits: UInt64, _ begun: Begun, to list: Int, keeping kept: UInt64) {
    let first = heads[list]
    if !Self.add(bits, begun, first, kept, &entries) { append(bits, begun, to: list) }
  }

  /// The list by itself: that it is nobody else's is found out once.
  ///
  /// - Returns: whether there was an entry for it.
  @inline(__always)
  private static func add(
    _ bits: UInt64, _ begun: Begun, _ first: Int32, _ kept: UInt64, _ list: inout [Entry]
  ) -> Bool {
    var entries = list.mutableSpan
    var at = first
    // Those that no entry had so far: what an earlier one has, a later one has no more.
    var kept = kept
    while at >= 0 {
      let place = Int(at)
      let left = entries[place].bits & kept
      kept &= ~left
      if left == 0 {
        entries[place].bits = bits
        entries[place].begun = begun
        return true
      }
      if entries[place].begun == begun {
        entries[place].bits = left | bits
        return true
      }
      entries[place].bits = left
      at = entries[place].next
    }
    return false
  }

  @inline(never)
  private mutating func append(_ bits: UInt64, _ begun: Begun, to list: Int) {
    entries.append(Entry(bits: bits, begun: begun, next: heads[list]))
    heads[list] = Int32(entries.count - 1)
  }

  /// When the sequence of a rule began that is in the list.
  func begun(_ bit: UInt64, in list: Int) -> Begun {
    var at = heads[list]
    while at >= 0 {
      if entries[Int(at)].bits & bit != 0 { return entries[Int(at)].begun }
      at = entries[Int(at)].next
    }
    preconditionFailure("a rule is where no sequence of it began")
  }

  /// One entry after the other that some rules are in, with those of them that are; they are taken out of `bits`.
  func next(_ bits: inout UInt64, in list: Int, _ at: inout Int32?) -> (bits: UInt64, begun: Begun)?
  {
    if bits == 0 { return nil }
    var place = at ?? heads[list]
    while place >= 0 {
      let entry = entries[Int(place)]
      place = entry.next
      let own = entry.bits & bits
      if own != 0 {
        at = place
        bits &= ~own
        return (own, entry.begun)
      }
    }
    return nil
  }
}
